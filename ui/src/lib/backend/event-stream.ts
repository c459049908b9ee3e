import type { Topic } from '$lib/contract';
import type { BackendEvent, Listener, Unsubscribe } from './backend';
import { readServerSentEvents } from './server-sent-events';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
const EVERYTHING: Topic[] = ['status', 'keys', 'requests', 'settings', 'clients'];

export interface EventStreamOptions {
  /** Opens the stream; it may fail. */
  open(signal: AbortSignal): Promise<Response>;
  /** Whether a connection makes sense now, e.g. only when signed in. */
  wanted(): boolean;
  /** Reports that `wanted` may have changed. */
  watch(listener: () => void): Unsubscribe;
}

/**
 * Keeps one event stream open while somebody listens, and opens it again with growing pauses.
 * Not `EventSource`, because that cannot send the session's header.
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #listeners = new Set<Listener>();
  #running: AbortController | null = null;
  #delayMs = FIRST_DELAY_MS;
  #lost = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    options.watch(() => this.#adjust());
  }

  subscribe(listener: Listener): Unsubscribe {
    this.#listeners.add(listener);
    this.#adjust();
    return () => {
      this.#listeners.delete(listener);
      this.#adjust();
    };
  }

  #adjust(): void {
    const wanted = this.#listeners.size > 0 && this.#options.wanted();
    if (wanted && this.#running === null) {
      this.#running = new AbortController();
      void this.#run(this.#running.signal);
    } else if (!wanted && this.#running !== null) {
      this.#running.abort();
      this.#running = null;
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch {
        // The pause below is the answer to every failure; a 401 has ended the session.
      }
      if (signal.aborted) return;
      // Whoever asks now learns whether the program still answers.
      if (!this.#lost) this.#tell({ type: 'changed', topics: ['status'] });
      this.#lost = true;
      await pause(this.#delayMs, signal);
      this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const response = await this.#options.open(signal);
    if (!response.ok || response.body === null) return;
    this.#delayMs = FIRST_DELAY_MS;
    if (this.#lost) {
      // Whatever happened meanwhile was missed.
      this.#lost = false;
      this.#tell({ type: 'changed', topics: EVERYTHING });
    }
    for await (const data of readServerSentEvents(response.body)) {
      if (signal.aborted) return;
      const event = parse(data);
      if (event !== null) this.#tell(event);
    }
  }

  #tell(event: BackendEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function parse(data: string): BackendEvent | null {
  try {
    const value: unknown = JSON.parse(data);
    const known = typeof value === 'object' && value !== null && 'type' in value;
    return known ? (value as BackendEvent) : null;
  } catch {
    return null;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
