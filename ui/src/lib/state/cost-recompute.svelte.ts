import type { Backend, Unsubscribe } from '$lib/backend/backend';
import type { CallError } from '$lib/backend/call-error';
import { callError } from '$lib/backend/call-error';
import type { RecomputeCostsReport, RecomputeCostsRequest } from '$lib/contract';

/** Who hears of what becomes of it. */
export interface RecomputeListener {
  ondone: (report: RecomputeCostsReport) => void;
  onerror: (error: CallError) => void;
}

/** Steps follow each other within a fraction of this. */
const SILENCE_MS = 5_000;

/** Pricing past requests anew. It goes on whatever page is shown, and whoever began it. */
export class CostRecompute {
  readonly #backend: Backend;
  readonly #listener: RecomputeListener;
  #own = $state(false);
  #cancelling = $state(false);
  #progress = $state.raw<RecomputeCostsReport | null>(null);
  #last = $state.raw<RecomputeCostsReport | null>(null);
  #error = $state.raw<CallError | null>(null);
  /** Whether a dialog shows what becomes of it. */
  #attended = false;
  /** Of somebody else's, which may end with an error that only they are told. */
  #silence: ReturnType<typeof setTimeout> | undefined;

  readonly running: boolean = $derived(this.#own || this.#progress !== null);

  constructor(backend: Backend, listener: RecomputeListener) {
    this.#backend = backend;
    this.#listener = listener;
  }

  /** None before the first step. */
  get progress(): RecomputeCostsReport | null {
    return this.#progress;
  }

  /** What the last one of this window came to. */
  get last(): RecomputeCostsReport | null {
    return this.#last;
  }

  /** Why the last one of this window ended early. */
  get error(): CallError | null {
    return this.#error;
  }

  get cancelling(): boolean {
    return this.#cancelling;
  }

  /** Follows the progress until the returned function is called. */
  start(): Unsubscribe {
    const stop = this.#backend.subscribe((event) => {
      if (event.type === 'costs_progress') this.#follow(event);
    });
    return () => {
      stop();
      clearTimeout(this.#silence);
    };
  }

  /** From now on a dialog shows its end, until the returned function is called. */
  attend(): () => void {
    this.#attended = true;
    return () => {
      this.#attended = false;
    };
  }

  /** Forgets how the last one ended. */
  forget(): void {
    this.#last = null;
    this.#error = null;
  }

  /** One at a time, whoever began it. */
  async run(request: RecomputeCostsRequest): Promise<void> {
    if (this.running) return;
    this.forget();
    this.#own = true;
    try {
      this.#last = await this.#backend.call('recompute_costs', request);
      if (!this.#attended) this.#listener.ondone(this.#last);
    } catch (failure) {
      this.#error = callError(failure);
      if (!this.#attended) this.#listener.onerror(this.#error);
    } finally {
      this.#own = false;
      this.#end();
    }
  }

  /** Ends it after its present step; what is repriced stays so. */
  async cancel(): Promise<void> {
    this.#cancelling = true;
    try {
      await this.#backend.call('cancel_recompute_costs', {});
    } catch (failure) {
      this.#cancelling = false;
      this.#listener.onerror(callError(failure));
    }
  }

  #follow({ seen, changed, total, is_cancelled }: RecomputeCostsReport): void {
    clearTimeout(this.#silence);
    if (this.#own) {
      this.#progress = { seen, changed, total, is_cancelled };
      return;
    }
    // What this window began is over; events may be slower than its answer.
    if (this.#last?.seen === seen && this.#last.changed === changed) return;
    // The last step tells that there are no more.
    if (is_cancelled || seen >= total) {
      this.#end();
      return;
    }
    this.#progress = { seen, changed, total, is_cancelled };
    this.#silence = setTimeout(() => this.#end(), SILENCE_MS);
  }

  #end(): void {
    clearTimeout(this.#silence);
    this.#progress = null;
    this.#cancelling = false;
  }
}
