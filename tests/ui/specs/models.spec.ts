import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, RULES, test } from '../console';

const MODEL = 'deepseek-ai/DeepSeek-V3.2';
const SHIPPED = `cn:${MODEL}`;
const OWN = `own:cn:${MODEL}`;

const priceRow = (page: Page, id: string) =>
  page.locator(`[data-testid="prices-row"][data-price-id="${id}"]`);

/** Recomputes the whole log and waits for what came of it. */
async function recomputeAll(page: Page): Promise<{ seen: number; changed: number }> {
  await page.getByTestId('recompute-period-all').click();
  await page.getByTestId('recompute-run').click();
  const result = page.getByTestId('recompute-result');
  await expect(result).toHaveText(/^[\d,]+ calls? looked at · [\d,]+ costs? changed$/);
  const [seen = 0, changed = 0] =
    ((await result.textContent()) ?? '').replaceAll(',', '').match(/\d+/g)?.map(Number) ?? [];
  await page.getByTestId('recompute-close').click();
  return { seen, changed };
}

test.afterEach(async ({ demo }) => {
  await demo.call('set_price_overrides', { rows: [] });
});

test('prices are found by name, site and kind', async ({ console: app, page }) => {
  await app.open('overview');
  await app.goTo('models');
  await expect(page.getByTestId('page-title')).toBeFocused();
  await expect(page.getByTestId('prices-as-of')).toContainText(/siliconflow\.cn as of 20\d\d-/);
  await expect(priceRow(page, SHIPPED)).toContainText('¥');
  await page.getByTestId('prices-search').fill('bge-m3');
  await expect(priceRow(page, 'cn:BAAI/bge-m3').getByTestId('price-free')).toHaveText('free');
  await page.getByTestId('prices-search').fill('');
  await page.getByTestId('prices-kind').selectOption('picture');
  await expect(priceRow(page, 'cn:Qwen/Qwen-Image')).toContainText('¥0.3 per picture');
  await page.getByTestId('prices-site').selectOption('com');
  for (const id of await page.getByTestId('prices-row').all()) {
    await expect(id).toHaveAttribute('data-price-id', /^com:/);
  }
  await page.getByTestId('prices-site').selectOption('all');
  await page.getByTestId('prices-kind').selectOption('all');

  // What holds at some hours only is there, what has ended is not.
  await page.getByTestId('prices-search').fill('DeepSeek-V4-Flash');
  await expect(page.getByTestId('price-times').first()).toContainText('from 2026-09-01');
  await expect(page.getByTestId('prices-table')).toContainText('02:00–08:00 Beijing');
  const current = await page.getByTestId('prices-row').count();
  await page.getByTestId('prices-all-times').click();
  await expect(priceRow(page, 'cn:deepseek-ai/DeepSeek-V4-Flash')).toContainText('Past');
  expect(await page.getByTestId('prices-row').count()).toBeGreaterThan(current);

  await page.getByTestId('prices-search').fill('GLM-5.1');
  const tiered = priceRow(page, 'cn:Pro/zai-org/GLM-5.1');
  await tiered.getByTestId('price-expand').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('price-tiers')).toContainText('from 32,768 tokens');
  await expect(page.getByTestId('price-fact-source')).not.toBeEmpty();
  await page.getByTestId('prices-search').fill('no such model');
  await expect(page.getByTestId('prices-none')).toBeVisible();
  expect(app.problems).toEqual([]);
});

