import type { Backend, Unsubscribe } from '$lib/backend/backend';
import { isGoodNews, noticeText } from '$lib/texts/notices';
import type { Preferences } from './preferences.svelte';
import type { Toasts } from './toasts.svelte';

/** Shows what the program wants to be known at once, on whatever page. */
export function followNotices(
  backend: Backend,
  toasts: Toasts,
  preferences: Preferences,
): Unsubscribe {
  return backend.subscribe((event) => {
    if (event.type !== 'notice') return;
    toasts.show(isGoodNews(event) ? 'good' : 'bad', noticeText(event, preferences.formats));
  });
}
