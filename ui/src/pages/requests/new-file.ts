import type { Bytes } from '$lib/backend/backend';
import type { NewFile } from '$lib/state/request-export.svelte';

/** Chromium's; no standard has them, so TypeScript does not know them. */
type Handle = FileSystemFileHandle & { remove?: () => Promise<void> };
type Picker = (options: { suggestedName: string }) => Promise<Handle>;

const LINK_READ_MS = 10_000;

/**
 * A file that is written while it comes, where the browser can do that, so that a log of millions
 * of requests needs no memory. Elsewhere the browser gathers it first and takes it as a download.
 * Null when the user chose none.
 */
export async function newFile(name: string): Promise<NewFile | null> {
  const { showSaveFilePicker: pick } = window as { showSaveFilePicker?: Picker };
  if (pick === undefined) return download(name);
  try {
    return chosen(await pick({ suggestedName: name }));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    // The browser has it, but lets this page have no use of it.
    return download(name);
  }
}

const chosen = (handle: Handle): NewFile => ({
  name: handle.name,
  place: 'chosen',
  // What is cut off leaves the file as it was.
  write: async (content) => content.pipeTo(await handle.createWritable()),
  // The browser makes an empty file when a name is chosen; one that was there is not empty.
  discard: async () => {
    if ((await handle.getFile()).size === 0) await handle.remove?.();
  },
});

const download = (name: string): NewFile => ({
  name,
  place: 'downloads',
  write: async (content: ReadableStream<Bytes>) => {
    const url = URL.createObjectURL(await new Response(content).blob());
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(url), LINK_READ_MS);
  },
  discard: () => Promise.resolve(),
});
