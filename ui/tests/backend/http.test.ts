import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend, BackendEvent } from '$lib/backend/backend';
import { connectHttp } from '$lib/backend/http';

type Reply = Response | Error | ((init: RequestInit) => Response | Promise<Response>);

/** A `fetch` that answers by path and remembers what was sent. */
class FakeFetch {
  readonly sent: { path: string; init: RequestInit }[] = [];
  readonly replies = new Map<string, Reply[]>();

  on(path: string, ...replies: Reply[]): this {
    this.replies.set(path, [...(this.replies.get(path) ?? []), ...replies]);
    return this;
  }

  fetch: typeof fetch = async (input, init = {}) => {
    const path = new URL(String(input)).pathname;
    this.sent.push({ path, init });
    const reply = this.replies.get(path)?.shift();
    if (reply === undefined) throw new Error(`unexpected ${path}`);
    if (reply instanceof Error) throw reply;
    return typeof reply === 'function' ? reply(init) : reply;
  };

  headersOf(index: number): Headers {
    return new Headers(this.sent[index]?.init.headers);
  }

  count(path: string): number {
    return this.sent.filter((request) => request.path === path).length;
  }
}

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status });
const login = (): Response => json({ token: 'secret-token', expires_at: '2026-11-23T00:00:00Z' });

let net: FakeFetch;
let backend: Backend;

beforeEach(() => {
  net = new FakeFetch();
  backend = connectHttp({
    origin: 'http://127.0.0.1:7898',
    fetch: net.fetch,
    storage: window.sessionStorage,
  });
});

const signIn = async (): Promise<void> => {
  net.on('/login', login());
  await backend.session?.signIn('admin', 'pass');
};

describe('login', () => {
  it('posts the password and keeps the token for this tab', async () => {
    await signIn();
    expect(net.sent[0]?.init.body).toBe('{"username":"admin","password":"pass"}');
    expect(backend.session?.signedIn).toBe(true);
    const reloaded = connectHttp({ origin: '', fetch: net.fetch, storage: sessionStorage });
    expect(reloaded.session?.signedIn).toBe(true);
    expect(Object.values({ ...localStorage })).toEqual([]);
  });

  it.each([
    [json({}, 401), 'unauthorized'],
    [json({}, 429), 'too_many_attempts'],
    [json({ code: 'storage', message: 'x' }, 500), 'storage'],
    [json({ nothing: true }), 'internal'],
    [new TypeError('fetch failed'), 'unreachable'],
  ])('tells failures apart (%#)', async (reply, code) => {
    net.on('/login', reply);
    await expect(backend.session?.signIn('admin', 'x')).rejects.toMatchObject({ code });
    expect(backend.session?.signedIn).toBe(false);
  });

  it('ends with signing out, also when the gateway has ended it before', async () => {
    await signIn();
    net.on('/logout', json({ code: 'unauthorized', message: 'log in first' }, 401));
    await expect(backend.session?.signOut()).resolves.toBeUndefined();
    expect(backend.session?.signedIn).toBe(false);
  });

  it('ends with signing out, even when the gateway is gone', async () => {
    await signIn();
    net.on('/logout', new TypeError('fetch failed'));
    await expect(backend.session?.signOut()).rejects.toMatchObject({ code: 'unreachable' });
    expect(backend.session?.signedIn).toBe(false);
    expect(net.headersOf(1).get('authorization')).toBe('Bearer secret-token');
  });
});

describe('calls', () => {
  it('go to the command with the token in a header', async () => {
    await signIn();
    net.on('/admin/rpc/list_keys', json({ keys: [] }));
    await expect(backend.call('list_keys', {})).resolves.toEqual({ keys: [] });
    expect(net.sent[1]?.init).toMatchObject({ method: 'POST', body: '{}', cache: 'no-store' });
    expect(net.headersOf(1).get('authorization')).toBe('Bearer secret-token');
    expect(net.headersOf(1).get('content-type')).toBe('application/json');
  });

  it.each([
    [json({ code: 'vault_locked', message: 'locked' }, 503), 'vault_locked', 'locked'],
    [json({ error: { code: 'port_taken', message: 'p' } }, 409), 'port_taken', 'p'],
    [json({ code: 'from_the_future', message: 'x' }, 400), 'internal', 'unreadable answer'],
    [new Response('<html>', { status: 502 }), 'internal', 'unreadable answer'],
    [new TypeError('fetch failed'), 'unreachable', 'fetch failed'],
  ])('fail with the code of the contract (%#)', async (reply, code, message) => {
    await signIn();
    net.on('/admin/rpc/list_keys', reply);
    await expect(backend.call('list_keys', {})).rejects.toMatchObject({ code, message });
  });

  it('end the session when the token is no longer taken', async () => {
    await signIn();
    const seen = vi.fn();
    backend.session?.watch(seen);
    net.on('/admin/rpc/list_keys', json({}, 401));
    await expect(backend.call('list_keys', {})).rejects.toMatchObject({ code: 'unauthorized' });
    expect(backend.session?.signedIn).toBe(false);
    expect(seen).toHaveBeenCalledOnce();
    expect({ ...sessionStorage }).toEqual({});
  });
});

