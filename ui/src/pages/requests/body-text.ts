import { indentJson } from '$lib/format/json-text';

/** So many characters are shown before somebody asks for all; what is kept by default is less. */
const BEGIN = 100_000;
/** A browser lays out only the pieces that are seen. */
const PIECE = 10_000;
/** Where a line ends within so many characters, the cut is made there. */
const LINE_WITHIN = 2_000;

/** A body as it is read best: JSON on several lines, anything else as it is. */
export const readableText = (text: string, isCut: boolean): string =>
  isCut ? text : (indentJson(text) ?? text);

/** The beginning that is shown at first; all of it when it is short. */
export const beginOf = (text: string): string =>
  text.length <= BEGIN ? text : text.slice(0, cutBefore(text, BEGIN));

/** The whole text in pieces that end with a line where they can. */
export function inPieces(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    const rest = text.length - from;
    const end = rest <= PIECE ? text.length : cutBefore(text, from + PIECE);
    pieces.push(text.slice(from, end));
    from = end;
  }
  return pieces;
}

/** A place to cut at or before `end`: after a line's end, or between two characters. */
function cutBefore(text: string, end: number): number {
  const line = text.lastIndexOf('\n', end - 1) + 1;
  if (line > end - LINE_WITHIN) return line;
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code < 0xdc00 ? end - 1 : end;
}
