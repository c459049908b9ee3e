import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { ClientView } from '$lib/contract';
import Settings from '$pages/settings/Settings.svelte';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { clientView, gatewayStatus, settingsView } from '../samples';

const MINUTE = 60_000;
const DEFAULT = clientView({ id: 'default', name: 'default', is_default: true });

afterEach(() => {
  vi.useRealTimers();
});

function open(first: ClientView[] = [DEFAULT, clientView()], removed = 3) {
  let clients = first;
  let full = true;
  const backend = new FakeBackend({
    get_settings: () => settingsView({ capture_body_kib: 32, capture_hours: 5 }),
    gateway_status: () => gatewayStatus(),
    list_clients: () => ({ clients }),
    update_client: ({ id, capture_minutes = 0 }) => {
      const until = capture_minutes === 0 ? null : Date.now() + capture_minutes * MINUTE;
      clients = clients.map((one) => (one.id === id ? { ...one, capture_until_ms: until } : one));
      return clients.find((one) => one.id === id) ?? expect.fail(`no ${id}`);
    },
    clear_bodies: () => {
      full = !full;
      if (full) return { removed, damaged_copies: [] };
      throw new CallError('storage', 'disk full');
    },
  });
  openPage(Settings, backend);
  return backend;
}

const row = async (name: string): Promise<HTMLElement> => {
  const rows = await screen.findAllByTestId('token');
  return rows.find((one) => one.dataset['token'] === name) ?? expect.fail(`no ${name}`);
};

describe('keeping bodies', () => {
  it('says what it does, begins for a time, and ends at once', async () => {
    const backend = open();
    const user = userEvent.setup();
    await user.click(within(await row('default')).getByTestId('token-keep'));
    const dialog = await screen.findByTestId('token-keep-dialog');
    for (const words of ['plain text in usage.db', 'Keys and tokens', '32 KiB', '5 h', '64 MiB']) {
      expect(dialog.textContent).toContain(words);
    }
    await user.click(screen.getByRole('radio', { name: '1 hour' }));
    await user.click(screen.getByTestId('token-keep-start'));
    const badge = await within(await row('default')).findByTestId('token-keeps-until');
    expect(badge.textContent).toMatch(/^Keeps bodies until .*\d\d:\d\d$/);
    expect(within(await row('cursor')).queryByTestId('token-keeps')).toBeNull();
    await user.click(within(await row('default')).getByTestId('token-keep-stop'));
    await waitFor(() => expect(screen.queryByTestId('token-keeps')).toBeNull());
    expect(backend.requestsOf('update_client')).toEqual([
      { id: 'default', capture_minutes: 60 },
      { id: 'default', capture_minutes: 0 },
    ]);
  });

  it('is not begun by a cancelled question, and a failure stands in it', async () => {
    const backend = open();
    const user = userEvent.setup();
    await user.click(within(await row('cursor')).getByTestId('token-keep'));
    await user.click(await screen.findByTestId('token-keep-cancel'));
    expect(backend.requestsOf('update_client')).toEqual([]);
    backend.answers.update_client = () => {
      throw new CallError('storage', 'disk full');
    };
    await user.click(within(await row('cursor')).getByTestId('token-keep'));
    await user.click(await screen.findByTestId('token-keep-start'));
    expect((await screen.findByTestId('token-keep-error')).textContent).toContain('disk full');
  });

  it('is no longer shown when its time is over', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    open([clientView({ capture_until_ms: Date.now() + 10_000 })]);
    expect(await screen.findByTestId('token-keeps-until')).toBeTruthy();
    await vi.advanceTimersByTimeAsync(11_000);
    await waitFor(() => expect(screen.queryByTestId('token-keeps')).toBeNull());
  });
});

describe('kept bodies', () => {
  it('are removed after a question, and counted', async () => {
    const backend = open();
    const user = userEvent.setup();
    await user.click(await screen.findByTestId('settings-bodies-remove'));
    await user.click(await screen.findByTestId('bodies-cancel'));
    expect(backend.requestsOf('clear_bodies')).toEqual([]);
    await user.click(screen.getByTestId('settings-bodies-remove'));
    await user.click(await screen.findByTestId('bodies-confirm'));
    expect((await screen.findByTestId('bodies-error')).textContent).toContain('disk full');
    await user.click(screen.getByTestId('bodies-confirm'));
    expect(await screen.findByText('Bodies of 3 requests removed.')).toBeTruthy();
    await waitFor(() => expect(screen.queryByTestId('bodies-dialog')).toBeNull());
  });

  it.each([
    [0, 'There were no bodies to remove.'],
    [1, 'Bodies of 1 request removed.'],
  ])('%d of them: %s', async (removed, words) => {
    const backend = open([], removed);
    backend.answers.clear_bodies = () => ({ removed, damaged_copies: [] });
    const user = userEvent.setup();
    await user.click(await screen.findByTestId('settings-bodies-remove'));
    await user.click(await screen.findByTestId('bodies-confirm'));
    expect(await screen.findByText(words)).toBeTruthy();
    expect(screen.queryByTestId('settings-bodies-copies')).toBeNull();
  });

  it('a damaged log in which some may be is named', async () => {
    const backend = open([], 1);
    const copy = '/data/usage.db.corrupt-1';
    backend.answers.clear_bodies = () => ({ removed: 1, damaged_copies: [copy] });
    const user = userEvent.setup();
    await user.click(await screen.findByTestId('settings-bodies-remove'));
    await user.click(await screen.findByTestId('bodies-confirm'));
    expect((await screen.findByTestId('settings-bodies-copies')).textContent).toContain(copy);
  });
});

it('calls that no budget counts are told beside it', async () => {
  const limits = {
    models: [],
    requests_per_minute: null,
    budget: { currency: 'CNY', day_nano: 5, month_nano: null },
  };
  const spent = { day_nano: 1, month_nano: 1, day_resets_at_ms: 0, month_resets_at_ms: 0 };
  open([
    clientView({ limits, spent: { ...spent, uncounted_calls: 1_234 } }),
    clientView({ id: 'b', name: 'counted', limits, spent: { ...spent, uncounted_calls: 0 } }),
  ]);
  expect(within(await row('cursor')).getByTestId('token-uncounted').textContent).toContain(
    '1,234 calls of this month are not counted',
  );
  expect(within(await row('counted')).queryByTestId('token-uncounted')).toBeNull();
});

it('a link leads to the tokens', async () => {
  window.location.hash = '#/settings?tokens';
  const seen = vi.spyOn(Element.prototype, 'scrollIntoView');
  open();
  await screen.findAllByTestId('token');
  expect(seen).toHaveBeenCalledOnce();
  expect(document.activeElement?.contains(screen.getByTestId('settings-tokens'))).toBe(true);
  expect(window.location.hash).toBe('#/settings');
  seen.mockRestore();
});
