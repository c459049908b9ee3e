import type { Backend, BackendEvent, Desktop, Listener } from '$lib/backend/backend';
import type { Commands } from '$lib/contract';

type Name = keyof Commands;
type Answer<Key extends Name> = (
  request: Commands[Key]['request'],
) => Commands[Key]['response'] | Promise<Commands[Key]['response']>;
export type Answers = { [Key in Name]?: Answer<Key> };

/** A backend of a test: it answers what it is told to, and remembers what it was asked. */
export class FakeBackend implements Backend {
  readonly kind: 'desktop' | 'web' = 'web';
  readonly calls: { name: Name; request: unknown }[] = [];
  readonly answers: Answers;
  readonly desktop?: Desktop;
  readonly #listeners = new Set<Listener>();

  constructor(answers: Answers = {}, desktop?: Desktop) {
    this.answers = answers;
    if (desktop !== undefined) this.desktop = desktop;
  }

  call: Backend['call'] = async (name, request) => {
    this.calls.push({ name, request });
    const answer = this.answers[name] as Answer<typeof name> | undefined;
    if (answer === undefined) throw new Error(`the test does not answer ${name}`);
    return answer(request);
  };

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  emit(event: BackendEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  requestsOf<Key extends Name>(name: Key): Commands[Key]['request'][] {
    return this.calls.filter((call) => call.name === name).map((call) => call.request as never);
  }
}
