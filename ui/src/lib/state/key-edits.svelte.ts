import type { QueryClient } from '@tanstack/svelte-query';
import type { Backend } from '$lib/backend/backend';
import type { CallError } from '$lib/backend/call-error';
import { callError } from '$lib/backend/call-error';
import type { SetAccountRequest, SetKeyRequest } from '$lib/contract';
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

  /** True when it was done; otherwise `onerror` was told. */
  async setKey(request: SetKeyRequest): Promise<boolean> {
    return this.#run(async () => {
      await this.#backend.call('set_key', request);
    });
  }

  /** Fails with a `CallError`, to be shown beside the field. */
  async setAccount(request: SetAccountRequest): Promise<void> {
    await this.#backend.call('set_account', request);
    await this.#client.invalidateQueries({ queryKey: QUERY.keys });
  }

  async #run(work: () => Promise<void>): Promise<boolean> {
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
