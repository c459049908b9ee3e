import { SvelteSet } from 'svelte/reactivity';
import type { KeyState, KeyView, SiteView } from '$lib/contract';

export const KEYS_PER_PAGE = 100;

export type SortField = 'added' | 'label' | 'state' | 'balance' | 'usage' | 'last_used';
export type StateFilter = KeyState | 'all' | 'cooling';

/** Worst first, as somebody who sorts by state is looking for trouble. */
const STATE_ORDER: Record<KeyState, number> = {
  unauthorized: 0,
  unreadable: 1,
  exhausted: 2,
  restricted: 3,
  disabled: 4,
  unchecked: 5,
  usable: 6,
};

const naturally = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
/** Unknown values stand behind all known ones. */
const UNKNOWN = Number.NEGATIVE_INFINITY;

const COMPARE: Record<SortField, (a: KeyView, b: KeyView) => number> = {
  added: (a, b) => a.added_at_ms - b.added_at_ms,
  label: (a, b) => naturally.compare(a.label, b.label) || naturally.compare(a.account, b.account),
  state: (a, b) =>
    STATE_ORDER[a.state] - STATE_ORDER[b.state] || b.cooling.length - a.cooling.length,
  balance: (a, b) => (a.balance?.nano ?? UNKNOWN) - (b.balance?.nano ?? UNKNOWN),
  usage: (a, b) => a.usage_count - b.usage_count,
  last_used: (a, b) => (a.last_used_at_ms ?? UNKNOWN) - (b.last_used_at_ms ?? UNKNOWN),
};

const STARTS_DESCENDING: ReadonlySet<SortField> = new Set(['balance', 'usage', 'last_used']);

function matches(key: KeyView, words: string[]): boolean {
  const text =
    `${key.label} ${key.account} ${key.last_four} ${key.reason?.text ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Accounts in the order of their first keys, with all their keys together. */
function byAccount(keys: readonly KeyView[]): KeyView[] {
  const accounts: Record<string, KeyView[]> = {};
  for (const key of keys) (accounts[key.account_id] ??= []).push(key);
  return Object.values(accounts).flat();
}

function inState(key: KeyView, filter: StateFilter): boolean {
  if (filter === 'all') return true;
  return filter === 'cooling' ? key.cooling.length > 0 : key.state === filter;
}

/** Keys of one account that stand together in the list. */
export interface KeyGroup {
  account: string;
  account_id: string;
  site: SiteView;
  /** Requests that it may have under way at a time. */
  max_concurrency: number | null;
  keys: KeyView[];
}

/** Search, filter, order, page and selection of the key table. */
export class KeyTable {
  readonly #keys: () => readonly KeyView[];
  readonly #selected = new SvelteSet<string>();
  #search = $state('');
  #filter = $state<StateFilter>('all');
  #field = $state<SortField>('added');
  #descending = $state(false);
  #grouped = $state(false);
  #page = $state(0);

  readonly found: readonly KeyView[] = $derived.by(() => {
    const words = this.#search.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = this.#keys().filter((key) => inState(key, this.#filter) && matches(key, words));
    const sign = this.#descending ? -1 : 1;
    const compare = (a: KeyView, b: KeyView) => sign * COMPARE[this.#field](a, b);
    rows.sort(compare);
    return this.#grouped ? byAccount(rows) : rows;
  });
  readonly pageCount: number = $derived(Math.max(1, Math.ceil(this.found.length / KEYS_PER_PAGE)));
  /** From 0; a shrinking list pulls it back. */
  readonly page: number = $derived(Math.min(this.#page, this.pageCount - 1));
  readonly rows: readonly KeyView[] = $derived(
    this.found.slice(this.page * KEYS_PER_PAGE, (this.page + 1) * KEYS_PER_PAGE),
  );
  /** The rows of the page under their accounts, when they are grouped. */
  readonly groups: readonly KeyGroup[] = $derived.by(() => {
    const groups: KeyGroup[] = [];
    for (const key of this.rows) {
      const { account, account_id, site, max_concurrency } = key;
      const last = groups.at(-1);
      if (last?.account_id === account_id) last.keys.push(key);
      else groups.push({ account, account_id, site, max_concurrency, keys: [key] });
    }
    return groups;
  });
  /** Selected keys that still exist, in the order of the list. */
  readonly selected: readonly KeyView[] = $derived.by(() =>
    this.#keys().filter((key) => this.#selected.has(key.id)),
  );
  /** Labels of all accounts, in the order of the alphabet. */
  readonly accounts: readonly string[] = $derived.by(() =>
    this.#keys()
      .map((key) => key.account)
      .sort(naturally.compare)
      .filter((label, index, all) => label !== all[index - 1]),
  );
  readonly allFoundSelected: boolean = $derived(
    this.found.length > 0 && this.found.every((key) => this.#selected.has(key.id)),
  );

  constructor(keys: () => readonly KeyView[]) {
    this.#keys = keys;
  }

  get search(): string {
    return this.#search;
  }

  set search(value: string) {
    this.#search = value;
    this.#page = 0;
  }

  get filter(): StateFilter {
    return this.#filter;
  }

  set filter(value: StateFilter) {
    this.#filter = value;
    this.#page = 0;
  }

  get grouped(): boolean {
    return this.#grouped;
  }

  set grouped(value: boolean) {
    this.#grouped = value;
    this.#page = 0;
  }

  /** Direction of a column for `aria-sort`, or none. */
  directionOf(field: SortField): 'ascending' | 'descending' | 'none' {
    if (field !== this.#field) return 'none';
    return this.#descending ? 'descending' : 'ascending';
  }

  sortBy(field: SortField): void {
    this.#descending = field === this.#field ? !this.#descending : STARTS_DESCENDING.has(field);
    this.#field = field;
    this.#page = 0;
  }

  turnTo(page: number): void {
    this.#page = Math.max(0, Math.min(page, this.pageCount - 1));
  }

  isSelected(id: string): boolean {
    return this.#selected.has(id);
  }

  toggle(id: string): void {
    if (!this.#selected.delete(id)) this.#selected.add(id);
  }

  /** Selects everything found, or nothing when everything is selected. */
  toggleAll(): void {
    if (this.allFoundSelected) this.#selected.clear();
    else for (const key of this.found) this.#selected.add(key.id);
  }

  clearSelection(): void {
    this.#selected.clear();
  }
}
