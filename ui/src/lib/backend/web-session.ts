import type { Session, Unsubscribe } from './backend';
import { CallError, callError } from './call-error';

const STORAGE_KEY = 'flowkeep.session';

/** Where the token survives a reload; `sessionStorage` ends with the tab. */
export type TokenStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface WebSessionOptions {
  /** Scheme, host and port of the gateway. */
  origin: string;
  fetch: typeof fetch;
  storage: TokenStorage;
}

/** Login by `POST /login`; the token goes into a header, never into a cookie or an address. */
export class WebSession implements Session {
  readonly #options: WebSessionOptions;
  readonly #watchers = new Set<() => void>();
  #token: string | null;

  constructor(options: WebSessionOptions) {
    this.#options = options;
    this.#token = options.storage.getItem(STORAGE_KEY);
  }

  get signedIn(): boolean {
    return this.#token !== null;
  }

  /** Headers of an authorised request. */
  get headers(): Record<string, string> {
    return this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
  }

  async signIn(username: string, password: string): Promise<void> {
    const response = await this.#post('/login', { username, password });
    if (response.status === 429) throw new CallError('too_many_attempts', 'too many attempts');
    const body: unknown = await response.json().catch(() => null);
    if (response.status === 401) throw new CallError('unauthorized', 'wrong name or password');
    if (!response.ok) throw callError(body);
    this.#keep(readToken(body));
  }

  async signOut(): Promise<void> {
    const headers = this.headers;
    this.drop();
    await this.#post('/logout', {}, headers);
  }

  /** Forgets the token: signed out, or the gateway no longer takes it. */
  drop(): void {
    this.#token = null;
    this.#options.storage.removeItem(STORAGE_KEY);
    this.#tell();
  }

  watch(listener: () => void): Unsubscribe {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  #keep(token: string): void {
    this.#token = token;
    this.#options.storage.setItem(STORAGE_KEY, token);
    this.#tell();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }

  async #post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    try {
      return await this.#options.fetch(`${this.#options.origin}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    } catch (error) {
      throw new CallError('unreachable', error instanceof Error ? error.message : 'fetch failed');
    }
  }
}

function readToken(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'token' in body) {
    if (typeof body.token === 'string' && body.token !== '') return body.token;
  }
  throw new CallError('internal', 'login answered without a token');
}
