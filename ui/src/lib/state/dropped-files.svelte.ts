/** Files that were dropped on the window, until the import takes them one by one. */
export class DroppedFiles {
  #files = $state.raw<readonly File[]>([]);

  get count(): number {
    return this.#files.length;
  }

  offer(files: Iterable<File>): void {
    this.#files = [...this.#files, ...files];
  }

  /** The next one. */
  take(): File | null {
    const [next, ...others] = this.#files;
    this.#files = others;
    return next ?? null;
  }

  /** The rest is not wanted. */
  forget(): void {
    this.#files = [];
  }
}
