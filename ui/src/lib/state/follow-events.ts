import type { QueryClient } from '@tanstack/svelte-query';
import type { Backend, Unsubscribe } from '$lib/backend/backend';
import type { Topic } from '$lib/contract';

/** Under load `changed` comes many times a second; a page needs two readings of it. */
const PAUSE_MS = 500;

/** Calls `work` at once, and once more after each pause in which it was asked for again. */
export function throttled(work: () => void, pauseMs: number): () => void {
  let waiting = false;
  let again = false;
  const run = (): void => {
    if (waiting) {
      again = true;
      return;
    }
    waiting = true;
    work();
    setTimeout(() => {
      waiting = false;
      if (again) {
        again = false;
        run();
      }
    }, pauseMs);
  };
  return run;
}

/** Makes the queries of a topic stale when the backend says that it changed. */
export function followEvents(backend: Backend, client: QueryClient): Unsubscribe {
  const invalidators = new Map<Topic, () => void>();
  const invalidate = (topic: Topic): void => {
    let run = invalidators.get(topic);
    if (run === undefined) {
      run = throttled(() => void client.invalidateQueries({ queryKey: [topic] }), PAUSE_MS);
      invalidators.set(topic, run);
    }
    run();
  };
  return backend.subscribe((event) => {
    if (event.type === 'changed') event.topics.forEach(invalidate);
  });
}
