import type { QueryClient } from '@tanstack/svelte-query';
import type { Backend } from '$lib/backend/backend';
import type { CallError } from '$lib/backend/call-error';
import { callError } from '$lib/backend/call-error';
import type { SettingsPatch, SettingsView } from '$lib/contract';
import { QUERY } from './queries';

const SAVED_SHOWN_MS = 2_500;

export type SaveState = 'idle' | 'saving' | 'saved' | 'failed';

/** Saving of one setting, so that an error stands beside the field it belongs to. */
export class SettingEdit {
  readonly #backend: Backend;
  readonly #client: QueryClient;
  #state = $state<SaveState>('idle');
  #error = $state.raw<CallError | null>(null);

  constructor(backend: Backend, client: QueryClient) {
    this.#backend = backend;
    this.#client = client;
  }

  get state(): SaveState {
    return this.#state;
  }

  get error(): CallError | null {
    return this.#error;
  }

  /** True when it was saved. */
  async save(patch: SettingsPatch): Promise<boolean> {
    return this.run(async () => {
      const saved: SettingsView = await this.#backend.call('update_settings', patch);
      this.#client.setQueryData(QUERY.settings, saved);
    });
  }

  /** Any other work with the same feedback. */
  async run(work: () => Promise<void>): Promise<boolean> {
    this.#state = 'saving';
    this.#error = null;
    try {
      await work();
    } catch (error) {
      this.#error = callError(error);
      this.#state = 'failed';
      return false;
    }
    this.#state = 'saved';
    setTimeout(() => {
      if (this.#state === 'saved') this.#state = 'idle';
    }, SAVED_SHOWN_MS);
    return true;
  }

  /** The field was changed or reset. */
  forget(): void {
    this.#state = 'idle';
    this.#error = null;
  }
}
