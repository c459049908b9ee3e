import type { Backend, Downloads, Listener, Session, Unsubscribe } from './backend';
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

  /** A header carries the login, so a link to the file would not do. */
  async #download(path: string, query: Record<string, string | number>): Promise<Blob> {
    const wanted = Object.entries(query).map(([name, value]) => [name, String(value)]);
    const response = await this.#send(`${path}?${new URLSearchParams(wanted).toString()}`, {
      method: 'GET',
    });
    if (!response.ok) throw callError(await response.json().catch(() => null));
    try {
      return await response.blob();
    } catch (error) {
      throw new CallError('unreachable', error instanceof Error ? error.message : 'cut off');
    }
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

/** The gateway's admin routes as a backend. */
export function connectHttp(options: HttpOptions): Backend {
  return new HttpBackend(options);
}
