import { randomBytes } from 'node:crypto';
import { expect, test } from '../console';

/** A key that no run had before, 48 letters and digits after `sk-`. */
const testKey = (): string => `sk-test${randomBytes(22).toString('hex')}`;

interface Listed {
  keys: {
    id: string;
    label: string;
    account: string;
    weight: number;
    max_concurrency: number | null;
    balance: { nano: number; source: string } | null;
  }[];
}

test('edits a key with the keyboard alone, and gives the focus back', async ({
  console: app,
  page,
  demo,
}) => {
  await demo.call('import_keys', {
    text: `${testKey()} dialog-one\n${testKey()} dialog-two account=shared`,
    validate: false,
    force: false,
  });
  await app.open('keys');
  await page.getByTestId('keys-search').fill('dialog-one');
  const edit = page.getByTestId('key-edit');
  await edit.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('key-dialog-label')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText('shared');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText('7');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('key-dialog')).toHaveCount(0);
  await expect(edit).toBeFocused();
  const { keys } = (await demo.call('list_keys')) as Listed;
  const changed = keys.find((key) => key.label === 'dialog-one');
  expect(changed).toMatchObject({ account: 'shared', weight: 7 });

  // Escape leaves everything as it is.
  await page.keyboard.press('Enter');
  await page.getByTestId('key-dialog-label').fill('something else');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('key-dialog')).toHaveCount(0);
  await expect(edit).toBeFocused();
  await expect(page.getByTestId('key-label')).toHaveText('dialog-one');
  expect(app.problems).toEqual([]);
});

test('removes the key of the dialog and goes on from the top', async ({
  console: app,
  page,
  demo,
}) => {
  const text = `${testKey()} doomed-in-dialog`;
  await demo.call('import_keys', { text, validate: false, force: false });
  await app.open('keys');
  const row = page.getByTestId('keys-row').filter({ hasText: 'doomed-in-dialog' });
  await row.getByTestId('key-edit').click();
  await page.getByTestId('key-dialog-remove').click();
  await expect(page.getByTestId('remove-list')).toContainText('doomed-in-dialog');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('remove-dialog')).toHaveCount(0);
  await expect(row.getByTestId('key-edit')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByTestId('key-dialog-remove').click();
  await page.getByTestId('remove-confirm').click();
  await expect(row).toHaveCount(0);
  await expect(page.getByTestId('page-title')).toBeFocused();
  expect(app.problems).toEqual([]);
});

test('limits an account, and shows that it does', async ({ console: app, page, demo }) => {
  const text = `${testKey()} limited account=bounded`;
  await demo.call('import_keys', { text, validate: false, force: false });
  await app.open('keys');
  await page.getByTestId('keys-search').fill('limited');
  await page.getByTestId('keys-group').click();
  await page.getByTestId('account-edit').click();
  await page.getByTestId('account-limit-input').fill('3');
  await page.getByTestId('account-save').click();
  await expect(page.getByTestId('account-limit')).toHaveText('at most 3 at a time');
  await expect(page.getByTestId('account-edit')).toBeFocused();
  await page.getByTestId('key-expand').click();
  await expect(page.getByTestId('key-details')).toContainText(/Requests at a time\s*3/);
  const { keys } = (await demo.call('list_keys')) as Listed;
  expect(keys.find((key) => key.label === 'limited')?.max_concurrency).toBe(3);
  expect(app.problems).toEqual([]);
});

test('a balance is typed in place for the whole account, and forgotten', async ({
  console: app,
  page,
  demo,
}) => {
  await demo.call('import_keys', {
    text: `${testKey()} purse-one account=purse\n${testKey()} purse-two account=purse`,
    validate: false,
    force: false,
  });
  await app.open('keys');
  await page.getByTestId('keys-search').fill('purse');
  const cells = page.getByTestId('key-balance');
  await expect(cells).toHaveText(['unknown', 'unknown']);
  await cells.first().getByTestId('key-balance-edit').click();
  await expect(page.getByTestId('key-balance-input')).toBeFocused();
  await page.keyboard.insertText('a fortune');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('key-balance-help')).toContainText('12.50');
  await page.getByTestId('key-balance-input').fill('1,284.07');
  await page.keyboard.press('Enter');
  await expect(cells).toHaveText([/¥1,284\.07\s*manual · now/, /¥1,284\.07\s*manual · now/]);
  await expect(cells.first().getByTestId('key-balance-edit')).toBeFocused();
  const { keys } = (await demo.call('list_keys')) as Listed;
  const purse = keys.filter((key) => key.account === 'purse');
  expect(purse.map((key) => key.balance?.nano)).toEqual([1_284_070_000_000, 1_284_070_000_000]);

  await page.reload();
  await app.settled();
  await page.getByTestId('keys-search').fill('purse');
  await expect(cells.last()).toContainText('manual');
  await cells.last().getByTestId('key-balance-edit').click();
  await page.getByTestId('key-balance-clear').click();
  await expect(cells).toHaveText(['unknown', 'unknown']);
  expect(app.problems).toEqual([]);
});
