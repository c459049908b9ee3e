import { QueryObserver } from '@tanstack/svelte-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followEvents } from '$lib/state/follow-events';
import { createQueryClient, QUERY } from '$lib/state/queries';
import { FakeBackend } from '../fake-backend';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Observes a query and counts its readings. */
function watch(client: ReturnType<typeof createQueryClient>, queryKey: readonly string[]) {
  const read = vi.fn(() => Promise.resolve(read.mock.calls.length));
  new QueryObserver(client, { queryKey, queryFn: read }).subscribe(() => undefined);
  return read;
}

describe('changed events', () => {
  it('make exactly the named topics be read again', async () => {
    const client = createQueryClient();
    const backend = new FakeBackend();
    followEvents(backend, client);
    const keys = watch(client, QUERY.keys);
    const usage = watch(client, QUERY.latest);
    await vi.advanceTimersByTimeAsync(0);
    backend.emit({ type: 'changed', topics: ['keys'] });
    await vi.advanceTimersByTimeAsync(0);
    expect([keys.mock.calls.length, usage.mock.calls.length]).toEqual([2, 1]);
    backend.emit({ type: 'changed', topics: ['requests', 'status'] });
    await vi.advanceTimersByTimeAsync(0);
    expect([keys.mock.calls.length, usage.mock.calls.length]).toEqual([2, 2]);
  });

  it('are read twice a second at most, and the last one is never lost', async () => {
    const client = createQueryClient();
    const backend = new FakeBackend();
    followEvents(backend, client);
    const usage = watch(client, QUERY.latest);
    await vi.advanceTimersByTimeAsync(0);
    for (let count = 0; count < 95; count += 1) {
      backend.emit({ type: 'changed', topics: ['requests'] });
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(usage.mock.calls.length).toBeLessThanOrEqual(4);
    const before = usage.mock.calls.length;
    await vi.advanceTimersByTimeAsync(500);
    expect(usage.mock.calls.length).toBe(before + 1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(usage.mock.calls.length).toBe(before + 1);
  });

  it('stop with the subscription, and progress changes nothing', async () => {
    const client = createQueryClient();
    const backend = new FakeBackend();
    const stop = followEvents(backend, client);
    const keys = watch(client, QUERY.keys);
    await vi.advanceTimersByTimeAsync(0);
    backend.emit({ type: 'import_progress', done: 1, total: 2 });
    await vi.advanceTimersByTimeAsync(0);
    expect(keys).toHaveBeenCalledTimes(1);
    stop();
    expect(backend.listenerCount).toBe(0);
  });
});