test('an own price is set, used, given to past calls, and taken back', async ({
  console: app,
  page,
  demo,
}) => {
  await app.open('models');
  await page.getByTestId('prices-search').fill(MODEL);
  const shipped = priceRow(page, SHIPPED);
  await shipped.getByTestId('price-set').click();
  await expect(page.getByTestId('price-model')).toHaveValue(MODEL);
  await expect(page.getByTestId('price-tier-0-input')).toBeFocused();
  await page.getByTestId('price-tier-0-input').fill('0.0000000001');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('price-tier-0-input-fault')).toContainText('9 decimals');
  await page.getByTestId('price-tier-0-input').fill('1000');
  await page.getByTestId('price-tier-0-output').fill('1000');
  await page.keyboard.press('Enter');
  const own = priceRow(page, OWN);
  await expect(own).toContainText('¥1000');
  await expect(own.getByTestId('price-own')).toHaveText('Own');
  await expect(shipped.getByTestId('price-standing')).toHaveText('Replaced');

  // The program has the last word: two own prices at one time.
  await shipped.getByTestId('price-set').click();
  await page.getByTestId('price-save').click();
  await expect(page.getByTestId('price-times-fault')).toContainText('at the same time');
  await page.getByTestId('price-cancel').click();

  await demo.chat(MODEL);
  await app.goTo('requests');
  const first = page.getByTestId('requests-row').first();
  await expect(first.getByTestId('request-model')).toHaveText(MODEL);
  await first.getByTestId('request-expand').click();
  await expect(page.getByTestId('fact-price')).toHaveText(OWN);

  await app.goTo('models');
  await page.getByTestId('recompute-open').click();
  const dearer = await recomputeAll(page);
  expect(dearer.seen).toBeGreaterThan(dearer.changed);
  expect(dearer.changed).toBeGreaterThan(0);
  await app.goTo('requests');
  await page.getByTestId('filter-model').selectOption(MODEL);
  const oldest = page.getByTestId('requests-row').nth(5);
  await expect(oldest.getByTestId('request-model')).toHaveText(MODEL);
  await oldest.getByTestId('request-expand').click();
  await expect(page.getByTestId('fact-price')).toHaveText(OWN);

  await app.goTo('models');
  await page.getByTestId('prices-search').fill(MODEL);
  await own.getByTestId('price-remove').click();
  await expect(own).toHaveCount(0);
  await page.getByTestId('toast-action').click();
  await expect(own).toBeVisible();
  await own.getByTestId('price-remove').click();
  await expect(own).toHaveCount(0);
  await expect(page.getByTestId('prices-changed')).toBeVisible();
  await page.getByTestId('prices-recompute').click();
  const cheaper = await recomputeAll(page);
  expect(cheaper.changed).toBeGreaterThanOrEqual(dearer.changed);
  await expect(page.getByTestId('prices-changed')).toHaveCount(0);
  await app.goTo('requests');
  await first.getByTestId('request-expand').click();
  await expect(page.getByTestId('fact-price')).not.toHaveText(OWN);
  // The browser tells of the one that the program refused.
  expect(app.problems).toEqual([expect.stringContaining('400 (Bad Request)')]);
});

test('a price of any model and unit is set with the keyboard', async ({
  console: app,
  page,
  demo,
}) => {
  await app.open('models');
  await page.getByTestId('price-new').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('price-model')).toBeFocused();
  await page.keyboard.type('vendor/painter*');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page.getByTestId('price-unit').selectOption('image');
  await page.getByTestId('price-image').fill('0.04');
  await page.getByTestId('price-first-day').fill('tomorrow');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('price-first-day-fault')).toContainText('2026-09-01');
  await expect(page.getByTestId('price-first-day')).toBeFocused();
  await page.getByTestId('price-first-day').fill('2026-01-02');
  await page.getByTestId('price-last-day').fill('2026-01-01');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('price-times-fault')).toContainText('before the first');
  await page.getByTestId('price-last-day').fill('2099-12-31');
  await page.getByTestId('price-hours-from').fill('22:00');
  await page.getByTestId('price-hours-until').fill('06:00');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('price-dialog')).toHaveCount(0);
  const row = priceRow(page, 'own:com:vendor/painter*@2026-01-02+22:00');
  await expect(row).toContainText('$0.04 per picture');
  await expect(row).toContainText('2026-01-02 to 2099-12-31 · 22:00–06:00 UTC');
  const { overrides } = (await demo.call('list_prices')) as { overrides: object[] };
  expect(overrides).toMatchObject([
    { site: 'com', model: 'vendor/painter*', image: '0.04', until: '2100-01-01' },
  ]);
  expect(app.problems).toEqual([]);
});

