/** Spaces of one level. */
const INDENT = '  ';
const OPENING = '{[';
const CLOSING = '}]';
const BLANK = /\s/;
/** A number or a word: everything until structure, a string or a blank begins. */
const LITERAL = /[^\s",:{}[\]]+/y;
const ESCAPED_CHARACTER = /^\\u([0-9a-f]{4})/i;
/** Below it are controls, and the quote and the backslash, which must stay escaped. */
const FIRST_SHOWN = 0xa0;
/** Joins and turns text without being seen; as characters they could hide something. */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/u;

/** Nested that deep it is no easier to read on several lines, and grows with every level. */
const MOST_TIMES = 8;
const SPARE = 10_000;

/**
 * JSON on several lines, or null for what is none or would grow beyond measure. Numbers, repeated names and the order stay
 * as they were sent; only blanks change, and `\u4f60` is shown as the character it stands for.
 */
export function indentJson(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return new Indented(text).text();
}

/** Walks once over text that is known to be JSON. */
class Indented {
  readonly #source: string;
  readonly #parts: string[] = [];
  readonly #most: number;
  #length = 0;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#most = source.length * MOST_TIMES + SPARE;
  }

  text(): string | null {
    while (this.#at < this.#source.length) {
      this.#step(this.#source.charAt(this.#at));
      if (this.#length > this.#most) return null;
    }
    return this.#parts.join('');
  }

  #add(part: string): void {
    this.#parts.push(part);
    this.#length += part.length;
  }

  #step(character: string): void {
    if (character === '"') {
      this.#copyString();
      return;
    }
    LITERAL.lastIndex = this.#at;
    const literal = LITERAL.exec(this.#source);
    if (literal !== null) {
      this.#add(literal[0]);
      this.#at = LITERAL.lastIndex;
      return;
    }
    if (OPENING.includes(character)) this.#open(character);
    else if (CLOSING.includes(character)) this.#close(character);
    else if (character === ',') this.#add(`,${this.#newLine()}`);
    else if (character === ':') this.#add(': ');
    this.#at += 1;
  }

  #open(character: string): void {
    const rest = this.#nextAfterBlanks();
    // An empty one stays on its line.
    if (CLOSING.includes(this.#source.charAt(rest))) {
      this.#add(`${character}${this.#source.charAt(rest)}`);
      this.#at = rest;
      return;
    }
    this.#depth += 1;
    this.#add(`${character}${this.#newLine()}`);
  }

  #close(character: string): void {
    this.#depth -= 1;
    this.#add(`${this.#newLine()}${character}`);
  }

  #nextAfterBlanks(): number {
    let next = this.#at + 1;
    while (BLANK.test(this.#source.charAt(next))) next += 1;
    return next;
  }

  #newLine(): string {
    return `\n${INDENT.repeat(this.#depth)}`;
  }

  /** Takes a string as a whole, so that what stands in it is not taken for structure. */
  #copyString(): void {
    let end = this.#at + 1;
    while (this.#source.charAt(end) !== '"') end += this.#source.charAt(end) === '\\' ? 2 : 1;
    this.#add(shownString(this.#source.slice(this.#at, end + 1)));
    this.#at = end + 1;
  }
}

/** A string with its quotes, its escaped letters as letters. */
function shownString(source: string): string {
  return source.replace(/(?:\\u[0-9a-f]{4})+|\\./gi, (escapes) =>
    ESCAPED_CHARACTER.test(escapes) ? shownCharacters(escapes) : escapes,
  );
}

function shownCharacters(escapes: string): string {
  const units = (escapes.match(/[0-9a-f]{4}/gi) ?? []).map((code) => Number.parseInt(code, 16));
  // By code points: the halves of a pair belong together, and a half alone stays escaped.
  return [...String.fromCharCode(...units)]
    .map((character) => (isShown(character) ? character : escaped(character)))
    .join('');
}

function isShown(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const isHalf = code >= 0xd800 && code <= 0xdfff;
  return code >= FIRST_SHOWN && !isHalf && !UNSEEN.test(character);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
