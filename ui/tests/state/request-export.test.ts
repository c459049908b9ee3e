import { describe, expect, it } from 'vitest';
import type { Backend, Desktop } from '$lib/backend/backend';
import { CallError } from '$lib/backend/call-error';
import { RequestExport } from '$lib/state/request-export.svelte';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';

const report = { path: '/home/ann/Downloads/flowkeep-requests.csv', rows: 12 };

function desktop(answer: () => Promise<unknown>) {
  const asked: unknown[] = [];
  const shell: Desktop = {
    call: (name, request) => {
      asked.push([name, request]);
      return answer() as Promise<never>;
    },
    painted: () => Promise.resolve(),
  };
  return { asked, backend: new FakeBackend({}, shell) };
}

const neverSaved = (): void => expect.unreachable('nothing is to be saved by the window');

describe('an export', () => {
  it('is written by the shell, which tells where', async () => {
    const { asked, backend } = desktop(() => Promise.resolve(report));
    const work = new RequestExport(backend, neverSaved);
    await work.run('csv', { model: 'x' });
    expect(asked).toEqual([['export_requests', { format: 'csv', filter: { model: 'x' } }]]);
    expect([work.report, work.error, work.busy]).toEqual([report, null, false]);
    work.forget();
    expect(work.report).toBeNull();
  });

  it('is a download in the browser', async () => {
    const asked: unknown[] = [];
    const saved: [string, string][] = [];
    const file = new Blob(['{}\n']);
    const downloads: NonNullable<Backend['downloads']> = {
      requests: (format, filter) => {
        asked.push([format, filter]);
        return Promise.resolve(file);
      },
    };
    const backend = Object.assign(new FakeBackend(), { downloads });
    const work = new RequestExport(backend, (blob, name) => saved.push([`${blob.size}`, name]));
    await work.run('jsonl', {});
    expect(asked).toEqual([['jsonl', {}]]);
    expect(saved).toEqual([['3', 'flowkeep-requests.jsonl']]);
    expect(work.downloaded).toBe('flowkeep-requests.jsonl');
  });

  it('tells why it failed, and can be tried again', async () => {
    let full = true;
    const { backend } = desktop(() =>
      full ? Promise.reject(new CallError('storage', 'no space left')) : Promise.resolve(report),
    );
    const work = new RequestExport(backend, neverSaved);
    await work.run('csv', {});
    expect([work.error?.code, work.report]).toEqual(['storage', null]);
    full = false;
    await work.run('csv', {});
    expect([work.error, work.report]).toEqual([null, report]);
  });

  it('runs once at a time', async () => {
    const wait = deferred<unknown>();
    const { asked, backend } = desktop(() => wait.promise);
    const work = new RequestExport(backend, neverSaved);
    const first = work.run('csv', {});
    await work.run('csv', {});
    expect([work.busy, asked.length]).toEqual([true, 1]);
    wait.resolve(report);
    await first;
    expect(work.report).toEqual(report);
  });
});
