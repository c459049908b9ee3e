import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { RecomputeCostsReport } from '$lib/contract';
import { CostRecompute } from '$lib/state/cost-recompute.svelte';
import { recomputeSpan, usualDates } from '$lib/state/recompute-span';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';

const report = (change: Partial<RecomputeCostsReport> = {}): RecomputeCostsReport => ({
  seen: 0,
  changed: 0,
  total: 0,
  is_cancelled: false,
  ...change,
});
const SPAN = { from_ms: 0, to_ms: 10 };

function recomputeOf(backend: FakeBackend) {
  const heard: { reports: RecomputeCostsReport[]; errors: string[] } = { reports: [], errors: [] };
  const recompute = new CostRecompute(backend, {
    ondone: (done) => heard.reports.push(done),
    onerror: (error) => heard.errors.push(error.code),
  });
  const stop = recompute.start();
  const tell = (change: Partial<RecomputeCostsReport>): void =>
    backend.emit({ type: 'costs_progress', ...report(change) });
  return { recompute, heard, stop, tell };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('recomputing costs', () => {
  it('tells its progress and what came of it', async () => {
    const answer = deferred<RecomputeCostsReport>();
    const backend = new FakeBackend({ recompute_costs: () => answer.promise });
    const { recompute, heard, stop, tell } = recomputeOf(backend);
    const run = recompute.run(SPAN);
    expect(recompute.running).toBe(true);
    expect(recompute.progress).toBeNull();
    tell({ seen: 500, changed: 3, total: 1_200 });
    expect(recompute.progress).toMatchObject({ seen: 500, changed: 3, total: 1_200 });
    await recompute.run(SPAN);
    expect(backend.requestsOf('recompute_costs')).toEqual([SPAN]);
    const done = report({ seen: 1_200, changed: 7, total: 1_200 });
    answer.resolve(done);
    await run;
    expect(recompute.running).toBe(false);
    expect(recompute.last).toEqual(done);
    expect(heard).toEqual({ reports: [done], errors: [] });
    tell(done);
    expect(recompute.running, 'an event that is slower than the answer').toBe(false);
    stop();
    expect(backend.listenerCount).toBe(0);
  });

  it('is told by the dialog alone while that is open', async () => {
    const backend = new FakeBackend({ recompute_costs: () => report({ seen: 2 }) });
    const { recompute, heard } = recomputeOf(backend);
    const leave = recompute.attend();
    await recompute.run(SPAN);
    expect(heard.reports).toEqual([]);
    leave();
    await recompute.run(SPAN);
    expect(heard.reports).toHaveLength(1);
    recompute.forget();
    expect(recompute.last).toBeNull();
  });

  it('can be stopped', async () => {
    const answer = deferred<RecomputeCostsReport>();
    const backend = new FakeBackend({
      recompute_costs: () => answer.promise,
      cancel_recompute_costs: () => ({}),
    });
    const { recompute } = recomputeOf(backend);
    const run = recompute.run(SPAN);
    await recompute.cancel();
    expect(recompute.cancelling).toBe(true);
    answer.resolve(report({ seen: 500, is_cancelled: true }));
    await run;
    expect(recompute.cancelling).toBe(false);
    expect(recompute.last?.is_cancelled).toBe(true);
  });

  it('says when it failed', async () => {
    const backend = new FakeBackend({
      recompute_costs: () => {
        throw new CallError('storage', 'the log cannot be written now');
      },
    });
    const { recompute, heard } = recomputeOf(backend);
    await recompute.run(SPAN);
    expect(recompute.running).toBe(false);
    expect(recompute.error?.code).toBe('storage');
    expect(heard.errors).toEqual(['storage']);
  });

  it('of another window is shown until nothing is heard of it any more', async () => {
    const { recompute, heard, tell } = recomputeOf(new FakeBackend());
    tell({ seen: 500, total: 9_000 });
    expect(recompute.running).toBe(true);
    await vi.advanceTimersByTimeAsync(4_000);
    tell({ seen: 1_000, total: 9_000 });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(recompute.progress?.seen).toBe(1_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(recompute.running).toBe(false);
    tell({ seen: 1_500, total: 9_000 });
    tell({ seen: 2_000, total: 9_000, is_cancelled: true });
    expect(recompute.running).toBe(false);
    tell({ seen: 500, total: 900 });
    tell({ seen: 900, total: 900 });
    expect(recompute.running).toBe(false);
    expect(heard).toEqual({ reports: [], errors: [] });
  });
});

describe('the time that is recomputed', () => {
  const NOW = new Date(2026, 10, 23, 15, 30).getTime();
  const none = { from: '', until: '' };
  const midnight = (month: number, day: number): number => new Date(2026, month, day).getTime();

  it('ends with today', () => {
    const to_ms = midnight(10, 24);
    expect(recomputeSpan('days7', none, NOW)).toEqual({ from_ms: midnight(10, 17), to_ms });
    expect(recomputeSpan('days30', none, NOW)).toEqual({ from_ms: midnight(9, 25), to_ms });
    expect(recomputeSpan('all', none, NOW)).toEqual({ from_ms: 0, to_ms });
  });

  it('has both dates in it', () => {
    const dates = { from: '2026-09-01', until: '2026-09-01' };
    expect(recomputeSpan('dates', dates, NOW)).toEqual({
      from_ms: midnight(8, 1),
      to_ms: midnight(8, 2),
    });
  });

  it('is of thirty days to begin with', () => {
    expect(usualDates(NOW)).toEqual({ from: '2026-10-25', until: '2026-11-23' });
    expect(recomputeSpan('dates', usualDates(NOW), NOW)).toEqual(
      recomputeSpan('days30', none, NOW),
    );
  });

  it.each([
    ['', ''],
    ['2026-02-30', '2026-03-30'],
    ['2026-09-01', ''],
    ['2026-09-02', '2026-09-01'],
    ['soon', 'later'],
  ])('is none from %j to %j', (from, until) => {
    expect(recomputeSpan('dates', { from, until }, NOW)).toBeNull();
  });
});
