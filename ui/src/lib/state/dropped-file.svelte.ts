/** A file that was dropped on the window, until the import takes it. */
export class DroppedFile {
  #file = $state.raw<File | null>(null);

  get waits(): boolean {
    return this.#file !== null;
  }

  offer(file: File): void {
    this.#file = file;
  }

  take(): File | null {
    const file = this.#file;
    this.#file = null;
    return file;
  }
}
