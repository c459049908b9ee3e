import { expect, test } from '../console';

test('pages through the log without a gap or a repetition', async ({ console: app, page }) => {
  await app.open('requests');
  const rows = page.getByTestId('requests-row');
  await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(50);
  for (let pages = 0; pages < 4; pages += 1) {
    const before = await rows.count();
    await rows.last().scrollIntoViewIfNeeded();
    await expect.poll(() => rows.count()).toBeGreaterThan(before);
  }
  const ids = await rows.evaluateAll((found) =>
    found.map((row) => Number(row.getAttribute('data-request-id'))),
  );
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual([...ids].sort((a, b) => b - a));
});

test('shows a new call at the top with its tokens, and its details on demand', async ({
  console: app,
  page,
  demo,
}) => {
  await app.open('requests');
  const first = page.getByTestId('requests-row').first();
  const before = await first.getAttribute('data-request-id');
  await demo.chat('Qwen/Qwen3-8B');
  await expect(first).not.toHaveAttribute('data-request-id', before ?? '');
  await expect(first.getByTestId('request-model')).toHaveText('Qwen/Qwen3-8B');
  await expect(first.getByTestId('request-tokens')).toHaveText(/^\d+ \/ \d+$/);
  await expect(first.getByTestId('request-outcome')).toHaveText('Success');
  await first.getByTestId('request-expand').click();
  await expect(page.getByTestId('request-details')).toContainText('/v1/chat/completions');
});

test('does not move the list under somebody who reads further down', async ({
  console: app,
  page,
  demo,
}) => {
  await app.open('requests');
  const rows = page.getByTestId('requests-row');
  await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(50);
  const watched = rows.nth(30);
  await watched.evaluate((row) => row.scrollIntoView({ block: 'center' }));
  const id = await watched.getAttribute('data-request-id');
  const place = await watched.boundingBox();
  await demo.chat('Qwen/Qwen3-8B');
  await expect(page.getByTestId('requests-new')).toContainText('1 new request');
  const same = page.locator(`[data-request-id="${id}"]`);
  expect((await same.boundingBox())?.y).toBeCloseTo(place?.y ?? -1, 0);
  await page.getByTestId('requests-new').click();
  await expect(page.getByTestId('requests-new')).toHaveCount(0);
  await expect(rows.first()).toBeInViewport();
});
