import { createSubscriber } from 'svelte/reactivity';

const TICK_MS = 10_000;
const SECOND_MS = 1_000;

/** The time for relative dates, renewed every ten seconds. */
export class Clock {
  #now = $state(Date.now());
  /** Ticks only while something counts seconds. */
  readonly #everySecond = createSubscriber((update) => {
    const timer = setInterval(update, SECOND_MS);
    return () => clearInterval(timer);
  });

  /** Unix milliseconds, a little old. */
  get now(): number {
    return this.#now;
  }

  /** Unix milliseconds, for a countdown: whoever reads it is told of every second. */
  get second(): number {
    this.#everySecond();
    return Date.now();
  }

  /** Starts ticking; returns the way to stop. */
  start(): () => void {
    const timer = setInterval(() => {
      this.#now = Date.now();
    }, TICK_MS);
    return () => clearInterval(timer);
  }
}
