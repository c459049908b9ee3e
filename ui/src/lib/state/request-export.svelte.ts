import type { Backend } from '$lib/backend/backend';
import type { CallError } from '$lib/backend/call-error';
import { callError } from '$lib/backend/call-error';
import type { ExportFormat, ExportRequestsReport, RequestFilter } from '$lib/contract';

/** Gives a file to the user of a browser. */
export type SaveFile = (file: Blob, name: string) => void;

/** One export of the log: a file that the shell writes, or a download of the browser. */
export class RequestExport {
  readonly #backend: Backend;
  readonly #save: SaveFile;
  #busy = $state(false);
  #error = $state.raw<CallError | null>(null);
  #report = $state.raw<ExportRequestsReport | null>(null);
  #downloaded = $state<string | null>(null);

  constructor(backend: Backend, save: SaveFile) {
    this.#backend = backend;
    this.#save = save;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get error(): CallError | null {
    return this.#error;
  }

  /** Where the shell has written it. */
  get report(): ExportRequestsReport | null {
    return this.#report;
  }

  /** Name of the file that the browser was given. */
  get downloaded(): string | null {
    return this.#downloaded;
  }

  async run(format: ExportFormat, filter: RequestFilter): Promise<void> {
    if (this.#busy) return;
    this.forget();
    this.#busy = true;
    try {
      await this.#write(format, filter);
    } catch (error) {
      this.#error = callError(error);
    }
    this.#busy = false;
  }

  /** Forgets how the last one ended. */
  forget(): void {
    this.#error = null;
    this.#report = null;
    this.#downloaded = null;
  }

  async #write(format: ExportFormat, filter: RequestFilter): Promise<void> {
    const { desktop, downloads } = this.#backend;
    if (desktop !== undefined) {
      this.#report = await desktop.call('export_requests', { format, filter });
    } else if (downloads !== undefined) {
      const name = `flowkeep-requests.${format}`;
      this.#save(await downloads.requests(format, filter), name);
      this.#downloaded = name;
    }
  }
}
