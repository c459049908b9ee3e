import type { Backend, Unsubscribe } from '$lib/backend/backend';
import { CallError, callError } from '$lib/backend/call-error';
import type { ImportProgress, ImportReport } from '$lib/contract';

/** What the contract allows for `ImportKeysRequest.text`. */
export const MAX_IMPORT_BYTES = 16 * 1024 * 1024;

export interface ImportFile {
  name: string;
  text: string;
  lines: number;
}

/** Keeps only the given lines, each at its place, so that a second report counts alike. */
export function onlyLines(text: string, wanted: readonly number[]): string {
  const lines = text.split(/\r?\n/);
  const kept = lines.map(() => '');
  for (const number of wanted) kept[number - 1] = lines[number - 1] ?? '';
  return kept.join('\n');
}

const countLines = (text: string): number =>
  text.split(/\r?\n/).filter((line) => line.trim() !== '').length;

/** One run of the import dialog: edit, running with progress, report. */
export class ImportFlow {
  readonly #backend: Backend;
  /** Pasted text; a file takes its place. */
  text = $state('');
  validate = $state(true);
  #file = $state.raw<ImportFile | null>(null);
  #phase = $state<'edit' | 'running' | 'report'>('edit');
  #progress = $state.raw<ImportProgress | null>(null);
  #report = $state.raw<ImportReport | null>(null);
  #error = $state.raw<CallError | null>(null);
  #sent = '';

  readonly lines: number = $derived(this.#file?.lines ?? countLines(this.text));
  /** Rejected only because the upstream did not take the key; `force` adds those. */
  readonly unauthorized: number[] = $derived(
    (this.#report?.lines ?? [])
      .filter((line) => line.outcome === 'unauthorized')
      .map((line) => line.line),
  );

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get phase(): 'edit' | 'running' | 'report' {
    return this.#phase;
  }

  get file(): ImportFile | null {
    return this.#file;
  }

  get progress(): ImportProgress | null {
    return this.#progress;
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
      if (event.type === 'import_progress' && this.#phase === 'running') {
        this.#progress = { done: event.done, total: event.total };
      }
    });
  }

  async takeFile(file: File): Promise<void> {
    if (file.size > MAX_IMPORT_BYTES) {
      this.#error = new CallError('import_too_large', `${file.name} has ${file.size} bytes`);
      return;
    }
    const text = await file.text();
    this.#file = { name: file.name, text, lines: countLines(text) };
    this.#error = null;
  }

  dropFile(): void {
    this.#file = null;
    this.#error = null;
  }

  async submit(): Promise<void> {
    const text = this.#file?.text ?? this.text;
    if (text.trim() === '') {
      this.#error = new CallError('nothing_to_import', 'the text is empty');
      return;
    }
    await this.#run(text, false);
  }

  /** Adds the keys that the upstream refused after all. */
  async addAnyway(): Promise<void> {
    await this.#run(onlyLines(this.#sent, this.unauthorized), true);
  }

  /** Back to an empty form. The keys must not stay in memory longer than needed. */
  reset(): void {
    this.text = '';
    this.#sent = '';
    this.#file = null;
    this.#phase = 'edit';
    this.#progress = null;
    this.#report = null;
    this.#error = null;
  }

  async #run(text: string, force: boolean): Promise<void> {
    const before = this.#phase;
    this.#phase = 'running';
    this.#progress = null;
    this.#error = null;
    try {
      const request = { text, validate: this.validate, force };
      this.#report = await this.#backend.call('import_keys', request);
      this.#sent = text;
      this.#phase = 'report';
    } catch (error) {
      this.#error = callError(error);
      this.#phase = before;
    }
  }
}
