import type { Backend } from './backend';

/** Connects to whatever this page runs in; the other adapter is not even loaded. */
export async function connect(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) {
    const { connectTauri } = await import('./tauri');
    return connectTauri();
  }
  const { connectHttp } = await import('./http');
  return connectHttp({
    origin: window.location.origin,
    fetch: window.fetch.bind(window),
    storage: window.sessionStorage,
  });
}
