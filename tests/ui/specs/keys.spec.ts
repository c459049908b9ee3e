import { randomBytes } from 'node:crypto';
import { expect, test } from '../console';

/** A key that no run had before, 48 letters and digits after `sk-`. */
const testKey = (): string => `sk-test${randomBytes(22).toString('hex')}`;

test('imports two keys and reports the rest line by line', async ({ console: app, page, demo }) => {
  const [first, second, unknown] = [testKey(), testKey(), testKey()];
  await demo.openAccount('browser-one', first);
  await demo.openAccount('browser-two', second);
  await app.open('keys');
  const before = await page.getByTestId('keys-row').count();
  await page.getByTestId('import-open').click();
  await page
    .getByTestId('import-text')
    .fill(`${first} browser one\n${second}, browser two\nnonsense\n${unknown} stranger`);
  await page.getByTestId('import-submit').click();
  await expect(page.getByTestId('import-report')).toBeVisible();
  await expect(page.getByTestId('import-added')).toHaveAttribute('data-count', '2');
  await expect(page.getByTestId('import-rejected')).toHaveAttribute('data-count', '2');
  await expect(page.locator('[data-outcome="malformed"]')).toContainText('3');
  await expect(page.locator('[data-outcome="unauthorized"]')).toContainText(unknown.slice(-4));
  await page.getByTestId('import-done').click();
  await expect(page.getByTestId('keys-row')).toHaveCount(before + 2);
  const row = page.getByTestId('keys-row').filter({ hasText: 'browser one' });
  await expect(row).toContainText(`sk-…${first.slice(-4)}`);
  await expect(row.getByTestId('key-state')).toHaveText('Usable');
  expect(await page.content()).not.toContain(first);
  // The dialog stays within the content security policy too.
  expect(app.problems).toEqual([]);
});

test('removes exactly the chosen key, after a question that names it', async ({
  console: app,
  page,
  demo,
}) => {
  const [doomed, kept] = [testKey(), testKey()];
  await demo.call('import_keys', {
    text: `${doomed} doomed-key\n${kept} kept-key`,
    validate: false,
    force: false,
  });
  await app.open('keys');
  const row = page.getByTestId('keys-row').filter({ hasText: 'doomed-key' });
  await row.getByTestId('keys-select').click();
  await page.getByTestId('remove-open').click();
  await expect(page.getByTestId('remove-list')).toContainText('doomed-key');
  await expect(page.getByTestId('remove-list')).not.toContainText('kept-key');
  await page.getByTestId('remove-confirm').click();
  await expect(row).toHaveCount(0);
  await expect(page.getByTestId('keys-row').filter({ hasText: 'kept-key' })).toHaveCount(1);
  expect(app.problems).toEqual([]);
});

test('searches and filters', async ({ console: app, page, demo }) => {
  await demo.call('import_keys', {
    text: `${testKey()} needle-in-haystack`,
    validate: false,
    force: false,
  });
  await app.open('keys');
  await page.getByTestId('keys-search').fill('needle');
  await expect(page.getByTestId('keys-row')).toHaveCount(1);
  await page.getByTestId('keys-filter').selectOption('unauthorized');
  await expect(page.getByTestId('keys-none')).toBeVisible();
  await page.getByTestId('keys-clear-search').click();
  await expect(page.getByTestId('keys-row').first()).toBeVisible();
});

test('imports with the keyboard alone', async ({ console: app, page }) => {
  await app.open('overview');
  const focused = page.locator(':focus');
  const tabTo = async (testid: string): Promise<void> => {
    for (let count = 0; count < 40; count += 1) {
      await page.keyboard.press('Tab');
      if ((await focused.getAttribute('data-testid')) === testid) return;
    }
    throw new Error(`Tab never reaches ${testid}`);
  };
  await tabTo('nav-keys');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('page-title')).toBeFocused();
  await tabTo('import-open');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('import-text')).toBeFocused();
  await page.keyboard.insertText(`${testKey()} typed-by-keyboard`);
  await tabTo('import-validate');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('import-validate')).toHaveAttribute('aria-checked', 'false');
  await tabTo('import-submit');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('import-added')).toHaveAttribute('data-count', '1');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('import-dialog')).toHaveCount(0);
  await expect(page.getByTestId('import-open')).toBeFocused();
  await expect(page.getByTestId('keys-row').filter({ hasText: 'typed-by-keyboard' })).toHaveCount(
    1,
  );
});
