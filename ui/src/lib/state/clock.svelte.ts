const TICK_MS = 10_000;

/** The time for relative dates, renewed every ten seconds. */
export class Clock {
  #now = $state(Date.now());

  /** Unix milliseconds, a little old. */
  get now(): number {
    return this.#now;
  }

  /** Starts ticking; returns the way to stop. */
  start(): () => void {
    const timer = setInterval(() => {
      this.#now = Date.now();
    }, TICK_MS);
    return () => clearInterval(timer);
  }
}
