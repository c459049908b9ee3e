import { randomBytes } from 'node:crypto';
import { expect, test } from '../console';

/** A key that no run had before, 48 letters and digits after `sk-`. */
const testKey = (): string => `sk-test${randomBytes(22).toString('hex')}`;

test('shows what would be imported, imports it, and takes it back', async ({
  console: app,
  page,
  demo,
}) => {
  const [first, second, unknown] = [testKey(), testKey(), testKey()];
  await demo.openAccount('browser-one', first);
  await demo.openAccount('browser-two', second);
  await app.open('keys');
  const before = await page.getByTestId('keys-row').count();
  await page.getByTestId('import-open').click();
  await page
    .getByTestId('import-text')
    .fill(`${first} browser one account=browser\n${second}, browser two\nnonsense\n${unknown} x`);
  await page.getByTestId('import-submit').click();
  await expect(page.getByTestId('import-preview')).toBeVisible();
  await expect(page.getByTestId('import-added')).toHaveAttribute('data-count', '2');
  await expect(page.getByTestId('import-rejected')).toHaveAttribute('data-count', '2');
  await expect(page.locator('[data-outcome="malformed"]')).toContainText('3');
  await expect(page.locator('[data-outcome="unauthorized"]')).toContainText(unknown.slice(-4));
  await expect(page.locator('[data-outcome="added"]').first()).toContainText(
    'browser one · browser',
  );
  const { keys } = (await demo.call('list_keys')) as { keys: unknown[] };
  expect(keys, 'nothing is added by a preview').toHaveLength(before);
  await page.getByTestId('import-confirm').click();
  await expect(page.getByTestId('import-report')).toBeVisible();
  await expect(page.getByTestId('import-added')).toHaveAttribute('data-count', '2');
  await page.getByTestId('import-done').click();
  await expect(page.getByTestId('keys-row')).toHaveCount(before + 2);
  const row = page.getByTestId('keys-row').filter({ hasText: 'browser one' });
  await expect(row).toContainText(`sk-…${first.slice(-4)}`);
  await expect(row.getByTestId('key-state')).toHaveText('Usable');
  expect(await page.content()).not.toContain(first);
  await page.getByTestId('toast-action').click();
  await expect(page.getByTestId('keys-row')).toHaveCount(before);
  // The dialog stays within the content security policy too.
  expect(app.problems).toEqual([]);
});

test('imports a file that is dropped anywhere', async ({ console: app, page, demo }) => {
  const key = testKey();
  await demo.openAccount('browser-dropped', key);
  await app.open('overview');
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], 'pool.csv', { type: 'text/csv' }));
    return data;
  }, `label,key\ndropped,${key}\n`);
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await expect(page.getByTestId('drop-anywhere')).toBeVisible();
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  await expect(page.getByTestId('drop-anywhere')).toHaveCount(0);
  await expect(page.getByTestId('import-file-chosen')).toContainText('pool.csv');
  await page.getByTestId('import-submit').click();
  await expect(page.getByTestId('import-line')).toContainText('dropped');
  await page.getByTestId('import-confirm').click();
  await page.getByTestId('import-undo').click();
  await expect(page.getByTestId('import-dialog')).toHaveCount(0);
  await expect(page.getByTestId('toasts')).toContainText('1 key taken back');
  await expect(page.getByTestId('keys-row').filter({ hasText: 'dropped' })).toHaveCount(0);
  expect(app.problems).toEqual([]);
});

test('imports several dropped files one after the other', async ({ console: app, page, demo }) => {
  const [first, second] = [testKey(), testKey()];
  await demo.openAccount('browser-first-file', first);
  await demo.openAccount('browser-second-file', second);
  await app.open('keys');
  const transfer = await page.evaluateHandle(
    ([one, two]) => {
      const data = new DataTransfer();
      data.items.add(new File([`${one} from-file-one`], 'one.txt', { type: 'text/plain' }));
      const json = JSON.stringify([{ key: two, label: 'from-file-two' }]);
      data.items.add(new File([json], 'two.json', { type: 'application/json' }));
      return data;
    },
    [first, second],
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  await expect(page.getByTestId('import-file-chosen')).toContainText('one.txt');
  await expect(page.getByTestId('import-following')).toContainText('1 more file follows');
  await page.getByTestId('import-submit').click();
  await page.getByTestId('import-confirm').click();
  await page.getByTestId('import-next').click();
  await expect(page.getByTestId('import-file-chosen')).toContainText('two.json');
  await page.getByTestId('import-submit').click();
  await page.getByTestId('import-confirm').click();
  await page.getByTestId('import-done').click();
  await page.getByTestId('keys-search').fill('from-file');
  await expect(page.getByTestId('keys-row')).toHaveCount(2);
  expect(app.problems).toEqual([]);
});

test('renames, switches and groups keys', async ({ console: app, page, demo }) => {
  const [first, second] = [testKey(), testKey()];
  await demo.call('import_keys', {
    text: `${first} edit-one account=edited site=com\n${second} edit-two account=edited`,
    validate: false,
    force: false,
  });
  await app.open('keys');
  await page.getByTestId('keys-search').fill('edit');
  const row = page.getByTestId('keys-row').filter({ hasText: 'edit-one' });
  await row.getByTestId('key-label').click();
  await page.getByTestId('key-label-input').fill('edit-first');
  await page.keyboard.press('Enter');
  const renamed = page.getByTestId('keys-row').filter({ hasText: 'edit-first' });
  await expect(renamed.getByTestId('key-label')).toBeFocused();
  await renamed.getByTestId('key-switch').click();
  await expect(renamed.getByTestId('key-state')).toHaveText('Switched off');
  await renamed.getByTestId('key-switch').click();
  await expect(renamed.getByTestId('key-state')).not.toHaveText('Switched off');
  await page.getByTestId('keys-group').click();
  const group = page.getByTestId('keys-group-row');
  await expect(group).toContainText('edited');
  await expect(group.getByTestId('account-site')).toHaveText('.com');
  await group.getByTestId('account-edit').click();
  await page.getByTestId('account-site-choice').selectOption('default');
  await page.getByTestId('account-save').click();
  await expect(page.getByTestId('account-dialog')).toHaveCount(0);
  await expect(group.getByTestId('account-site')).toHaveText('.cn');
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
  await expect(row.getByTestId('keys-select')).toBeChecked();
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
  await expect(page.getByTestId('import-preview')).toBeVisible();
  await tabTo('import-confirm');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('import-report')).toBeVisible();
  await expect(page.getByTestId('import-added')).toHaveAttribute('data-count', '1');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('import-dialog')).toHaveCount(0);
  await expect(page.getByTestId('import-open')).toBeFocused();
  await expect(page.getByTestId('keys-row').filter({ hasText: 'typed-by-keyboard' })).toHaveCount(
    1,
  );
});
