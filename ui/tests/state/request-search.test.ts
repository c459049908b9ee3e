import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestFilter } from '$lib/contract';
import { readRequestIntent, requestIntent } from '$lib/state/request-intent';
import { RequestSearch, TYPING_PAUSE_MS } from '$lib/state/request-search.svelte';

const NOW = 1_760_000_000_000;

function open(intent: string | null = null) {
  const asked: RequestFilter[] = [];
  const search = new RequestSearch(
    (filter) => asked.push(filter),
    intent,
    () => NOW,
  );
  return { asked, search };
}

describe('the search of the log', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('asks for nothing in particular at first', () => {
    const { asked, search } = open();
    expect([search.filter, search.active, asked]).toEqual([{}, false, []]);
  });

  it('follows the typing after a pause, once', () => {
    const { asked, search } = open();
    for (const text of ['t', 'ti', 'timeout ']) {
      search.text = text;
      vi.advanceTimersByTime(TYPING_PAUSE_MS - 1);
    }
    expect(asked).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(asked).toEqual([{ text: 'timeout' }]);
    expect(search.active).toBe(true);
  });

  it('does not wait for somebody who presses Enter, and does not ask twice', () => {
    const { asked, search } = open();
    search.text = 'quota';
    search.submit();
    search.submit();
    vi.advanceTimersByTime(10 * TYPING_PAUSE_MS);
    expect(asked).toEqual([{ text: 'quota' }]);
  });

  it('puts all parts into one filter, typed words included', () => {
    const { asked, search } = open();
    search.text = 'abc';
    search.outcome = 'refused';
    search.setNamed('account', 'account-1');
    search.since = 'hour';
    expect(asked.at(-1)).toEqual({
      text: 'abc',
      account: 'account-1',
      outcome: 'refused',
      from_ms: NOW - 3_600_000,
    });
    search.outcome = 'any';
    search.since = 'any';
    search.setNamed('account', '');
    expect(asked.at(-1)).toEqual({ text: 'abc' });
    search.clear();
    expect([asked.at(-1), search.text, search.active]).toEqual([{}, '', false]);
  });

  it('begins with what the address asks for', () => {
    const intent = requestIntent('model', 'Pro/zai-org/GLM-4.7 & co', 'days7');
    const { asked, search } = open(intent);
    expect(search.named('model')).toBe('Pro/zai-org/GLM-4.7 & co');
    expect([search.since, search.active, asked]).toEqual(['days7', true, []]);
    expect(search.filter.from_ms).toBeLessThan(NOW - 5 * 86_400_000);
    expect(readRequestIntent(requestIntent('route', 'x', 'months12')).since).toBe('any');
    expect(readRequestIntent('since=yesterday&colour=red')).toEqual({
      named: { model: '', account: '', client: '', route: '' },
      since: 'any',
    });
  });

  it('asks no more once the page is closed', () => {
    const { asked, search } = open();
    search.text = 'late';
    search.stop();
    vi.advanceTimersByTime(10 * TYPING_PAUSE_MS);
    expect(asked).toEqual([]);
  });
});
