import type { QueryClient } from '@tanstack/svelte-query';
import type { Backend } from '$lib/backend/backend';
import type { CallError } from '$lib/backend/call-error';
import type { PriceList, PriceView } from '$lib/contract';
import { QUERY } from './queries';
import { Submission } from './submission.svelte';

/** What the program takes as the name of a row, in bytes. */
const LONGEST_ID = 200;
const encoder = new TextEncoder();

/** A name for an own row that no other row has; it says what it is about. */
export function ownId(row: Omit<PriceView, 'id'>, taken: readonly string[]): string {
  const from = row.from === undefined ? '' : `@${row.from}`;
  const hours = row.hours === undefined ? '' : `+${row.hours.from.slice(0, 5)}`;
  const full = `own:${row.site}:${row.model}${from}${hours}`;
  // Room for a number behind it.
  const name = encoder.encode(full).length > LONGEST_ID - 8 ? `own:${row.site}` : full;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? name : `${name}#${number}`;
    if (!taken.includes(id)) return id;
  }
}

/** Changes of the user's own prices. The list is read before each: another window may have one too. */
export class PriceEdits {
  readonly #backend: Backend;
  readonly #client: QueryClient;
  readonly #work: Submission;
  readonly #onrevived: (ids: readonly string[]) => void;
  #changed = $state(false);

  /** `onrevived` is told of rows of the file that hold again as a consequence of a change. */
  constructor(
    backend: Backend,
    client: QueryClient,
    onerror: (error: CallError) => void,
    onrevived: (ids: readonly string[]) => void,
  ) {
    this.#backend = backend;
    this.#client = client;
    this.#work = new Submission(onerror);
    this.#onrevived = onrevived;
  }

  get busy(): boolean {
    return this.#work.busy;
  }

  /** Whether something was changed since it was last settled: the log has the old prices still. */
  get changed(): boolean {
    return this.#changed;
  }

  settle(): void {
    this.#changed = false;
  }

  /**
   * Adds an own price, or puts it in the place of `before`. Fails with a `CallError`, to be shown in
   * the dialog.
   */
  async save(row: Omit<PriceView, 'id'>, before: PriceView | null): Promise<void> {
    await this.#write(({ overrides, shipped }) => {
      const at = before === null ? -1 : overrides.findIndex(({ id }) => id === before.id);
      const others = overrides.filter((_, index) => index !== at);
      const taken = [...others, ...shipped].map((other) => other.id);
      const keepsName = before?.model === row.model && before.site === row.site && at >= 0;
      const id = keepsName ? before.id : ownId(row, taken);
      const place = at < 0 ? others.length : at;
      return [...others.slice(0, place), { ...row, id }, ...others.slice(place)];
    });
  }

  /** True when it was done; otherwise `onerror` was told, or another change is not done yet. */
  async remove(row: PriceView): Promise<boolean> {
    return this.#try((others) => others, row);
  }

  /** Takes a removal back. */
  async restore(row: PriceView): Promise<boolean> {
    return this.#try((others) => [...others, row], row);
  }

  #try(change: (others: PriceView[]) => PriceView[], { id }: PriceView): Promise<boolean> {
    return this.#work.run(() =>
      this.#write(({ overrides }) => change(overrides.filter((other) => other.id !== id))),
    );
  }

  async #write(change: (list: PriceList) => PriceView[]): Promise<void> {
    const before = await this.#backend.call('list_prices', {});
    const rows = change(before);
    const { revision } = before;
    const list = await this.#backend.call('set_price_overrides', { rows, revision });
    this.#client.setQueryData(QUERY.prices, list);
    this.#changed = true;
    if (list.now_in_force.length > 0) this.#onrevived(list.now_in_force);
  }
}
