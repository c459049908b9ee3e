import type { Backend } from '$lib/backend/backend';

/** A window that is still hidden may never get an animation frame; so much patience it gets. */
const PATIENCE_MS = 120;

const afterFrames = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });

const afterPatience = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS);
  });

/** Reports the first paint to the page and, on the desktop, to the shell. */
export async function reportFirstPaint(backend: Backend): Promise<void> {
  await Promise.race([afterFrames(), afterPatience()]);
  window.dispatchEvent(new Event('flowkeep-painted'));
  await backend.desktop?.painted();
}
