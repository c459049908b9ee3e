import type { Backend, Unsubscribe } from '$lib/backend/backend';
import type { CallError } from '$lib/backend/call-error';
import { callError } from '$lib/backend/call-error';
import type { RequestFilter, RequestView } from '$lib/contract';
import { throttled } from './follow-events';

const PAGE_ROWS = 50;
/** Pages read to close the gap to what is shown; beyond it the list starts anew. */
const CATCH_UP_PAGES = 4;
const PAUSE_MS = 500;
/** New rows push the oldest out beyond so many, so that an open page never grows without end. */
export const MOST_ROWS = 1_000;

/**
 * The request log, newest first. New rows are held back while the reader is further down
 * (`atTop` false), so the list never moves under the eyes.
 */
export class RequestFeed {
  readonly #backend: Backend;
  #rows = $state.raw<RequestView[]>([]);
  #held = $state.raw<RequestView[]>([]);
  #next = $state<number | null>(null);
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #loadingMore = $state(false);
  #error = $state<CallError | null>(null);
  #atTop = true;
  #refreshing = false;
  #refreshAgain = false;
  /** More came in than was read while the reader was away from the top. */
  #farBehind = false;
  #filter: RequestFilter;
  #searching = $state(false);
  #partial = $state(false);
  /** What was asked for before the list began anew is too late. */
  #generation = 0;

  constructor(backend: Backend, filter: RequestFilter = {}) {
    this.#backend = backend;
    this.#filter = filter;
  }

  get rows(): readonly RequestView[] {
    return this.#rows;
  }

  /** Rows that wait for the reader to come back to the top. */
  get heldCount(): number {
    return this.#held.length;
  }

  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** Still shows what was found before. */
  get searching(): boolean {
    return this.#searching;
  }

  /** Older errors may match too, which nobody looked through. */
  get partial(): boolean {
    return this.#partial;
  }

  get loadingMore(): boolean {
    return this.#loadingMore;
  }

  get error(): CallError | null {
    return this.#error;
  }

  /** Reads the first page and follows the log until the returned function is called. */
  start(): Unsubscribe {
    void this.reload();
    const refresh = throttled(() => void this.refresh(), PAUSE_MS);
    return this.#backend.subscribe((event) => {
      if (event.type === 'changed' && event.topics.includes('requests')) refresh();
    });
  }

  /** Says whether the reader sees the top of the list. */
  setAtTop(atTop: boolean): void {
    this.#atTop = atTop;
    if (!atTop) return;
    if (this.#farBehind) void this.reload();
    else this.release();
  }

  /** Shows the rows that were held back. */
  release(): void {
    if (this.#held.length === 0) return;
    const rows = [...this.#held, ...this.#rows];
    this.#held = [];
    this.#rows = rows.slice(0, MOST_ROWS);
    if (rows.length > MOST_ROWS) this.#next = this.#rows.at(-1)?.id ?? null;
  }

  /** Lists what the filter lets through instead. */
  async search(filter: RequestFilter): Promise<void> {
    this.#filter = filter;
    this.#searching = true;
    await this.reload();
  }

  async reload(): Promise<void> {
    const generation = this.#begin();
    if (this.#rows.length === 0) this.#status = 'loading';
    await this.#attempt(generation, async () => {
      const page = await this.#read(null);
      if (generation !== this.#generation) return;
      this.#show(page.requests, page.next);
      this.#partial = page.is_partial;
      this.#status = 'ready';
    });
    if (generation !== this.#generation) return;
    // Rows that were found by other words must not stand under these.
    if (this.#error !== null && this.#searching) this.#show([], null);
    if (this.#error !== null && this.#rows.length === 0) this.#status = 'failed';
    this.#searching = false;
  }

  async loadMore(): Promise<void> {
    const before = this.#next;
    if (before === null || this.#loadingMore || this.#searching) return;
    this.#loadingMore = true;
    const generation = this.#generation;
    await this.#attempt(generation, async () => {
      const page = await this.#read(before);
      if (generation !== this.#generation) return;
      this.#rows = [...this.#rows, ...page.requests];
      this.#partial ||= page.is_partial;
      this.#next = page.next;
    });
    if (generation === this.#generation) this.#loadingMore = false;
  }

  /** Reads what is newer than the newest row we have. */
  async refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return;
    }
    if (this.#status !== 'ready') return this.reload();
    this.#refreshing = true;
    do {
      this.#refreshAgain = false;
      const generation = this.#generation;
      await this.#attempt(generation, () => this.#catchUp(generation));
    } while (this.#refreshAgain);
    this.#refreshing = false;
  }

  async #catchUp(generation: number): Promise<void> {
    const newest = this.#held[0]?.id ?? this.#rows[0]?.id ?? 0;
    const fresh: RequestView[] = [];
    let before: number | null = null;
    for (let count = 0; count < CATCH_UP_PAGES; count += 1) {
      const page = await this.#read(before);
      if (generation !== this.#generation) return;
      // The newest row we have is gone: somebody cleared the log.
      if (count === 0 && (page.requests[0]?.id ?? 0) < newest) return this.reload();
      const newer = page.requests.filter((row) => row.id > newest);
      fresh.push(...newer);
      if (newer.length < page.requests.length || page.next === null) return this.#add(fresh);
      before = page.next;
    }
    // Too far behind: start anew, unless that would move the list under the reader.
    if (this.#atTop) return this.reload();
    this.#farBehind = true;
  }

  #add(fresh: RequestView[]): void {
    this.#held = [...fresh, ...this.#held];
    if (this.#atTop) this.release();
  }

  #begin(): number {
    this.#generation += 1;
    this.#loadingMore = false;
    return this.#generation;
  }

  #show(rows: RequestView[], next: number | null): void {
    this.#rows = rows;
    this.#held = [];
    this.#farBehind = false;
    this.#partial = false;
    this.#next = next;
  }

  #read(before: number | null) {
    return this.#backend.call('list_requests', {
      before,
      limit: PAGE_ROWS,
      filter: this.#filter,
    });
  }

  async #attempt(generation: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (generation === this.#generation) this.#error = null;
    } catch (error) {
      if (generation === this.#generation) this.#error = callError(error);
    }
  }
}
