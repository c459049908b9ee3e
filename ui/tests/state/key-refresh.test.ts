import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { RefreshReport, RefreshStatus } from '$lib/contract';
import { KeyRefresh } from '$lib/state/key-refresh.svelte';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';
import { refreshReport } from '../samples';

const idle: RefreshStatus = { running: null, last: null, interval_s: 3_600, next_at_ms: null };

/** Everything that waits for an answer has it. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

function refreshOf(backend: FakeBackend) {
  const heard: { reports: RefreshReport[]; errors: string[] } = { reports: [], errors: [] };
  const refresh = new KeyRefresh(backend, {
    ondone: (report) => heard.reports.push(report),
    onerror: (error) => heard.errors.push(error.code),
  });
  return { refresh, heard };
}

describe('a refresh', () => {
  it('tells its progress and its end, and asks for the accounts it was given', async () => {
    const answer = deferred<RefreshReport>();
    const backend = new FakeBackend({ refresh: () => answer.promise, refresh_status: () => idle });
    const { refresh, heard } = refreshOf(backend);
    const stop = refresh.start();
    const run = refresh.run(['account-1']);
    expect(refresh.running).toBe(true);
    expect(refresh.progress).toBeNull();
    backend.emit({ type: 'refresh_progress', done: 3, total: 10, report: null });
    expect(refresh.progress).toMatchObject({ done: 3, total: 10 });
    const report = refreshReport({ checked: 10, valid: 9, failed: 1 });
    backend.emit({ type: 'refresh_progress', done: 10, total: 10, report });
    answer.resolve(report);
    await run;
    flushSync();
    expect(refresh.running).toBe(false);
    expect(heard).toEqual({ reports: [report], errors: [] });
    expect(backend.requestsOf('refresh')).toEqual([{ account_ids: ['account-1'] }]);
    stop();
    expect(backend.listenerCount).toBe(0);
  });

  it('asks once, however often the button is pressed', async () => {
    const answer = deferred<RefreshReport>();
    const backend = new FakeBackend({ refresh: () => answer.promise, refresh_status: () => idle });
    const { refresh } = refreshOf(backend);
    const run = refresh.run();
    await refresh.run();
    expect(backend.requestsOf('refresh')).toEqual([{}]);
    answer.resolve(refreshReport());
    await run;
  });

  it('that another window began is shown, and not reported twice', async () => {
    const running = { done: 4, total: 8, report: null };
    const backend = new FakeBackend({ refresh_status: () => ({ ...idle, running }) });
    const { refresh, heard } = refreshOf(backend);
    refresh.start();
    await settled();
    expect(refresh.progress).toEqual(running);
    expect(refresh.running).toBe(true);
    const last = refreshReport({ checked: 8 });
    backend.answers.refresh_status = () => ({ ...idle, last, next_at_ms: 5_000 });
    backend.emit({ type: 'refresh_progress', done: 8, total: 8, report: last });
    await settled();
    expect(refresh.running).toBe(false);
    expect(refresh.last).toEqual(last);
    expect(refresh.nextAt).toBe(5_000);
    expect(heard.reports).toEqual([]);
  });

  it('does not come back to life by an answer that is late', async () => {
    const late = deferred<RefreshStatus>();
    const backend = new FakeBackend({ refresh_status: () => late.promise });
    const { refresh } = refreshOf(backend);
    refresh.start();
    backend.answers.refresh_status = () => idle;
    const last = refreshReport({ checked: 3 });
    backend.emit({ type: 'refresh_progress', done: 3, total: 3, report: last });
    late.resolve({ ...idle, running: { done: 2, total: 3, report: null } });
    await settled();
    expect(refresh.running).toBe(false);
    expect(refresh.last).toEqual(last);
  });

  it('whose end was missed is looked at again when the keys change', async () => {
    const running = { done: 4, total: 8, report: null };
    const backend = new FakeBackend({ refresh_status: () => ({ ...idle, running }) });
    const { refresh } = refreshOf(backend);
    refresh.start();
    await settled();
    backend.answers.refresh_status = () => idle;
    backend.emit({ type: 'changed', topics: ['keys'] });
    await settled();
    expect(refresh.running).toBe(false);
  });

  it('stops when told so', async () => {
    const answer = deferred<RefreshReport>();
    const running = { done: 1, total: 9, report: null };
    const backend = new FakeBackend({
      refresh: () => answer.promise,
      refresh_status: () => idle,
      cancel_refresh: () => ({ ...idle, running }),
    });
    const { refresh, heard } = refreshOf(backend);
    const run = refresh.run();
    await refresh.cancel();
    expect(refresh.cancelling).toBe(true);
    answer.resolve(refreshReport({ checked: 1, cancelled: true }));
    await run;
    expect(refresh.cancelling).toBe(false);
    expect(heard.reports[0]?.cancelled).toBe(true);
  });

  it('that fails says why, and can be tried again', async () => {
    const backend = new FakeBackend({
      refresh: () => Promise.reject(new CallError('vault_locked', 'locked')),
    });
    const { refresh, heard } = refreshOf(backend);
    await refresh.run();
    expect(heard.errors).toEqual(['vault_locked']);
    expect(refresh.running).toBe(false);
  });
});
