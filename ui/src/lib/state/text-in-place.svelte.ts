import { tick } from 'svelte';

/** A text that is changed where it stands: a button becomes an input, and a button again. */
export class TextInPlace {
  /** What is being typed; null while nothing is. */
  text = $state<string | null>(null);
  #place: HTMLElement | undefined;

  /** For `{@attach}`: what holds the button and the input. */
  readonly hold = (place: HTMLElement): void => {
    this.#place = place;
  };

  has(target: EventTarget | null): boolean {
    return target instanceof Node && (this.#place?.contains(target) ?? false);
  }

  async begin(text: string): Promise<void> {
    this.text = text;
    await tick();
    const input = this.#place?.querySelector('input');
    input?.focus();
    input?.select();
  }

  /** Back to where it began, so that the keyboard goes on from there. */
  async end(): Promise<void> {
    this.text = null;
    await tick();
    this.#place?.querySelector('button')?.focus();
  }
}
