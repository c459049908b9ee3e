import type { QueryClient } from '@tanstack/svelte-query';
import type { Backend } from '$lib/backend/backend';
import { CallError, callError } from '$lib/backend/call-error';
import type { SetAccountRequest, SetBalanceRequest, SetKeyRequest } from '$lib/contract';
import { QUERY } from './queries';

/** Changes of keys and accounts; the list is read again after each. */
export class KeyEdits {
  readonly #backend: Backend;
  readonly #client: QueryClient;
  readonly #onerror: (error: CallError) => void;
  #busy = $state(false);

  constructor(backend: Backend, client: QueryClient, onerror: (error: CallError) => void) {
    this.#backend = backend;
    this.#client = client;
    this.#onerror = onerror;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** True when it was done; otherwise `onerror` was told, or another change is not done yet. */
  async setKey(request: SetKeyRequest): Promise<boolean> {
    return this.#run(async () => {
      await this.#backend.call('set_key', request);
    });
  }

  /** As `setKey`. */
  async setBalance(request: SetBalanceRequest): Promise<boolean> {
    return this.#run(async () => {
      await this.#backend.call('set_balance', request);
    });
  }

  /** Fails with a `CallError`, to be shown in the dialog. */
  async editKey(id: string, change: Omit<SetKeyRequest, 'ids'>): Promise<void> {
    const { unknown } = await this.#backend.call('set_key', { ids: [id], ...change });
    await this.#client.invalidateQueries({ queryKey: QUERY.keys });
    if (unknown.length > 0) throw new CallError('not_found', `no key has the id ${id}`);
  }

  /** Fails with a `CallError`, to be shown beside the field. */
  async setAccount(request: SetAccountRequest): Promise<void> {
    await this.#backend.call('set_account', request);
    await this.#client.invalidateQueries({ queryKey: QUERY.keys });
  }

  async #run(work: () => Promise<void>): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    try {
      await work();
      await this.#client.invalidateQueries({ queryKey: QUERY.keys });
      return true;
    } catch (error) {
      this.#onerror(callError(error));
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
