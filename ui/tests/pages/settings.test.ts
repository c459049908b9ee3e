import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { SettingsView } from '$lib/contract';
import { isPort, isUpstream } from '$pages/settings/setting-checks';
import Settings from '$pages/settings/Settings.svelte';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { gatewayStatus, settingsView } from '../samples';

function open(change: Partial<SettingsView> = {}) {
  let settings = settingsView(change);
  const backend = new FakeBackend({
    get_settings: () => settings,
    gateway_status: () => gatewayStatus(),
    update_settings: (patch) => {
      if (patch.port === 2_000) throw new CallError('invalid_setting', 'port 2000 is reserved');
      settings = { ...settings, ...patch };
      return settings;
    },
  });
  openPage(Settings, backend);
  return backend;
}

async function retype(testid: string, text: string) {
  const user = userEvent.setup();
  const input = await screen.findByTestId(testid);
  await user.clear(input);
  await user.type(input, text);
  return user;
}

describe('the settings page', () => {
  it('saves one field at a time and says so', async () => {
    const backend = open();
    const user = await retype('settings-port', '8000');
    expect(screen.getByTestId('settings-port-field-note').textContent).toBe('Not saved yet');
    await user.click(screen.getByTestId('settings-port-save'));
    await waitFor(() =>
      expect(screen.getByTestId('settings-port-field-note').textContent).toBe('Saved'),
    );
    expect(backend.requestsOf('update_settings')).toEqual([{ port: 8000 }]);
    expect(screen.getByTestId('settings-port-waits').textContent).toContain('Restart Flowkeep');
  });

  it('puts an error beside the field it belongs to', async () => {
    const backend = open();
    const user = await retype('settings-port', '80');
    await user.click(screen.getByTestId('settings-port-save'));
    expect(screen.getByTestId('settings-port-field-error').textContent).toContain('1024 to 65535');
    expect(backend.requestsOf('update_settings')).toEqual([]);
    await retype('settings-port', '2000');
    await user.keyboard('{Enter}');
    await waitFor(() =>
      expect(screen.getByTestId('settings-port-field-error').textContent).toContain(
        'port 2000 is reserved',
      ),
    );
    expect(screen.queryByTestId('settings-upstream-field-error')).toBeNull();
    await user.click(screen.getByTestId('settings-port-reset'));
    expect(screen.getByTestId<HTMLInputElement>('settings-port').value).toBe('7898');
    expect(screen.queryByTestId('settings-port-field-error')).toBeNull();
  });

  it('shows what a flag decides, and the warning about the file', async () => {
    open({ overridden: ['port', 'require_token'], warning: 'line 3: expected a number' });
    expect(await screen.findByTestId('settings-port')).toHaveProperty('disabled', true);
    expect(screen.getByTestId('settings-port-field-note').textContent).toContain('flag');
    expect(screen.getByTestId('settings-require-token')).toHaveProperty('disabled', true);
    expect(screen.getByTestId('settings-upstream')).toHaveProperty('disabled', false);
    expect(screen.getByTestId('settings-warning').textContent).toContain('line 3');
  });

  it('saves theme and language at once; autostart is for the desktop', async () => {
    const user = userEvent.setup();
    const backend = open();
    await user.click(await screen.findByTestId('settings-theme-dark'));
    await user.click(screen.getByTestId('settings-language-zh-CN'));
    await waitFor(() =>
      expect(backend.requestsOf('update_settings')).toEqual([
        { theme: 'dark' },
        { language: 'zh-CN' },
      ]),
    );
    expect(screen.queryByTestId('settings-autostart')).toBeNull();
  });
});

describe('checks before saving', () => {
  it.each([
    ['1024', true],
    ['65535', true],
    ['1023', false],
    ['65536', false],
    ['80a', false],
    ['1e4', false],
    ['', false],
  ])('port %s: %s', (text, good) => {
    expect(isPort(text)).toBe(good);
  });

  it.each([
    ['https://api.siliconflow.cn/v1', true],
    ['http://127.0.0.1:9000/v1', true],
    ['http://[::1]:9000', true],
    ['http://api.siliconflow.cn/v1', false],
    ['ftp://localhost', false],
    ['api.siliconflow.cn', false],
    ['', false],
  ])('upstream %s: %s', (text, good) => {
    expect(isUpstream(text)).toBe(good);
  });
});
