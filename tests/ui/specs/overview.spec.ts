import AxeBuilder from '@axe-core/playwright';
import { expect, RULES, test } from '../console';

const number = async (locator: { getAttribute(name: string): Promise<string | null> }) =>
  Number(await locator.getAttribute('data-value'));

test('shows the state, the address and the hidden token', async ({ console: app, page, demo }) => {
  await app.open('overview');
  await expect(page.getByTestId('gateway-state')).toHaveAttribute('data-state', 'running');
  await expect(page.getByTestId('base-url')).toHaveText(/^http:\/\/localhost:\d+\/v1$/);
  await expect(page.getByTestId('token-value')).toHaveText(/^•+$/);
  await page.getByTestId('token-show').click();
  await expect(page.getByTestId('token-value')).toHaveText(demo.token);
});

test('counts a call the moment it is made', async ({ console: app, page, demo }) => {
  await demo.chat('Qwen/Qwen3-8B');
  await app.open('overview');
  await expect(page.getByTestId('latest-row').first()).toBeVisible();
  const calls = page.getByTestId('usage-calls');
  const before = await number(calls);
  const tokens = await number(page.getByTestId('usage-prompt-tokens'));
  expect(before).toBeGreaterThan(0);
  await demo.chat('Qwen/Qwen3-8B');
  await expect(calls).toHaveAttribute('data-value', String(before + 1));
  await expect.poll(() => number(page.getByTestId('usage-prompt-tokens'))).toBeGreaterThan(tokens);
  await expect(page.getByTestId('breakdown')).toContainText('Qwen/Qwen3-8B');
});

test('sums every period, and draws it', async ({ console: app, page }) => {
  await app.open('overview');
  const calls = page.getByTestId('usage-calls');
  const found: number[] = [];
  for (const [period, bars] of [
    ['today', /^(23|24|25)$/],
    ['days7', /^7$/],
    ['days30', /^30$/],
    ['months12', /^12$/],
  ] as const) {
    await page.getByTestId(`period-${period}`).click();
    await expect
      .poll(async () => String(await page.getByTestId('series-chart').locator('tbody tr').count()))
      .toMatch(bars);
    await app.settled();
    found.push(await number(calls));
  }
  expect(found).toEqual([...found].sort((a, b) => a - b));
  expect(found.at(-1)).toBeGreaterThan(2_000);
  await expect(page.getByTestId('usage-cost')).toHaveText(/^¥\d/);
  await expect(page.getByTestId('usage-cached-tokens-note')).toHaveText(/^saved ¥\d/);
  await expect(page.getByTestId('usage-first-byte')).toHaveText(/ m?s$/);
  await expect(page.getByTestId('usage-speed')).toHaveText(/tokens\/s$/);
  const drawn = page.getByTestId('series-chart').locator('td');
  const sum = (texts: string[]): number =>
    texts.reduce((all, text) => all + Number(text.replaceAll(',', '')), 0);
  await expect.poll(async () => sum(await drawn.allTextContents())).toBe(await number(calls));
});

test('draws money and tokens as well', async ({ console: app, page }) => {
  await app.open('overview');
  await page.getByTestId('period-days30').click();
  await page.getByTestId('chart-measure-tokens').click();
  await expect(page.getByTestId('chart-title')).toHaveText('Tokens per day');
  expect(await page.getByTestId('series-bar').count()).toBeGreaterThan(20);
  await page.getByTestId('chart-measure-cny').click();
  await expect(page.getByTestId('chart-title')).toHaveText('Cost per day');
  await expect(page.getByTestId('series-chart').locator('td').first()).toHaveText(/^¥\d/);
});

test('tells usage apart, and leads to the requests behind it', async ({ console: app, page }) => {
  await app.open('overview');
  await page.getByTestId('period-days7').click();
  await page.getByTestId('breakdown-by-client').click();
  const own = page.getByTestId('breakdown-row').filter({ hasText: 'Claude Code' });
  await expect(own).toContainText(/¥\d/);
  await page.getByTestId('breakdown-by-route').click();
  await page.getByRole('link', { name: '/v1/images/generations' }).click();
  await expect(page.getByTestId('page-requests')).toBeVisible();
  await expect(page.getByTestId('requests-row').first()).toContainText('Qwen/Qwen-Image');
  await expect(page.getByTestId('filter-route')).toHaveValue('images/generations');
  await expect(page.getByTestId('filter-since')).toHaveValue('days7');
  await page.goBack();
  await expect(page.getByTestId('page-overview')).toBeVisible();
});

test('tells how long balances last', async ({ console: app, page }) => {
  await app.open('overview');
  const rows = page.getByTestId('burn-row');
  await expect(rows.first()).toContainText(/¥\d+\.\d\d a day of ¥\d+\.\d\d/);
  await expect(rows.first().getByTestId('burn-left')).toHaveText(/^\d+ days left$/);
  const left = await page.getByTestId('burn-left').allTextContents();
  expect(left).toContain('balance unknown');
  const days = left.filter((text) => text.endsWith('left')).map(Number.parseFloat);
  expect(days).toEqual([...days].sort((a, b) => a - b));
});

test('is worked by the keyboard alone, also on other parts than the first', async ({
  console: app,
  page,
}) => {
  await app.open('overview');
  await page.getByTestId('period-today').locator('input').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('period')).toHaveAttribute('data-value', 'days7');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('chart-measure')).toHaveAttribute('data-value', 'tokens');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('breakdown-by')).toHaveAttribute('data-value', 'account');
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  expect(violations.map((found) => found.id)).toEqual([]);
});

test('pauses and resumes the gateway', async ({ console: app, page }) => {
  await app.open('overview');
  await page.getByTestId('pause-toggle').click();
  await expect(page.getByTestId('gateway-state')).toHaveText('Paused');
  await expect(page.getByTestId('gateway-badge')).toHaveText('Paused');
  await page.getByTestId('pause-toggle').click();
  await expect(page.getByTestId('gateway-state')).toHaveText('Running');
});
