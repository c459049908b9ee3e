import type { Backend, Bytes, Downloads, Listener, Session, Unsubscribe } from './backend';
import { CallError, callError } from './call-error';
import { EventStream } from './event-stream';
import { WebSession, type WebSessionOptions } from './web-session';

export type HttpOptions = WebSessionOptions;

/** The web console's backend: one POST per call, events as a stream of its own. */
class HttpBackend implements Backend {
  readonly kind = 'web';
  readonly session: Session;
  readonly downloads: Downloads = {
    requests: (format, filter) => this.#download('/admin/export/requests', { format, ...filter }),
  };
  readonly #session: WebSession;
  readonly #events: EventStream;
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#session = new WebSession(options);
    this.session = this.#session;
    this.#events = new EventStream({
      open: (signal) => this.#send('/admin/events', { method: 'GET', signal }),
      watch: (listener) => this.#session.watch(listener),
      wanted: () => this.#session.signedIn,
    });
  }

  call: Backend['call'] = async (name, request) => {
    const response = await this.#send(`/admin/rpc/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw callError(body);
    // The contract test keeps both sides equal, so the answer is what the table says.
    return body as never;
  };

  subscribe(listener: Listener): Unsubscribe {
    return this.#events.subscribe(listener);
  }

  /**
   * A header carries the login (S39: a cookie of `localhost` would go to every port), so the
   * browser cannot fetch the file by a link.
   */
  async #download(
    path: string,
    query: Record<string, string | number>,
  ): Promise<ReadableStream<Bytes>> {
    const wanted = Object.entries(query).map(([name, value]) => [name, String(value)]);
    const response = await this.#send(`${path}?${new URLSearchParams(wanted).toString()}`, {
      method: 'GET',
    });
    if (!response.ok) throw callError(await response.json().catch(() => null));
    return answered(response.body ?? new Blob([]).stream());
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.#options.fetch(`${this.#options.origin}${path}`, {
        ...init,
        headers: { ...init.headers, ...this.#session.headers },
        cache: 'no-store',
      });
    } catch (error) {
      throw new CallError('unreachable', error instanceof Error ? error.message : 'fetch failed');
    }
    // A good session is never asked to wait, so one that is has ended as well (S9).
    if (response.status === 401 || response.status === 429) {
      this.#session.drop();
      throw new CallError('unauthorized', 'login needed');
    }
    return response;
  }
}

/** The same stream; that it was cut off is said as every other failure. */
function answered(body: ReadableStream<Bytes>): ReadableStream<Bytes> {
  const reader = body.getReader();
  return new ReadableStream<Bytes>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'cut off';
        controller.error(new CallError('unreachable', reason));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** The gateway's admin routes as a backend. */
export function connectHttp(options: HttpOptions): Backend {
  return new HttpBackend(options);
}
