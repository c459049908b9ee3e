import type { Language, Theme } from '$lib/contract';
import { createFormats, type Formats } from '$lib/format/formats';

export type Locale = 'en' | 'zh-CN';

/** What preferences need of the browser; a test passes its own. */
export interface Surroundings {
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  languages: readonly string[];
  dark: Pick<MediaQueryList, 'matches' | 'addEventListener' | 'removeEventListener'>;
  root: HTMLElement;
}

export const browserSurroundings = (): Surroundings => ({
  storage: window.localStorage,
  languages: navigator.languages,
  dark: window.matchMedia('(prefers-color-scheme: dark)'),
  root: document.documentElement,
});

const LANGUAGES: readonly Language[] = ['system', 'zh-CN', 'en'];
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** The first language of the system that we speak. */
export function systemLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return 'zh-CN';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}

/**
 * Language and theme as they are shown. The settings own them; the copy in local storage only
 * keeps the first paint from flashing in the wrong ones (`public/theme.js` reads the theme).
 */
export class Preferences {
  readonly #around: Surroundings;
  #language = $state<Language>('system');
  #theme = $state<Theme>('system');
  #systemIsDark = $state(false);
  readonly #locale: Locale = $derived.by(() =>
    this.#language === 'system' ? systemLocale(this.#around.languages) : this.#language,
  );
  readonly #formats: Formats = $derived(createFormats(this.#locale));
  readonly #dark: boolean = $derived(
    this.#theme === 'dark' || (this.#theme === 'system' && this.#systemIsDark),
  );

  constructor(around: Surroundings) {
    this.#around = around;
    this.#language = oneOf(LANGUAGES, around.storage.getItem('flowkeep.language'));
    this.#theme = oneOf(THEMES, around.storage.getItem('flowkeep.theme'));
    this.#systemIsDark = around.dark.matches;
  }

  get locale(): Locale {
    return this.#locale;
  }

  get formats(): Formats {
    return this.#formats;
  }

  get dark(): boolean {
    return this.#dark;
  }

  /** Takes over what the settings say. */
  adopt(language: Language, theme: Theme): void {
    this.#language = language;
    this.#theme = theme;
    this.#around.storage.setItem('flowkeep.language', language);
    this.#around.storage.setItem('flowkeep.theme', theme);
  }

  /** Follows the system's theme until the returned function is called. */
  start(): () => void {
    const follow = (): void => {
      this.#systemIsDark = this.#around.dark.matches;
    };
    this.#around.dark.addEventListener('change', follow);
    return () => this.#around.dark.removeEventListener('change', follow);
  }

  /** Writes language and theme to the document; call it in an effect. */
  show(): void {
    this.#around.root.lang = this.#locale;
    this.#around.root.dataset['theme'] = this.#dark ? 'dark' : 'light';
  }
}

function oneOf<Value extends string>(values: readonly Value[], found: string | null): Value {
  const value = values.find((candidate) => candidate === found) ?? values[0];
  if (value === undefined) throw new Error('an empty list of values');
  return value;
}
