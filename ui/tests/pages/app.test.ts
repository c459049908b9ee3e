import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import App from '../../src/App.svelte';
import type { Backend } from '$lib/backend/backend';
import { CallError } from '$lib/backend/call-error';
import { connectHttp } from '$lib/backend/http';
import { overwriteGetLocale } from '$lib/paraglide/runtime';
import { browserSurroundings, Preferences } from '$lib/state/preferences.svelte';
// The app reads these when they are opened; compiling them then would take the test too long.
import '$pages/keys/Keys.svelte';
import '$pages/settings/Settings.svelte';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';
import { gatewayStatus, keyView, settingsView } from '../samples';
import { usageAnswers } from '../usage-samples';

function start(backend: Backend): void {
  const preferences = new Preferences({ ...browserSurroundings(), languages: ['en'] });
  overwriteGetLocale(() => preferences.locale);
  render(App, { backend, preferences });
}

function pool() {
  let settings = settingsView();
  return new FakeBackend({
    gateway_status: () => gatewayStatus(),
    client_token: () => ({ token: 'fk-test' }),
    ...usageAnswers(),
    list_requests: () => ({ requests: [], next: null, is_partial: false }),
    list_keys: () => ({ keys: [keyView()] }),
    get_settings: () => settings,
    update_settings: (patch) => (settings = { ...settings, ...patch }),
  });
}

describe('the app', () => {
  it('moves between pages and puts the focus on the title', async () => {
    const user = userEvent.setup();
    start(pool());
    await user.click(screen.getByTestId('nav-keys'));
    await screen.findByTestId('keys-row');
    expect(document.activeElement).toBe(screen.getByTestId('page-title'));
    expect(screen.getByTestId('nav-keys').getAttribute('aria-current')).toBe('page');
    expect(document.title).toBe('Keys · Flowkeep');
  });

  it('changes language and theme while it runs', async () => {
    const user = userEvent.setup();
    start(pool());
    await user.click(screen.getByTestId('nav-settings'));
    await user.click(await screen.findByTestId('settings-language-zh-CN'));
    expect(await screen.findByRole('heading', { level: 1, name: '设置' })).toBeTruthy();
    expect(screen.getByTestId('nav-keys').textContent.trim()).toBe('密钥');
    await user.click(screen.getByTestId('settings-theme-dark'));
    await waitFor(() => expect(document.documentElement.dataset['theme']).toBe('dark'));
    expect(document.documentElement.lang).toBe('zh-CN');
  });

  it('tells when it is painted, to the page and to the shell', async () => {
    const backend = pool();
    const shell = deferred<string>();
    const page = new Promise((resolve) =>
      window.addEventListener('flowkeep-painted', resolve, { once: true }),
    );
    const desktop = {
      call: () => Promise.reject(new Error('not asked')),
      painted: () => {
        shell.resolve('shown');
        return Promise.resolve();
      },
    };
    start(Object.assign(backend, { desktop }));
    await page;
    await expect(shell.promise).resolves.toBe('shown');
  });

  it('asks for the password on the web, and again when the session ends', async () => {
    let password = '';
    const fetch = (input: unknown, init: RequestInit = {}): Promise<Response> => {
      const path = new URL(String(input)).pathname;
      if (path === '/login') {
        password = (JSON.parse(String(init.body)) as { password: string }).password;
        const good = password === 'right';
        return Promise.resolve(
          new Response(JSON.stringify(good ? { token: 't' } : {}), { status: good ? 200 : 401 }),
        );
      }
      return Promise.resolve(new Response('{}', { status: 401 }));
    };
    const user = userEvent.setup();
    start(connectHttp({ origin: 'http://127.0.0.1', fetch, storage: sessionStorage }));
    await user.type(screen.getByTestId('login-password'), 'wrong{Enter}');
    expect((await screen.findByTestId('login-error')).textContent).toContain('Wrong user name');
    await user.type(screen.getByTestId('login-password'), 'right{Enter}');
    // The gateway of this test takes no token, so the page must come back.
    expect((await screen.findByTestId('login-expired')).textContent).toContain('Sign in again');
    expect(screen.getByTestId('page-login')).toBeTruthy();
    expect(password).toBe('right');
  });

  it('says that the program no longer answers, and that it is back', async () => {
    const backend = pool();
    start(backend);
    expect((await screen.findByTestId('gateway-state')).textContent).toContain('Running');
    backend.answers.gateway_status = () => {
      throw new CallError('internal', 'gone');
    };
    backend.emit({ type: 'changed', topics: ['status'] });
    expect((await screen.findByTestId('app-lost')).textContent).toContain('known last');
    expect(screen.getByTestId('gateway-state').dataset['state']).toBe('lost');
    expect(screen.getByTestId('pause-toggle')).toHaveProperty('disabled', true);
    backend.answers.gateway_status = () => gatewayStatus();
    backend.emit({ type: 'changed', topics: ['status'] });
    await waitFor(() => expect(screen.queryByTestId('app-lost')).toBeNull());
    expect(screen.getByTestId('gateway-state').dataset['state']).toBe('running');
  });
});
