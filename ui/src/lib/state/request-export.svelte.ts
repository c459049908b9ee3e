import type { Backend, Bytes, Downloads } from '$lib/backend/backend';
import { CallError, callError } from '$lib/backend/call-error';
import type { ExportFormat, ExportRequestsReport, RequestFilter } from '$lib/contract';

/** A file of the user of a browser. */
export interface NewFile {
  name: string;
  /** Where it is: in a place that was chosen, or among the downloads. */
  place: 'chosen' | 'downloads';
  /** Takes all of it. Fails with what the stream failed with, or because it cannot be written. */
  write(content: ReadableStream<Bytes>): Promise<void>;
  /** Removes it, when nothing has come into it. */
  discard(): Promise<void>;
}

/** Asks for a new file; null when the user has changed their mind. */
export type NewFileAsked = (name: string) => Promise<NewFile | null>;

/** One export of the log: a file that the shell writes, or a download of the browser. */
export class RequestExport {
  readonly #backend: Backend;
  readonly #newFile: NewFileAsked;
  #busy = $state(false);
  #error = $state.raw<CallError | null>(null);
  #report = $state.raw<ExportRequestsReport | null>(null);
  #saved = $state.raw<Pick<NewFile, 'name' | 'place'> | null>(null);

  constructor(backend: Backend, newFile: NewFileAsked) {
    this.#backend = backend;
    this.#newFile = newFile;
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

  /** The file that the browser has written. */
  get saved(): Pick<NewFile, 'name' | 'place'> | null {
    return this.#saved;
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
    this.#saved = null;
  }

  async #write(format: ExportFormat, filter: RequestFilter): Promise<void> {
    const { desktop, downloads } = this.#backend;
    if (desktop !== undefined) {
      this.#report = await desktop.call('export_requests', { format, filter });
    } else if (downloads !== undefined) {
      await this.#download(downloads, format, filter);
    }
  }

  /** The file comes first: a browser lets a page ask for one only right after a click. */
  async #download(
    downloads: Downloads,
    format: ExportFormat,
    filter: RequestFilter,
  ): Promise<void> {
    const file = await this.#newFile(`flowkeep-requests.${format}`);
    if (file === null) return;
    try {
      await fill(file, await downloads.requests(format, filter));
    } catch (error) {
      await file.discard().catch(() => undefined);
      throw error;
    }
    this.#saved = { name: file.name, place: file.place };
  }
}

async function fill(file: NewFile, content: ReadableStream<Bytes>): Promise<void> {
  try {
    await file.write(content);
  } catch (error) {
    // What could not be written need not be sent any further.
    await content.cancel().catch(() => undefined);
    if (error instanceof CallError) throw error;
    throw new CallError('unwritable', error instanceof Error ? error.message : 'not written');
  }
}
