import { callError, type CallError } from '$lib/backend/call-error';

/** Work that somebody waits for: it runs once at a time, and its error stays to be told. */
export class Submission {
  readonly #onerror: ((error: CallError) => void) | undefined;
  #busy = $state(false);
  #error = $state.raw<CallError | null>(null);

  /** `onerror` is told as well, where an error has no place of its own. */
  constructor(onerror?: (error: CallError) => void) {
    this.#onerror = onerror;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** What went wrong last, until it is tried again or forgotten. */
  get error(): CallError | null {
    return this.#error;
  }

  /** True when it was done; otherwise it failed, or another is not done yet. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    this.#error = null;
    try {
      await work();
      return true;
    } catch (failure) {
      this.#error = callError(failure);
      this.#onerror?.(this.#error);
      return false;
    } finally {
      this.#busy = false;
    }
  }

  forget(): void {
    this.#error = null;
  }
}
