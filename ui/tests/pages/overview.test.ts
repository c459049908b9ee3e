import { screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Desktop } from '$lib/backend/backend';
import type { GatewayStatus } from '$lib/contract';
import Overview from '$pages/overview/Overview.svelte';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { dayUsage, gatewayStatus, requestView, usageToday } from '../samples';

const TOKEN = 'fk-test-token-0123456789';

function open(
  status: GatewayStatus,
  change: Partial<FakeBackend['answers']> = {},
  desktop?: Desktop,
) {
  const backend = new FakeBackend(
    {
      gateway_status: () => status,
      client_token: () => ({ token: TOKEN }),
      usage_today: () => usageToday(),
      list_requests: () => ({ requests: [], next: null }),
      set_paused: ({ paused }) => ({
        ...status,
        gateway: { state: paused ? 'paused' : 'running' },
      }),
      ...change,
    },
    desktop,
  );
  openPage(Overview, backend);
  return backend;
}

const noKeys = { ...gatewayStatus().keys, total: 0, usable: 0 };

describe('the overview', () => {
  it('leads to the import when there is no key', async () => {
    const user = userEvent.setup();
    open(gatewayStatus({ keys: noKeys }));
    await user.click(await screen.findByTestId('first-run-import'));
    expect(window.location.hash).toBe('#/keys?import');
  });

  it('shows a ready curl line before the first call, with the token hidden', async () => {
    open(gatewayStatus());
    const line = await screen.findByTestId('first-call-curl');
    expect(line.textContent).toContain('curl http://localhost:7898/v1/chat/completions');
    expect(document.body.textContent).not.toContain(TOKEN);
  });

  it('hides the token until it is asked for', async () => {
    const user = userEvent.setup();
    open(gatewayStatus());
    const value = await screen.findByTestId('token-value');
    expect(value.textContent).toMatch(/^•+$/);
    await user.click(screen.getByTestId('token-show'));
    expect(value.textContent).toBe(TOKEN);
    await user.click(screen.getByTestId('token-show'));
    expect(value.textContent).toMatch(/^•+$/);
  });

  it('shows usage, and calls without usage as such', async () => {
    const total = dayUsage({ calls: 42, failed: 2, prompt_tokens: 1_000, cached_tokens: 250 });
    open(gatewayStatus(), {
      usage_today: () => usageToday({ total: { ...total, calls_without_usage: 1 } }),
      list_requests: () => ({
        requests: [requestView(2, { prompt_tokens: null, completion_tokens: null })],
        next: null,
      }),
    });
    expect((await screen.findByTestId('usage-calls')).textContent.trim()).toBe('42');
    expect(screen.getByTestId('today-card').textContent).toContain('25% of the prompt');
    expect(screen.getByTestId('usage-unknown').textContent).toContain('1 successful call');
    expect((await screen.findByTestId('request-tokens')).textContent).toBe('—');
    expect(screen.queryByTestId('first-call')).toBeNull();
  });

  it('pauses and resumes', async () => {
    const user = userEvent.setup();
    const backend = open(gatewayStatus());
    await user.click(await screen.findByTestId('pause-toggle'));
    expect((await screen.findByText('Paused')).dataset['state']).toBe('paused');
    await user.click(screen.getByTestId('pause-toggle'));
    expect(await screen.findByText('Running')).toBeTruthy();
    expect(backend.requestsOf('set_paused')).toEqual([{ paused: true }, { paused: false }]);
  });

  it('explains a taken port, and tries again on the desktop only', async () => {
    const gateway = { state: 'port_taken', port: 7898, holder: 'nginx (pid 7)' } as const;
    open(gatewayStatus({ gateway }));
    const trouble = await screen.findByTestId('trouble-port');
    expect(trouble.textContent).toContain('nginx (pid 7) uses it');
    expect(screen.queryByTestId('gateway-retry')).toBeNull();
  });

  it('starts the gateway again from the desktop', async () => {
    const user = userEvent.setup();
    const gateway = { state: 'port_taken', port: 7898, holder: null } as const;
    const running = gatewayStatus();
    const desktop = {
      call: () => Promise.resolve(running as never),
      painted: () => Promise.resolve(),
    };
    open(gatewayStatus({ gateway }), {}, desktop);
    await user.click(await screen.findByTestId('gateway-retry'));
    expect(await screen.findByText('Running')).toBeTruthy();
    expect(screen.queryByTestId('trouble-port')).toBeNull();
  });

  it('unlocks the vault and shows its warning', async () => {
    const user = userEvent.setup();
    const vault = { kind: 'keychain', state: 'locked', warning: 'the file is used' } as const;
    const backend = open(gatewayStatus({ vault }), {
      unlock_vault: () => ({ ...vault, state: 'ready' }),
    });
    expect((await screen.findByTestId('vault-warning')).textContent).toContain('the file is used');
    await user.click(screen.getByTestId('vault-unlock'));
    expect(backend.requestsOf('unlock_vault')).toHaveLength(1);
  });
});
