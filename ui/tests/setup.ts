import { afterEach, beforeEach } from 'vitest';
import { overwriteGetLocale } from '$lib/paraglide/runtime';

beforeEach(() => {
  overwriteGetLocale(() => 'en');
  window.location.hash = '';
  window.localStorage.clear();
  window.sessionStorage.clear();
});

afterEach(() => {
  document.body.replaceChildren();
});
