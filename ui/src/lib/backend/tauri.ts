import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Backend, BackendEvent, Listener, Unsubscribe } from './backend';
import { callError } from './call-error';

/** The name of the one event channel of the shell. */
const CHANNEL = 'flowkeep';

async function call<Response>(name: string, request: unknown): Promise<Response> {
  try {
    return await invoke<Response>(name, { request });
  } catch (error) {
    throw callError(error);
  }
}

function subscribe(listener: Listener): Unsubscribe {
  let ended = false;
  let stop: Unsubscribe | undefined;
  listen<BackendEvent>(CHANNEL, (event) => {
    if (!ended) listener(event.payload);
  }).then(
    (unlisten) => {
      if (ended) unlisten();
      else stop = unlisten;
    },
    () => {
      // No events: pages still read when they open and when the window gets the focus.
    },
  );
  return () => {
    ended = true;
    stop?.();
  };
}

/** The desktop shell as a backend. */
export function connectTauri(): Backend {
  return {
    kind: 'desktop',
    call,
    subscribe,
    desktop: { call, painted: () => invoke('window_painted') },
  };
}
