import type { Outcome, RequestFilter } from '$lib/contract';
import { spanOf } from './periods';
import { NAMED_PARTS, readRequestIntent, type NamedPart, type Since } from './request-intent';

/** Typing is followed after a pause, not with every letter. */
export const TYPING_PAUSE_MS = 300;
/** What the contract allows for `RequestFilter.text`. */
export const MAX_SEARCH = 128;
const HOUR_MS = 3_600_000;

export const OUTCOMES: readonly Outcome[] = [
  'success',
  'rejected',
  'refused',
  'upstream_failed',
  'interrupted',
  'client_closed',
];
export type OutcomeChoice = Outcome | 'any';

function beginOf(since: Since, nowMs: number): number | null {
  if (since === 'any') return null;
  return since === 'hour' ? nowMs - HOUR_MS : spanOf(since, nowMs).from_ms;
}

/** What is looked for in the request log. */
export class RequestSearch {
  readonly #onchange: (filter: RequestFilter) => void;
  readonly #now: () => number;
  #text = $state('');
  #applied = $state('');
  #named = $state<Record<NamedPart, string>>({ model: '', account: '', client: '', route: '' });
  #outcome = $state<OutcomeChoice>('any');
  #since = $state<Since>('any');
  #fromMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether anything is left out. */
  readonly active: boolean = $derived(
    this.#applied !== '' ||
      this.#outcome !== 'any' ||
      this.#since !== 'any' ||
      NAMED_PARTS.some((part) => this.#named[part] !== ''),
  );

  /** `intent` is what stands behind the `?` of the address. */
  constructor(
    onchange: (filter: RequestFilter) => void,
    intent: string | null = null,
    now: () => number = Date.now,
  ) {
    this.#onchange = onchange;
    this.#now = now;
    const wanted = readRequestIntent(intent);
    this.#named = wanted.named;
    this.#since = wanted.since;
    this.#fromMs = beginOf(this.#since, now());
  }

  /** What is typed; it is looked for after a pause. */
  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#apply(), TYPING_PAUSE_MS);
  }

  get outcome(): OutcomeChoice {
    return this.#outcome;
  }

  set outcome(outcome: OutcomeChoice) {
    this.#outcome = outcome;
    this.#apply();
  }

  get since(): Since {
    return this.#since;
  }

  set since(since: Since) {
    this.#since = since;
    this.#fromMs = beginOf(since, this.#now());
    this.#apply();
  }

  /** Id or name; empty when everything is let through. */
  named(part: NamedPart): string {
    return this.#named[part];
  }

  setNamed(part: NamedPart, name: string): void {
    this.#named[part] = name;
    this.#apply();
  }

  /** What the program is asked with. */
  get filter(): RequestFilter {
    const named = NAMED_PARTS.flatMap((part) =>
      this.#named[part] === '' ? [] : [[part, this.#named[part]] as const],
    );
    return {
      ...(this.#applied === '' ? {} : { text: this.#applied }),
      ...Object.fromEntries(named),
      ...(this.#outcome === 'any' ? {} : { outcome: this.#outcome }),
      ...(this.#fromMs === null ? {} : { from_ms: this.#fromMs }),
    };
  }

  /** Looks for what is typed without waiting. */
  submit(): void {
    if (this.#text.trim() !== this.#applied) this.#apply();
  }

  /** Everything is let through again. */
  clear(): void {
    this.#text = '';
    this.#named = { model: '', account: '', client: '', route: '' };
    this.#outcome = 'any';
    this.#since = 'any';
    this.#fromMs = null;
    this.#apply();
  }

  /** Ends a pause that nobody waits for any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #apply(): void {
    clearTimeout(this.#timer);
    this.#applied = this.#text.trim();
    this.#onchange(this.filter);
  }
}
