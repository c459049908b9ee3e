import { readFile } from 'node:fs/promises';
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

test('finds words and parts, and lets go of them', async ({ console: app, page, demo }) => {
  await app.open('requests');
  const rows = page.getByTestId('requests-row');
  await page.getByTestId('requests-search').fill('does not exist');
  await expect(rows.first().getByTestId('request-outcome')).toHaveText(/^Rejected/);
  const outcomes = await page.getByTestId('request-outcome').allTextContents();
  expect(new Set(outcomes)).toEqual(new Set(['Rejected · 400']));
  await page.getByTestId('requests-search').fill('%_%_%');
  await expect(page.getByTestId('requests-none')).toBeVisible();
  await page.getByTestId('requests-none-clear').click();
  await expect(rows.first()).toBeVisible();
  await page.getByTestId('filter-client').selectOption({ label: 'Claude Code' });
  await expect(rows.first().getByTestId('request-client')).toContainText('Claude Code');
  await page.getByTestId('filter-outcome').selectOption('client_closed');
  await expect
    .poll(async () => new Set(await page.getByTestId('request-outcome').allTextContents()))
    .toEqual(new Set(['Client left · 499']));
  // A new call that the filter does not let through stays out.
  await demo.chat('Qwen/Qwen3-8B');
  await page.getByTestId('filter-clear').click();
  await expect(rows.first().getByTestId('request-model')).toHaveText('Qwen/Qwen3-8B');
});

test('takes a thousand rows', async ({ console: app, page }) => {
  await app.open('requests');
  const rows = page.getByTestId('requests-row');
  while ((await rows.count()) < 1_000) {
    const before = await rows.count();
    await page.getByTestId('requests-more').scrollIntoViewIfNeeded();
    await expect.poll(() => rows.count()).toBeGreaterThan(before);
  }
  await rows.nth(998).getByTestId('request-expand').click();
  await expect(page.getByTestId('attempt').first()).toBeVisible();
  expect(app.problems).toEqual([]);
});

test('exports what the filters let through', async ({ console: app, page }) => {
  // As Firefox and Safari, which have no picker: the file goes to the downloads.
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await app.open('requests');
  await page.getByTestId('filter-outcome').selectOption('rejected');
  await expect(page.getByTestId('requests-row').first()).toContainText('Rejected');
  await page.getByTestId('requests-export').click();
  const csv = page.waitForEvent('download');
  await page.getByTestId('export-run').click();
  const table = await readFile(await (await csv).path(), 'utf8');
  await expect(page.getByTestId('export-downloaded')).toContainText('flowkeep-requests.csv');
  const lines = table.trim().split(/\r?\n/);
  expect(lines[0]).toContain('model');
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.slice(1).every((line) => line.includes('rejected'))).toBe(true);
  await page.getByTestId('export-format-jsonl').click();
  const jsonl = page.waitForEvent('download');
  await page.getByTestId('export-run').click();
  const objects = (await readFile(await (await jsonl).path(), 'utf8')).trim().split('\n');
  expect(objects).toHaveLength(lines.length - 1);
  expect(JSON.parse(objects[0] ?? '')).toMatchObject({ outcome: 'rejected' });
  expect(app.problems).toEqual([]);
});

test('writes an export into the file that was chosen, or none', async ({ console: app, page }) => {
  // Nobody can press a button in the browser's own dialog; the file is one of the page's.
  await page.addInitScript(() => {
    let asked = 0;
    const picker = async ({ suggestedName }: { suggestedName: string }): Promise<unknown> => {
      asked += 1;
      if (asked === 1) throw new DOMException('changed their mind', 'AbortError');
      const folder = await navigator.storage.getDirectory();
      return folder.getFileHandle(`my ${suggestedName}`, { create: true });
    };
    Object.assign(window, { showSaveFilePicker: picker });
  });
  await app.open('requests');
  await page.getByTestId('requests-export').click();
  await page.getByTestId('export-format-jsonl').click();
  await page.getByTestId('export-run').click();
  await expect(page.getByTestId('export-run')).toBeEnabled();
  await expect(page.getByTestId('export-downloaded')).toHaveCount(0);
  await page.getByTestId('export-run').click();
  await expect(page.getByTestId('export-downloaded')).toHaveText(
    'Saved as my flowkeep-requests.jsonl.',
  );
  const lines = await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle('my flowkeep-requests.jsonl')).getFile();
    return (await file.text()).trim().split('\n');
  });
  expect(lines.length).toBeGreaterThan(2_000);
  expect(JSON.parse(lines.at(-1) ?? '')).toHaveProperty('request_id');
  expect(app.problems).toEqual([]);
});