/** A stream whose chunks the test writes. */
function openStream() {
  let control: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (control = given) });
  return {
    response: new Response(body),
    write: (text: string) => control?.enqueue(new TextEncoder().encode(text)),
    end: () => control?.close(),
  };
}

describe('events', () => {
  const KEYS: BackendEvent = { type: 'changed', topics: ['keys'] };
  let seen: BackendEvent[];
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    seen = [];
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

  it('are not asked for before the login', async () => {
    stop = backend.subscribe((event) => seen.push(event));
    await settle();
    expect(net.count('/admin/events')).toBe(0);
    const stream = openStream();
    net.on('/admin/events', stream.response);
    await signIn();
    await settle();
    expect(net.count('/admin/events')).toBe(1);
  });

  it('are put together from any pieces; comments and rubbish are passed over', async () => {
    const stream = openStream();
    net.on('/admin/events', stream.response);
    await signIn();
    stop = backend.subscribe((event) => seen.push(event));
    await settle();
    stream.write(': hello\n\nevent: flowkeep\ndata: {"type":"chan');
    stream.write('ged","topics":["keys"]}\r\n\r');
    stream.write('\ndata: not json\n\n');
    stream.write('data: {"type":"import_progress","done":1,"total":2}\n\n');
    await settle();
    expect(seen).toEqual([KEYS, { type: 'import_progress', done: 1, total: 2 }]);
  });

  it('come back after a lost connection, and everything counts as changed', async () => {
    const first = openStream();
    const second = openStream();
    net.on('/admin/events', first.response, new TypeError('refused'), second.response);
    await signIn();
    stop = backend.subscribe((event) => seen.push(event));
    await settle();
    first.end();
    await settle();
    expect(seen).toEqual([{ type: 'changed', topics: ['status'] }]);
    seen.length = 0;
    await vi.advanceTimersByTimeAsync(500);
    expect(net.count('/admin/events')).toBe(2);
    await vi.advanceTimersByTimeAsync(999);
    expect(net.count('/admin/events')).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(net.count('/admin/events')).toBe(3);
    expect(seen).toEqual([
      { type: 'changed', topics: ['status', 'keys', 'requests', 'settings', 'clients'] },
    ]);
  });

  it('end when nobody listens', async () => {
    const stream = openStream();
    let signal: AbortSignal | null | undefined;
    net.on('/admin/events', (init) => {
      signal = init.signal;
      return stream.response;
    });
    await signIn();
    stop = backend.subscribe((event) => seen.push(event));
    await settle();
    stop();
    expect(signal?.aborted).toBe(true);
  });
});

describe('a download', () => {
  it('carries the login in a header and the filter in the address', async () => {
    await signIn();
    const asked: string[] = [];
    const spy: typeof fetch = (input, init) => {
      asked.push(String(input));
      return net.fetch(input, init);
    };
    const other = connectHttp({
      origin: 'http://127.0.0.1:7898',
      fetch: spy,
      storage: window.sessionStorage,
    });
    net.on('/admin/export/requests', new Response('time,model\r\n'));
    const filter = { text: 'a&b=c', outcome: 'refused', from_ms: 5 } as const;
    const file = await other.downloads?.requests('csv', filter);
    expect(await new Response(file).text()).toBe('time,model\r\n');
    expect(asked).toEqual([
      'http://127.0.0.1:7898/admin/export/requests?format=csv&text=a%26b%3Dc&outcome=refused&from_ms=5',
    ]);
    expect(net.headersOf(1).get('authorization')).toBe('Bearer secret-token');
  });

  it('fails with the words of the program', async () => {
    await signIn();
    net.on('/admin/export/requests', json({ code: 'storage', message: 'disk full' }, 500));
    await expect(backend.downloads?.requests('jsonl', {})).rejects.toMatchObject({
      code: 'storage',
      message: 'disk full',
    });
  });

  it('that is cut off fails while it is read', async () => {
    await signIn();
    const cut = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.error(new TypeError('network error')),
    });
    net.on('/admin/export/requests', new Response(cut));
    const reader = (await backend.downloads?.requests('csv', {}))?.getReader();
    await expect(reader?.read()).rejects.toMatchObject({
      code: 'unreachable',
      message: 'network error',
    });
  });
});
