import type { QueryClient } from '@tanstack/svelte-query';
import type { Backend } from '$lib/backend/backend';
import { CallError } from '$lib/backend/call-error';
import type { SetAccountRequest, SetBalanceRequest, SetKeyRequest } from '$lib/contract';
import { QUERY } from './queries';
import { Submission } from './submission.svelte';

/** Changes of keys and accounts; the list is read again after each. */
export class KeyEdits {
  readonly #backend: Backend;
  readonly #client: QueryClient;
  readonly #work: Submission;

  constructor(backend: Backend, client: QueryClient, onerror: (error: CallError) => void) {
    this.#backend = backend;
    this.#client = client;
    this.#work = new Submission(onerror);
  }

  get busy(): boolean {
    return this.#work.busy;
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

  #run(work: () => Promise<void>): Promise<boolean> {
    return this.#work.run(async () => {
      await work();
      await this.#client.invalidateQueries({ queryKey: QUERY.keys });
    });
  }
}
