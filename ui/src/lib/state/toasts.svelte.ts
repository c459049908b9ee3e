export type ToastTone = 'good' | 'bad';

/** Something that can be done about it, while the toast is shown. */
export interface ToastAction {
  text: string;
  run: () => void;
}

export interface Toast {
  id: number;
  tone: ToastTone;
  text: string;
  action?: ToastAction;
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
    this.#add({ tone, text }, SHOWN_MS);
  }

  /** Offers to do something, for so long. It goes when it is done. */
  offer(text: string, action: ToastAction, ms: number): void {
    const id = this.#add(
      {
        tone: 'good',
        text,
        action: {
          text: action.text,
          run: () => {
            this.dismiss(id);
            action.run();
          },
        },
      },
      ms,
    );
  }

  #add(toast: Omit<Toast, 'id'>, ms: number): number {
    const id = this.#nextId++;
    this.#list.push({ id, ...toast });
    setTimeout(() => this.dismiss(id), ms);
    return id;
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }
}
