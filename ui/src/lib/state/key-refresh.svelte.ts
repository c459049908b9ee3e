import type { Backend, Unsubscribe } from '$lib/backend/backend';
import type { CallError } from '$lib/backend/call-error';
import { callError } from '$lib/backend/call-error';
import type { RefreshProgress, RefreshReport, RefreshStatus } from '$lib/contract';

/** Who hears of what becomes of it. */
export interface RefreshListener {
  ondone: (report: RefreshReport) => void;
  onerror: (error: CallError) => void;
}

/** The look at keys and balances, whoever began it: this window, another, or the interval. */
export class KeyRefresh {
  readonly #backend: Backend;
  readonly #listener: RefreshListener;
  #own = $state(false);
  #cancelling = $state(false);
  #progress = $state.raw<RefreshProgress | null>(null);
  #last = $state.raw<RefreshReport | null>(null);
  #nextAt = $state<number | null>(null);
  /** Ends seen so far. */
  #ends = 0;

  readonly running: boolean = $derived(this.#own || this.#progress !== null);

  constructor(backend: Backend, listener: RefreshListener) {
    this.#backend = backend;
    this.#listener = listener;
  }

  /** None before the first key is checked. */
  get progress(): RefreshProgress | null {
    return this.#progress;
  }

  /** What the last one came to, since the start of the program. */
  get last(): RefreshReport | null {
    return this.#last;
  }

  /** Unix milliseconds of the next one that begins by itself. */
  get nextAt(): number | null {
    return this.#nextAt;
  }

  get cancelling(): boolean {
    return this.#cancelling;
  }

  /** Follows the progress until the returned function is called. */
  start(): Unsubscribe {
    void this.#look();
    return this.#backend.subscribe((event) => {
      if (event.type === 'refresh_progress') this.#follow(event);
      // After a break in the connection the end may have been missed.
      const mayBeOver = this.#progress !== null && !this.#own;
      if (event.type === 'changed' && event.topics.includes('keys') && mayBeOver) void this.#look();
    });
  }

  /** All accounts, or these; one at a time, whoever began it. */
  async run(accounts?: readonly string[]): Promise<void> {
    if (this.running) return;
    this.#own = true;
    try {
      const report = await this.#backend.call(
        'refresh',
        accounts === undefined ? {} : { account_ids: [...accounts] },
      );
      this.#listener.ondone(report);
    } catch (error) {
      this.#listener.onerror(callError(error));
    } finally {
      this.#own = false;
      this.#cancelling = false;
      this.#progress = null;
    }
  }

  async cancel(): Promise<void> {
    this.#cancelling = true;
    try {
      await this.#adopt(() => this.#backend.call('cancel_refresh', {}));
    } catch (error) {
      this.#cancelling = false;
      this.#listener.onerror(callError(error));
    }
  }

  #follow({ done, total, report }: RefreshProgress): void {
    this.#progress = report === null ? { done, total, report } : null;
    if (report === null) return;
    this.#ends += 1;
    this.#last = report;
    this.#cancelling = false;
    void this.#look();
  }

  /** One may be under way since before this window was opened. */
  async #look(): Promise<void> {
    try {
      await this.#adopt(() => this.#backend.call('refresh_status', {}));
    } catch {
      // The list beside it says what is wrong, and events go on telling.
    }
  }

  async #adopt(ask: () => Promise<RefreshStatus>): Promise<void> {
    const ends = this.#ends;
    const status = await ask();
    this.#nextAt = status.next_at_ms;
    // What has ended meanwhile is known better from its event.
    if (ends !== this.#ends) return;
    this.#progress = status.running;
    this.#last = status.last ?? this.#last;
    if (!this.running) this.#cancelling = false;
  }
}
