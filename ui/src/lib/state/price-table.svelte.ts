import type { PriceList, PriceSite, PriceView } from '$lib/contract';
import { compareDecimals } from '$lib/format/price';
import { readPriceIntent } from './price-intent';
import { isFree, kindOf, linesOf, type PriceKind, type PriceLine } from './price-rows';

export const PRICES_PER_PAGE = 100;

export type PriceField = 'model' | 'input' | 'cached' | 'output' | 'calls';
export type SiteFilter = PriceSite | 'all';
export type KindFilter = PriceKind | 'all' | 'free' | 'own';

/** Prices do not change from second to second. */
const MINUTE_MS = 60_000;
const naturally = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export interface PriceSource {
  list: () => PriceList | undefined;
  /** Unix milliseconds. */
  now: () => number;
  /** Calls of a row's model, null when nobody knows. */
  calls: (row: PriceView) => number | null;
}

function isKind(line: PriceLine, kind: KindFilter): boolean {
  if (kind === 'all') return true;
  if (kind === 'own') return line.own;
  return kind === 'free' ? isFree(line.row) : kindOf(line.row) === kind;
}

function matches({ row }: PriceLine, words: readonly string[]): boolean {
  const text = `${row.id} ${row.model} ${row.note ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** By name, site and time: the order in which a price list is read. */
const inOrder = (a: PriceView, b: PriceView): number =>
  naturally.compare(a.model, b.model) ||
  a.site.localeCompare(b.site) ||
  (a.from ?? '').localeCompare(b.from ?? '') ||
  (a.hours?.from ?? '').localeCompare(b.hours?.from ?? '');

/** Search, filters, order and page of the price list. */
export class PriceTable {
  readonly #source: PriceSource;
  #search = $state('');
  #site = $state<SiteFilter>('all');
  #kind = $state<KindFilter>('all');
  #allTimes = $state(false);
  #field = $state<PriceField>('model');
  #descending = $state(false);
  #page = $state(0);
  readonly #minute: number = $derived.by(() => Math.floor(this.#source.now() / MINUTE_MS));

  readonly lines: readonly PriceLine[] = $derived.by(() => {
    const list = this.#source.list();
    if (list === undefined) return [];
    return linesOf(list.overrides, list.shipped, this.#minute * MINUTE_MS);
  });
  readonly found: readonly PriceLine[] = $derived.by(() => {
    const words = this.#search.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.lines.filter(
      (line) =>
        (this.#allTimes || line.standing === 'current') &&
        (this.#site === 'all' || line.row.site === this.#site) &&
        isKind(line, this.#kind) &&
        matches(line, words),
    );
    return found.sort((a, b) => this.#compare(a, b));
  });
  readonly pageCount: number = $derived(
    Math.max(1, Math.ceil(this.found.length / PRICES_PER_PAGE)),
  );
  /** From 0; a shrinking list pulls it back. */
  readonly page: number = $derived(Math.min(this.#page, this.pageCount - 1));
  readonly rows: readonly PriceLine[] = $derived(
    this.found.slice(this.page * PRICES_PER_PAGE, (this.page + 1) * PRICES_PER_PAGE),
  );
  /** Rows that are left out because they do not hold today. */
  readonly hiddenCount: number = $derived(
    this.#allTimes ? 0 : this.lines.filter((line) => line.standing !== 'current').length,
  );

  /** `intent` is what stands behind the `?` of the address. */
  constructor(source: PriceSource, intent: string | null = null) {
    this.#source = source;
    const price = readPriceIntent(intent);
    this.#search = price ?? '';
    // What a request was priced by may be past.
    this.#allTimes = price !== null;
  }

  get search(): string {
    return this.#search;
  }

  set search(value: string) {
    this.#search = value;
    this.#page = 0;
  }

  get site(): SiteFilter {
    return this.#site;
  }

  set site(value: SiteFilter) {
    this.#site = value;
    this.#page = 0;
  }

  get kind(): KindFilter {
    return this.#kind;
  }

  set kind(value: KindFilter) {
    this.#kind = value;
    this.#page = 0;
  }

  /** Whether rows of the past and of the future are among them. */
  get allTimes(): boolean {
    return this.#allTimes;
  }

  set allTimes(value: boolean) {
    this.#allTimes = value;
    this.#page = 0;
  }

  /** Direction of a column for `aria-sort`, or none. */
  directionOf(field: PriceField): 'ascending' | 'descending' | 'none' {
    if (field !== this.#field) return 'none';
    return this.#descending ? 'descending' : 'ascending';
  }

  sortBy(field: PriceField): void {
    this.#descending = field === this.#field ? !this.#descending : field === 'calls';
    this.#field = field;
    this.#page = 0;
  }

  turnTo(page: number): void {
    this.#page = Math.max(0, Math.min(page, this.pageCount - 1));
  }

  /** Everything that holds today is shown again. */
  clear(): void {
    this.#search = '';
    this.#site = 'all';
    this.#kind = 'all';
    this.#page = 0;
  }

  /** Own rows are first in every order. */
  #compare(a: PriceLine, b: PriceLine): number {
    if (a.own !== b.own) return a.own ? -1 : 1;
    return this.#byField(a.row, b.row) || inOrder(a.row, b.row);
  }

  #byField(a: PriceView, b: PriceView): number {
    const sign = this.#descending ? -1 : 1;
    const field = this.#field;
    if (field === 'model') return sign * inOrder(a, b);
    if (field === 'calls') {
      return sign * ((this.#source.calls(a) ?? 0) - (this.#source.calls(b) ?? 0));
    }
    const [left, right] = [a.tokens?.[0]?.[field], b.tokens?.[0]?.[field]];
    // What has no such price stands behind, whichever way the column is sorted.
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined);
    }
    // Renminbi and dollars cannot be compared.
    return a.site.localeCompare(b.site) || sign * compareDecimals(left, right);
  }
}