test('progress is shown on the page after the dialog is left, and can be stopped', async ({
  console: app,
  page,
}) => {
  // The real one is over too soon to look at, so its answer is held back.
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/admin/rpc/recompute_costs', async (route) => {
    await held;
    await route.fulfill({ json: { seen: 40, changed: 2, total: 80, is_cancelled: true } });
  });
  await page.route('**/admin/rpc/cancel_recompute_costs', async (route) => {
    answer();
    await route.fulfill({ json: {} });
  });
  await app.open('models');
  await page.getByTestId('recompute-open').click();
  await page.getByTestId('recompute-run').click();
  await expect(page.getByTestId('recompute-progress')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('recompute-running')).toBeVisible();
  await app.goTo('keys');
  await app.goTo('models');
  await expect(page.getByTestId('recompute-running')).toBeVisible();
  await page.getByTestId('recompute-open').click();
  await page.getByTestId('recompute-stop').click();
  await expect(page.getByTestId('recompute-result')).toHaveText(
    'Stopped: 40 calls looked at · 2 costs changed',
  );
  expect(app.problems).toEqual([]);
});

test('eight hundred own prices stay readable', async ({ console: app, page, demo }) => {
  const rows = Array.from({ length: 800 }, (_, index) => ({
    id: `crowd-${index}`,
    site: 'cn',
    model: `crowd/model-${index}`,
    tokens: [{ input: '1', output: '2' }],
  }));
  await demo.call('set_price_overrides', { rows });
  await app.open('overview');
  const begun = performance.now();
  await app.goTo('models');
  await expect(page.getByTestId('prices-row')).toHaveCount(100);
  const openedMs = Math.round(performance.now() - begun);
  await page.getByTestId('prices-search').fill('model-799');
  await expect(page.getByTestId('prices-row')).toHaveCount(1);
  // How long it takes is told, not judged: the machine may be busy.
  const told = JSON.stringify({ rows: rows.length, openedMs });
  test.info().annotations.push({ type: 'models page', description: told });
  console.log(`the models page: ${told}`);
  expect(app.problems).toEqual([]);
});

for (const [theme, language] of [
  ['light', 'zh-CN'],
  ['dark', 'en'],
] as const) {
  test(`an open price and the dialogs pass axe: ${language}, ${theme}`, async ({
    console: app,
    page,
    demo,
  }) => {
    await demo.call('update_settings', { language, theme });
    await demo.call('set_price_overrides', {
      rows: [{ id: 'own:cn:a', site: 'cn', model: 'a', tokens: [{ input: '1', output: '2' }] }],
    });
    await app.open('models');
    const problems = async (): Promise<unknown[]> => {
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      return violations.map((found) => [found.id, found.nodes.map((node) => node.html)]);
    };
    await page.getByTestId('price-expand').nth(1).click();
    await expect(page.getByTestId('price-details')).toBeVisible();
    expect(await problems(), 'an open row').toEqual([]);
    await page.setViewportSize({ width: 900, height: 600 });
    await page.getByTestId('price-edit').click();
    await page.getByTestId('price-tier-add').click();
    await page.getByTestId('price-save').click();
    await expect(page.getByTestId('price-tier-1-input-fault')).toBeVisible();
    expect(await problems(), 'the dialog of a price, with faults').toEqual([]);
    await page.getByTestId('price-cancel').click();
    await page.getByTestId('recompute-open').click();
    await page.getByTestId('recompute-period-dates').click();
    await page.getByTestId('recompute-from').fill('2026-02-30');
    await page.getByTestId('recompute-run').click();
    await expect(page.getByTestId('recompute-fault')).toBeVisible();
    expect(await problems(), 'the dialog of costs').toEqual([]);
    expect(app.problems).toEqual([]);
  });
}
