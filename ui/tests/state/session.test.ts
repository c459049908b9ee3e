import { expect, it } from 'vitest';
import type { Session } from '$lib/backend/backend';
import { SessionState } from '$lib/state/session.svelte';

/** A login of a test; `tell` reports that it may have changed. */
function login() {
  const watchers = new Set<() => void>();
  const state = { signedIn: true };
  const tell = (signedIn: boolean): void => {
    state.signedIn = signedIn;
    watchers.forEach((watcher) => watcher());
  };
  const session: Session = {
    get signedIn() {
      return state.signedIn;
    },
    signIn: () => Promise.resolve(tell(true)),
    signOut: () => Promise.resolve(tell(false)),
    watch: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
  return { session, tell };
}

it('a login that ended by itself is told from one that the user ended', async () => {
  const { session, tell } = login();
  const state = new SessionState(session);
  state.start();
  await state.signOut();
  expect([state.signedIn, state.expired]).toEqual([false, false]);
  await state.signIn('admin', 'right');
  tell(false);
  tell(false);
  expect([state.signedIn, state.expired]).toEqual([false, true]);
  await state.signIn('admin', 'right');
  expect([state.signedIn, state.expired]).toEqual([true, false]);
});
