export type ToastTone = 'good' | 'bad';

export interface Toast {
  id: number;
  tone: ToastTone;
  text: string;
}

const SHOWN_MS = 5_000;

/** Short notices about something that was just done. */
export class Toasts {
  #list = $state<Toast[]>([]);
  #nextId = 1;

  get list(): readonly Toast[] {
    return this.#list;
  }

  show(tone: ToastTone, text: string): void {
    const id = this.#nextId++;
    this.#list.push({ id, tone, text });
    setTimeout(() => this.dismiss(id), SHOWN_MS);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }
}
