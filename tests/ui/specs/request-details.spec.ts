import AxeBuilder from '@axe-core/playwright';
import { expect, RULES, test } from '../console';
import type { Demo } from '../demo';

test('says why each key was chosen and left', async ({ console: app, page }) => {
  await app.open('requests');
  const rows = page.getByTestId('requests-row');
  // Only the sample history asks for it, and there a full quota is the reason.
  await page.getByTestId('filter-model').selectOption('zai-org/GLM-5.2');
  await expect(rows.first().getByTestId('request-model')).toHaveText('zai-org/GLM-5.2');
  const second = rows.filter({ has: page.getByTestId('request-attempts') });
  while ((await second.count()) === 0) {
    const before = await rows.count();
    await rows.last().scrollIntoViewIfNeeded();
    await expect.poll(() => rows.count()).toBeGreaterThan(before);
  }
  await second.first().getByTestId('request-expand').click();
  const attempts = page.getByTestId('attempt');
  await expect(attempts).toHaveCount(2);
  await expect(attempts.first()).toContainText('Rate limit');
  await expect(attempts.first()).toContainText('HTTP 429');
  await expect(attempts.last()).toContainText('Answered');
  await expect(attempts.last().getByTestId('attempt-body')).toBeVisible();
});

test('shows what a live call used and cost', async ({ console: app, page, demo }) => {
  await app.open('requests');
  const first = page.getByTestId('requests-row').first();
  const before = await first.getAttribute('data-request-id');
  await demo.chat('deepseek-ai/DeepSeek-V3.2');
  await expect(first).not.toHaveAttribute('data-request-id', before ?? '');
  await expect(first.getByTestId('request-cost')).toHaveText(/^¥0\.\d+$/);
  await first.getByTestId('request-expand').click();
  await expect(page.getByTestId('attempt')).toHaveCount(1);
  await expect(page.getByTestId('attempt-why')).toHaveText(/It (was next|had this)/);
  await expect(page.getByTestId('fact-price')).toHaveText('cn:deepseek-ai/DeepSeek-V3.2');
  await expect(page.getByTestId('fact-prompt')).toHaveText(/^\d+$/);
  await expect(page.getByTestId('fact-account')).not.toHaveText('—');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByTestId('request-id-copy').click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await page.getByTestId('request-id').textContent());
});

test('counts pictures as pictures', async ({ console: app, page }) => {
  await app.open('requests');
  await page.getByTestId('filter-route').selectOption('images/generations');
  await expect(page.getByTestId('requests-row').first()).toContainText('Qwen/Qwen-Image');
  await page.getByTestId('request-expand').first().click();
  await expect(page.getByTestId('fact-images')).toHaveText(/^[12]$/);
  await expect(page.getByTestId('fact-cost')).toHaveText(/^¥0\.[36]0$/);
  await expect(page.getByTestId('fact-tokens')).toHaveCount(0);
});

interface Listed {
  requests: { estimated_tokens: number | null; trace_id: string | null }[];
  next?: number | null;
}

/** The trace id of the newest guessed request: how far back it lies depends on the hour of the day. */
async function traceOfAGuess(demo: Demo): Promise<string> {
  let before: number | null = null;
  do {
    const listed = (await demo.call('list_requests', { limit: 200, before })) as Listed;
    const guessed = listed.requests.find((request) => request.estimated_tokens !== null);
    if (guessed?.trace_id) return guessed.trace_id;
    before = listed.next ?? null;
  } while (before !== null);
  throw new Error('the sample history has no guessed request');
}

test('finds a request by its trace id, and marks an estimate', async ({
  console: app,
  page,
  demo,
}) => {
  const trace = await traceOfAGuess(demo);
  await app.open('requests');
  await page.getByTestId('requests-search').fill(trace);
  const rows = page.getByTestId('requests-row');
  await expect(rows).toHaveCount(1);
  await expect(rows.getByTestId('request-tokens')).toHaveText(/^≈ [\d,]+$/);
  await rows.getByTestId('request-expand').click();
  await expect(page.getByTestId('fact-tokens')).toHaveText(/^about [\d,]+ \(estimate\)$/);
  await expect(page.getByTestId('trace-id')).toHaveText(trace);
});

for (const [theme, language] of [
  ['light', 'zh-CN'],
  ['dark', 'en'],
] as const) {
  test(`an open request and the dialogs pass axe: ${language}, ${theme}`, async ({
    console: app,
    page,
    demo,
  }) => {
    await demo.call('update_settings', { language, theme });
    await app.open('requests');
    await page.getByTestId('request-expand').first().click();
    await expect(page.getByTestId('attempt').first()).toBeVisible();
    const problems = async (): Promise<unknown[]> => {
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      return violations.map((found) => [found.id, found.nodes.map((node) => node.html)]);
    };
    expect(await problems()).toEqual([]);
    await page.getByTestId('requests-export').click();
    await expect(page.getByTestId('export-dialog')).toBeVisible();
    expect(await problems()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByTestId('requests-clear').click();
    await expect(page.getByTestId('clear-dialog')).toBeVisible();
    expect(await problems()).toEqual([]);
    await page.getByTestId('clear-cancel').click();
    expect(app.problems).toEqual([]);
  });
}
