import type { Backend, Unsubscribe } from '$lib/backend/backend';
import { CallError, callError } from '$lib/backend/call-error';
import type { ImportPreview, ImportProgress, ImportReport } from '$lib/contract';

/** What the contract allows for `PreviewImportRequest.file`. */
export const MAX_IMPORT_BYTES = 24 * 1024 * 1024;
/** How long an import can be taken back. */
export const UNDO_MS = 30_000;
/** The first bytes of an SQLite file. */
const DATABASE = 'SQLite format 3\0';

export interface ImportFile {
  name: string;
  /** Base64. */
  content: string;
  /** None of a database. */
  lines: number | null;
}

/** Edit, checking, preview, adding, report: one run of the import dialog. */
export type ImportPhase = 'edit' | 'checking' | 'preview' | 'adding' | 'report';

const countLines = (text: string): number =>
  text.split(/\r?\n/).filter((line) => line.trim() !== '').length;

/** The content of a file in Base64, whatever it is. */
function contentOf(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const url = typeof reader.result === 'string' ? reader.result : '';
      resolve(url.slice(url.indexOf(',') + 1));
    };
    reader.onerror = () => reject(reader.error ?? new Error('unreadable file'));
    reader.readAsDataURL(file);
  });
}

async function isDatabase(file: Blob): Promise<boolean> {
  return (await file.slice(0, DATABASE.length).text()) === DATABASE;
}

/** One run of the import dialog. Nothing is added before the preview is confirmed. */
export class ImportFlow {
  readonly #backend: Backend;
  /** Pasted text; a file takes its place. */
  text = $state('');
  validate = $state(true);
  /** Add keys that were refused as well. */
  force = $state(false);
  /** Take the recorded calls over as well. */
  history = $state(false);
  #file = $state.raw<ImportFile | null>(null);
  #phase = $state<ImportPhase>('edit');
  #progress = $state.raw<ImportProgress | null>(null);
  #preview = $state.raw<ImportPreview | null>(null);
  #report = $state.raw<ImportReport | null>(null);
  #error = $state.raw<CallError | null>(null);

  /** Lines of the text; none when it is a database. */
  readonly lines: number | null = $derived(
    this.#file === null ? countLines(this.text) : this.#file.lines,
  );
  /** Keys that the upstream did not take; `force` adds those. */
  readonly refused: number = $derived(
    (this.#preview?.report.lines ?? []).filter((line) => line.outcome === 'unauthorized').length,
  );
  /** Keys that would be added. */
  readonly wouldAdd: number = $derived(
    (this.#preview?.report.added ?? 0) + (this.force ? this.refused : 0),
  );

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get phase(): ImportPhase {
    return this.#phase;
  }

  get busy(): boolean {
    return this.#phase === 'checking' || this.#phase === 'adding';
  }

  get file(): ImportFile | null {
    return this.#file;
  }

  get progress(): ImportProgress | null {
    return this.#progress;
  }

  get preview(): ImportPreview | null {
    return this.#preview;
  }

  get report(): ImportReport | null {
    return this.#report;
  }

  get error(): CallError | null {
    return this.#error;
  }

  /** Follows the progress until the returned function is called. */
  start(): Unsubscribe {
    return this.#backend.subscribe((event) => {
      if (event.type === 'import_progress' && this.#phase === 'checking') {
        this.#progress = { done: event.done, total: event.total };
      }
    });
  }

  async takeFile(file: File): Promise<void> {
    if (this.busy) return;
    if (file.size > MAX_IMPORT_BYTES) {
      this.#error = new CallError('import_too_large', `${file.name} has ${file.size} bytes`);
      return;
    }
    try {
      const lines = (await isDatabase(file)) ? null : countLines(await file.text());
      const content = await contentOf(file);
      this.reset();
      this.#file = { name: file.name, content, lines };
    } catch {
      // A folder, or a file that is gone or that nobody may read.
      this.reset();
      this.#error = new CallError('nothing_to_import', `${file.name} cannot be read`);
    }
  }

  dropFile(): void {
    this.#file = null;
    this.#error = null;
  }

  /** Finds out what would be imported. */
  async check(): Promise<void> {
    const source = this.#file === null ? { text: this.text } : { file: this.#file.content };
    await this.#step('checking', async () => {
      this.#preview = await this.#backend.call('preview_import', {
        ...source,
        validate: this.validate,
      });
      this.#phase = 'preview';
    });
  }

  /** Adds what the preview shows. */
  async confirm(): Promise<void> {
    const preview = this.#preview?.preview;
    if (preview === undefined) return;
    const { force, history } = this;
    await this.#step('adding', async () => {
      this.#report = await this.#backend.call('confirm_import', { preview, force, history });
      this.#phase = 'report';
    });
  }

  /** Back to the form, with what was typed there. */
  edit(): void {
    this.#phase = 'edit';
    this.#preview = null;
    this.#error = null;
    this.force = false;
    this.history = false;
  }

  /** Back to an empty form. The keys must not stay in memory longer than needed. */
  reset(): void {
    this.edit();
    this.text = '';
    this.#file = null;
    this.#progress = null;
    this.#report = null;
  }

  async #step(phase: 'checking' | 'adding', work: () => Promise<void>): Promise<void> {
    const before = this.#phase;
    this.#phase = phase;
    this.#progress = null;
    this.#error = null;
    try {
      await work();
    } catch (error) {
      this.#error = callError(error);
      this.#phase = before;
    }
  }
}
