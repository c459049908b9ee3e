import { expect, test as base, type Page } from '@playwright/test';
import { Demo } from './demo';

export { expect };

export const PAGES = ['overview', 'keys', 'requests', 'models', 'settings'] as const;
export type PageName = (typeof PAGES)[number];
export const LANGUAGES = ['zh-CN', 'en'] as const;
export const THEMES = ['light', 'dark'] as const;
/** What axe looks for. */
export const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The console in the browser, and what went wrong in it. */
export class Console {
  readonly page: Page;
  readonly demo: Demo;
  /** Errors of the page and violations of its policy. */
  readonly problems: string[] = [];

  constructor(page: Page, demo: Demo) {
    this.page = page;
    this.demo = demo;
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  /** Opens a page as somebody who is signed in. */
  async open(name: PageName): Promise<void> {
    const session = await this.demo.session();
    await this.page.addInitScript((token) => {
      sessionStorage.setItem('flowkeep.session', token);
    }, session);
    await this.page.goto(`${this.demo.url}/#/${name}`);
    await expect(this.page.getByTestId(`page-${name}`)).toBeVisible();
    await this.settled();
  }

  /** Everything that was asked for is there. */
  async settled(): Promise<void> {
    await expect(this.page.getByTestId('page-title')).toBeVisible();
    await expect(this.page.getByTestId('skeleton')).toHaveCount(0);
    await this.page.evaluate(() => document.fonts.ready);
  }

  async goTo(name: PageName): Promise<void> {
    await this.page.getByTestId(`nav-${name}`).click();
    await expect(this.page.getByTestId(`page-${name}`)).toBeVisible();
    await this.settled();
  }
}

interface Fixtures {
  console: Console;
}

/** Every test starts with English, light, and a page of its own; the demo is one for all. */
export const test = base.extend<Fixtures, { demo: Demo }>({
  demo: [
    // Playwright reads the names of the fixtures from this pattern.
    async ({}, use) => {
      const demo = await Demo.start();
      await use(demo);
      await demo.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  console: async ({ page, demo }, use) => {
    await demo.call('update_settings', { language: 'en', theme: 'light' });
    await use(new Console(page, demo));
  },
});
