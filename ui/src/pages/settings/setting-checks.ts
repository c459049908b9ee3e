import { wholeNumber } from '$lib/format/whole-number';

/** Bounds of the contract's `SettingsPatch.port`. */
const PORT_MIN = 1024;
const PORT_MAX = 65_535;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

export const isPort = (text: string): boolean =>
  wholeNumber(text) >= PORT_MIN && wholeNumber(text) <= PORT_MAX;

/** `https://…`, or `http://` on loopback, as the contract says. */
export function isUpstream(text: string): boolean {
  const url = parseUrl(text);
  if (url === null || url.hostname === '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

/** `URL.parse` is younger than the oldest webview we run in. */
function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
