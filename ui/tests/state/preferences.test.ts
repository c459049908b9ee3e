import { describe, expect, it } from 'vitest';
import { Preferences, systemLocale, type Surroundings } from '$lib/state/preferences.svelte';

function surroundings(languages: string[], dark: boolean): Surroundings & { flip(): void } {
  let matches = dark;
  let listener: (() => void) | null = null;
  return {
    storage: window.localStorage,
    languages,
    dark: {
      get matches() {
        return matches;
      },
      addEventListener: (_: string, added: unknown) => void (listener = added as () => void),
      removeEventListener: () => void (listener = null),
    } as Surroundings['dark'],
    root: document.createElement('html'),
    flip() {
      matches = !matches;
      listener?.();
    },
  };
}

describe('the language of the system', () => {
  it.each([
    [['zh-TW', 'en'], 'zh-CN'],
    [['zh'], 'zh-CN'],
    [['de', 'en-GB', 'zh-CN'], 'en'],
    [['de'], 'en'],
    [[], 'en'],
  ])('of %j is %s', (languages, locale) => {
    expect(systemLocale(languages)).toBe(locale);
  });
});

describe('preferences', () => {
  it('follow the system until the settings say otherwise', () => {
    const around = surroundings(['zh-CN'], false);
    const preferences = new Preferences(around);
    const stop = preferences.start();
    expect([preferences.locale, preferences.dark]).toEqual(['zh-CN', false]);
    around.flip();
    expect(preferences.dark).toBe(true);
    preferences.adopt('en', 'light');
    expect([preferences.locale, preferences.dark]).toEqual(['en', false]);
    preferences.show();
    expect(around.root.lang).toBe('en');
    expect(around.root.dataset['theme']).toBe('light');
    stop();
  });

  it('start as they were, and take rubbish for the system', () => {
    new Preferences(surroundings(['en'], false)).adopt('zh-CN', 'dark');
    expect(new Preferences(surroundings(['en'], false))).toMatchObject({
      locale: 'zh-CN',
      dark: true,
    });
    localStorage.setItem('flowkeep.language', 'xx');
    localStorage.setItem('flowkeep.theme', 'pink');
    expect(new Preferences(surroundings(['en'], false))).toMatchObject({
      locale: 'en',
      dark: false,
    });
  });
});
