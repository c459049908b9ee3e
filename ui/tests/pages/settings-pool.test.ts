import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { SettingsView } from '$lib/contract';
import Settings from '$pages/settings/Settings.svelte';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { gatewayStatus, settingsView } from '../samples';

function open(change: Partial<SettingsView> = {}) {
  let settings = settingsView(change);
  const backend = new FakeBackend({
    get_settings: () => settings,
    gateway_status: () => gatewayStatus(),
    update_settings: (patch) => (settings = { ...settings, ...patch }),
  });
  openPage(Settings, backend);
  return backend;
}

describe('choosing keys', () => {
  it('offers five strategies with a line each, and saves at once', async () => {
    const backend = open();
    const user = userEvent.setup();
    const list = await screen.findByTestId('settings-strategy');
    expect(list.dataset['value']).toBe('highest-balance');
    expect(list.querySelectorAll('input[type=radio]')).toHaveLength(5);
    await user.click(screen.getByRole('radio', { name: 'By weight' }));
    await waitFor(() => expect(list.dataset['value']).toBe('weighted'));
    expect(screen.getByTestId('settings-strategy-field-note').textContent.trim()).toBe('Saved');
    await user.click(screen.getByTestId('settings-session-affinity'));
    await waitFor(() =>
      expect(backend.requestsOf('update_settings')).toEqual([
        { strategy: 'weighted' },
        { session_affinity: false },
      ]),
    );
  });

  it('leaves what a variable decides', async () => {
    open({ overridden: ['strategy', 'refresh_interval_s'] });
    expect(await screen.findByRole('radio', { name: 'In turn' })).toHaveProperty('disabled', true);
    expect(screen.getByTestId('settings-strategy-field-note').textContent).toContain('flag');
    expect(screen.getByTestId('settings-refresh-interval-s')).toHaveProperty('disabled', true);
    expect(screen.getByTestId('settings-low-balance')).toHaveProperty('disabled', false);
  });
});

describe('numbers', () => {
  it.each([
    ['max-concurrency', '12', { max_concurrency: 12 }, '100001'],
    ['queue-length', '0', { queue_length: 0 }, '100001'],
    ['queue-s', '5', { queue_s: 5 }, '3601'],
    ['refresh-interval-s', '0', { refresh_interval_s: 0 }, '2592001'],
    ['low-balance', '20', { low_balance: 20 }, '1000001'],
    ['retention-days', '0', { retention_days: 0 }, '36501'],
    ['retention-rows', '4294967295', { retention_rows: 4_294_967_295 }, '4294967296'],
    ['retention-mib', '1,512', { retention_mib: 1_512 }, '1048577'],
    ['capture-body-kib', '1024', { capture_body_kib: 1_024 }, '1025', 1],
    ['capture-mib', '1', { capture_mib: 1 }, '1025', 1],
    ['capture-hours', '720', { capture_hours: 720 }, '721', 1],
  ])('%s has its bounds', async (name, good, patch, bad, least = 0) => {
    const backend = open();
    const user = userEvent.setup();
    const input = await screen.findByTestId(`settings-${name}`);
    await user.clear(input);
    await user.type(input, `${bad}{Enter}`);
    expect(screen.getByTestId(`settings-${name}-field-error`).textContent).toContain(
      `from ${least} to ${(Number(bad) - 1).toLocaleString('en')}`,
    );
    await user.clear(input);
    await user.type(input, `${good}{Enter}`);
    await waitFor(() => expect(backend.requestsOf('update_settings')).toEqual([patch]));
  });
});
