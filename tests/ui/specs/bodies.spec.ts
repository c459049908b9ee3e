import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, RULES, test, THEMES, type Console } from '../console';
import type { Demo } from '../demo';

const MODEL = 'Qwen/Qwen3-8B';
const EVIL = '<img src=x onerror="window.__pwn=1"><script>window.__pwn=1</script>';

const keep = (demo: Demo, minutes: number): Promise<unknown> =>
  demo.call('update_client', { id: 'default', capture_minutes: minutes });

/** Makes a call and opens the details of its row, which is the newest. */
async function openNewest(app: Console, call: () => Promise<unknown>): Promise<Locator> {
  const first = app.page.getByTestId('requests-row').first();
  const before = await first.getAttribute('data-request-id');
  await call();
  await expect(first).not.toHaveAttribute('data-request-id', before ?? '');
  await first.getByTestId('request-expand').click();
  return app.page.getByTestId('request-details').first();
}

async function axe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}

test.afterEach(async ({ demo }) => {
  await keep(demo, 0);
  await demo.call('clear_bodies');
});

test('bodies are kept for a while, read, ended and removed', async ({
  console: app,
  page,
  demo,
}) => {
  await app.open('settings');
  const row = page.locator('[data-testid=token][data-token=default]');
  await row.getByTestId('token-keep').click();
  await expect(page.getByTestId('token-keep-cancel')).toBeFocused();
  await expect(page.getByTestId('token-keep-plain')).toContainText('in plain text in usage.db');
  await expect(page.getByTestId('token-keep-facts')).toContainText('64 KiB');
  await page.getByTestId('token-keep-span-60').click();
  await page.getByTestId('token-keep-start').click();
  await expect(row.getByTestId('token-keeps-until')).toHaveText(/Keeps bodies until .*\d\d:\d\d/);

  await app.goTo('requests');
  await expect(page.getByTestId('bodies-keeping')).toContainText('Bodies of default are kept');
  const details = await openNewest(app, () => demo.chat(MODEL, `你好 ${EVIL} ${demo.token}`));
  const text = details.getByTestId('body-text');
  await expect(text).toContainText(`你好 ${EVIL.replaceAll('"', '\\"')}`);
  await expect(text).toContainText(`"model": "${MODEL}"`);
  await expect(text).not.toContainText(demo.token);
  await expect(details.getByTestId('body-facts')).toHaveText(/^application\/json · \d+ B$/);
  await details.getByTestId('bodies-request').focus();
  await page.keyboard.press('ArrowRight');
  await expect(details.getByTestId('bodies-response')).toHaveAttribute('aria-selected', 'true');
  await expect(text).toContainText('"choices": [');
  expect(await page.evaluate(() => Reflect.get(window, '__pwn') as unknown)).toBeUndefined();

  await page.getByTestId('bodies-keeping-stop').click();
  await expect(page.getByTestId('bodies-keeping')).toHaveCount(0);
  const second = await openNewest(app, () => demo.chat(MODEL));
  await expect(second.getByTestId('bodies-none')).toBeVisible();
  await second.getByTestId('bodies-how').click();
  await app.settled();
  await expect(row).toBeInViewport();
  await expect(row.getByTestId('token-keeps')).toHaveCount(0);
  await page.getByTestId('settings-bodies-remove').click();
  await page.getByTestId('bodies-confirm').click();
  await expect(page.getByText('Bodies of 1 request removed.')).toBeVisible();
  await app.goTo('requests');
  await page.getByTestId('request-expand').nth(1).click();
  await expect(page.getByTestId('bodies-none')).toBeVisible();
  expect(app.problems).toEqual([]);
});

test('a stream is shown as it came, and copied', async ({ console: app, page, demo }) => {
  await keep(demo, 15);
  await app.open('requests');
  let answer = '';
  const details = await openNewest(app, async () => {
    answer = await demo.streamedChat(MODEL, 'Hello');
  });
  await details.getByTestId('bodies-response').click();
  await expect(details.getByTestId('body-facts')).toContainText('text/event-stream');
  await expect(details.getByTestId('body-text')).toContainText('data: [DONE]');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await details.getByTestId('body-copy').click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(answer);
});

test('a long body is cut where the settings say, and shown on demand', async ({
  console: app,
  demo,
}) => {
  await keep(demo, 15);
  await app.open('requests');
  const cut = await openNewest(app, () => demo.chat(MODEL, 'word '.repeat(40_000)));
  await expect(cut.getByTestId('body-facts')).toHaveText(/ · 195 KiB · cut to the first 64 KiB$/);

  await demo.call('update_settings', { capture_body_kib: 1_024 });
  const whole = await openNewest(app, () => demo.chat(MODEL, `${'line\n'.repeat(60_000)}the end`));
  const text = whole.getByTestId('body-text');
  await expect(text).toContainText('line');
  await expect(text).not.toContainText('the end');
  await whole.getByTestId('body-all').click();
  await expect(text).toContainText('the end');
  await demo.call('update_settings', { capture_body_kib: 64 });
  expect(app.problems).toEqual([]);
});

for (const theme of THEMES) {
  for (const language of ['zh-CN', 'en'] as const) {
    test(`bodies fit and pass axe: ${language}, ${theme}`, async ({ console: app, page, demo }) => {
      // Three pages for axe to go through.
      test.slow();
      await demo.call('update_settings', { language, theme });
      await keep(demo, 60);
      await app.open('requests');
      await expect(page.getByTestId('bodies-keeping')).toBeVisible();
      await shoot(page, `keeping-${language}-${theme}`);
      const details = await openNewest(app, () => demo.streamedChat(MODEL, 'x'.repeat(2_000)));
      await details.getByTestId('bodies-response').click();
      await expect(details.getByTestId('body-text')).toBeVisible();
      await details.getByTestId('bodies-note').scrollIntoViewIfNeeded();
      await shoot(page, `requests-${language}-${theme}`);
      expect(await axe(page)).toEqual([]);
      await app.goTo('settings');
      await page.getByTestId('settings-bodies-field').scrollIntoViewIfNeeded();
      await shoot(page, `settings-log-${language}-${theme}`);
      await page.getByTestId('settings-tokens').scrollIntoViewIfNeeded();
      await expect(page.getByTestId('token-keeps')).toBeVisible();
      await shoot(page, `settings-tokens-${language}-${theme}`);
      expect(await axe(page)).toEqual([]);
      await page.getByTestId('token-keep').first().click();
      await expect(page.getByTestId('token-keep-dialog')).toBeVisible();
      await shoot(page, `dialog-${language}-${theme}`);
      expect(await axe(page)).toEqual([]);
      expect(app.problems).toEqual([]);
    });
  }
}

/** Nothing sticks out sideways in a narrow window or in a usual one. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['FLOWKEEP_PICTURES'];
  for (const width of [900, 1_280]) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await page.evaluate(() => {
      const boxes = [document.documentElement, ...document.querySelectorAll('main')];
      return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
    });
    expect(overflow, `${name}, ${width} pixels wide`).toBeLessThanOrEqual(0);
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}-${width}.png` });
  }
}
