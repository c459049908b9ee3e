import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, LANGUAGES, PAGES, test, THEMES } from '../console';

const FOLDER = fileURLToPath(new URL('../../../docs/screenshots', import.meta.url));
const WANTED = process.env['FLOWKEEP_SCREENSHOTS'] === '1';
const SIZES = [
  { width: 900, height: 600 },
  { width: 1280, height: 800 },
  { width: 1600, height: 1000 },
];

/** How far anything that scrolls vertically sticks out sideways, in pixels. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll('main')];
    return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
  });

for (const language of LANGUAGES) {
  for (const theme of THEMES) {
    for (const name of PAGES) {
      test(`${name}, ${language}, ${theme}`, async ({ console: app, page, demo }) => {
        await demo.call('update_settings', { language, theme });
        await app.open(name);
        await expect(page.locator('html')).toHaveAttribute('lang', language);
        await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
        const text = await page.getByTestId(`page-${name}`).innerText();
        expect(text.length).toBeGreaterThan(100);
        for (const size of SIZES) {
          await page.setViewportSize(size);
          expect(await overflow(page), `${size.width} pixels wide`).toBeLessThanOrEqual(0);
        }
        await page.setViewportSize({ width: 1280, height: 800 });
        if (WANTED) {
          const path = `${FOLDER}/${name}-${language}-${theme}.png`;
          await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
        }
        expect(app.problems).toEqual([]);
      });
    }
  }
}
