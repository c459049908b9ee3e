import { describe, expect, it } from 'vitest';
import type { Notice } from '$lib/contract';
import { followNotices } from '$lib/state/follow-notices';
import { browserSurroundings, Preferences } from '$lib/state/preferences.svelte';
import { Toasts } from '$lib/state/toasts.svelte';
import { FakeBackend } from '../fake-backend';

const budget = {
  client: 'client-1',
  name: 'laptop',
  period: 'day',
  spent_nano: 8_000_000_000,
  limit_nano: 10_000_000_000,
  currency: 'CNY',
  resets_at_ms: 1_760_000_000_000,
} as const;
const NOTICES: [notice: Notice, tone: string, text: string][] = [
  [
    { kind: 'low_balance', account_id: '1', account: 'team', nano: 4_200_000_000, currency: 'USD' },
    'bad',
    'The balance of account team is low: $4.20',
  ],
  [{ kind: 'all_keys_down', keys: 3 }, 'bad', 'No key can serve any more. See Keys for'],
  [{ kind: 'keys_are_back', usable: 1 }, 'good', '1 key can serve again'],
  [{ kind: 'budget_near', ...budget }, 'bad', 'Token laptop has spent ¥8.00 of its ¥10.00'],
  [{ kind: 'budget_spent', ...budget }, 'bad', 'Token laptop has spent its ¥10.00 and is refused'],
];

describe('a notice', () => {
  it.each(NOTICES)('%o is shown', (notice, tone, text) => {
    const backend = new FakeBackend();
    const toasts = new Toasts();
    const preferences = new Preferences({ ...browserSurroundings(), languages: ['en'] });
    const stop = followNotices(backend, toasts, preferences);
    backend.emit({ type: 'changed', topics: ['keys'] });
    backend.emit({ type: 'notice', ...notice });
    expect(toasts.list).toHaveLength(1);
    expect(toasts.list[0]).toMatchObject({ tone, text: expect.stringContaining(text) as string });
    stop();
    expect(backend.listenerCount).toBe(0);
  });
});
