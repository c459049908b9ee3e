import { describe, expect, it } from 'vitest';
import type { Backend, Bytes, Desktop } from '$lib/backend/backend';
import { CallError } from '$lib/backend/call-error';
import { RequestExport } from '$lib/state/request-export.svelte';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';

const report = { path: '/home/ann/Downloads/flowkeep-requests.csv', rows: 12, is_partial: false };

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

const neverAsked = (): never => expect.unreachable('no file is to be written by the window');

/** A browser whose log is these lines, which come one by one. */
function browser(lines: readonly string[]) {
  const asked: unknown[] = [];
  const encoder = new TextEncoder();
  const downloads: NonNullable<Backend['downloads']> = {
    requests: (format, filter) => {
      asked.push([format, filter]);
      const left = [...lines];
      const content = new ReadableStream<Bytes>({
        pull(controller) {
          const line = left.shift();
          if (line === undefined) controller.close();
          else controller.enqueue(encoder.encode(line));
        },
        cancel: () => void asked.push('cancelled'),
      });
      return Promise.resolve(content);
    },
  };
  return { asked, backend: Object.assign(new FakeBackend(), { downloads }) };
}

describe('an export', () => {
  it('is written by the shell, which tells where', async () => {
    const { asked, backend } = desktop(() => Promise.resolve(report));
    const work = new RequestExport(backend, neverAsked);
    await work.run('csv', { model: 'x' });
    expect(asked).toEqual([['export_requests', { format: 'csv', filter: { model: 'x' } }]]);
    expect([work.report, work.error, work.busy]).toEqual([report, null, false]);
    work.forget();
    expect(work.report).toBeNull();
  });

  it('is written by the browser while it comes', async () => {
    const { asked, backend } = browser(['{"a":1}\n', '{"b":2}\n']);
    const pieces: string[] = [];
    const sink = new WritableStream<Bytes>({
      write: (bytes) => void pieces.push(new TextDecoder().decode(bytes)),
    });
    const names: string[] = [];
    const work = new RequestExport(backend, (name) => {
      names.push(name);
      return Promise.resolve({
        name: 'mine.jsonl',
        place: 'chosen',
        write: (content) => content.pipeTo(sink),
        discard: neverAsked,
      });
    });
    await work.run('jsonl', {});
    expect([names, asked]).toEqual([['flowkeep-requests.jsonl'], [['jsonl', {}]]]);
    expect(pieces).toEqual(['{"a":1}\n', '{"b":2}\n']);
    expect([work.saved, work.error]).toEqual([{ name: 'mine.jsonl', place: 'chosen' }, null]);
  });

  it('asks for nothing when no file was chosen', async () => {
    const { asked, backend } = browser([]);
    const work = new RequestExport(backend, () => Promise.resolve(null));
    await work.run('csv', {});
    expect([asked, work.saved, work.error, work.busy]).toEqual([[], null, null, false]);
  });

  it('ends the sending when the file cannot be written', async () => {
    const { asked, backend } = browser(['line\n']);
    let discarded = 0;
    const work = new RequestExport(backend, (name) =>
      Promise.resolve({
        name,
        place: 'chosen',
        write: () => Promise.reject(new DOMException('no room', 'QuotaExceededError')),
        discard: () => Promise.resolve(void (discarded += 1)),
      }),
    );
    await work.run('csv', {});
    expect([work.error?.code, work.error?.message]).toEqual(['unwritable', 'no room']);
    expect([asked.at(-1), work.saved, discarded]).toEqual(['cancelled', null, 1]);
  });

  it('leaves no empty file when the log cannot be read', async () => {
    const downloads: NonNullable<Backend['downloads']> = {
      requests: () => Promise.reject(new CallError('storage', 'damaged')),
    };
    let discarded = 0;
    const work = new RequestExport(Object.assign(new FakeBackend(), { downloads }), (name) =>
      Promise.resolve({
        name,
        place: 'chosen',
        write: neverAsked,
        discard: () => Promise.resolve(void (discarded += 1)),
      }),
    );
    await work.run('csv', {});
    expect([work.error?.code, work.saved, discarded]).toEqual(['storage', null, 1]);
  });

  it('tells why it failed, and can be tried again', async () => {
    let full = true;
    const { backend } = desktop(() =>
      full ? Promise.reject(new CallError('storage', 'no space left')) : Promise.resolve(report),
    );
    const work = new RequestExport(backend, neverAsked);
    await work.run('csv', {});
    expect([work.error?.code, work.report]).toEqual(['storage', null]);
    full = false;
    await work.run('csv', {});
    expect([work.error, work.report]).toEqual([null, report]);
  });

  it('runs once at a time', async () => {
    const wait = deferred<unknown>();
    const { asked, backend } = desktop(() => wait.promise);
    const work = new RequestExport(backend, neverAsked);
    const first = work.run('csv', {});
    await work.run('csv', {});
    expect([work.busy, asked.length]).toEqual([true, 1]);
    wait.resolve(report);
    await first;
    expect(work.report).toEqual(report);
  });
});
