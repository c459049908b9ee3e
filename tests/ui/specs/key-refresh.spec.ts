import { randomBytes } from 'node:crypto';
import { expect, test } from '../console';

const testKey = (): string => `sk-test${randomBytes(22).toString('hex')}`;

test('checks one key, then all, and says what came of it', async ({ console: app, page, demo }) => {
  const key = testKey();
  const text = `${key} to-be-checked`;
  await demo.call('import_keys', { text, validate: false, force: false });
  await demo.openAccount('browser-checked', key);
  await app.open('keys');
  const row = page.getByTestId('keys-row').filter({ hasText: 'to-be-checked' });
  await expect(row.getByTestId('key-state')).toHaveText('Unchecked');
  await row.getByTestId('key-refresh').click();
  await expect(row.getByTestId('key-state')).toHaveText('Usable');
  await expect(page.getByTestId('toasts')).toContainText('1 key checked · 1 valid');
  await expect(row.getByTestId('key-refresh')).toBeFocused();

  const all = page.getByTestId('keys-refresh');
  await all.focus();
  await page.keyboard.press('Enter');
  const { keys } = (await demo.call('list_keys')) as { keys: unknown[] };
  await expect(page.getByTestId('toasts')).toContainText(`${keys.length} keys checked`);
  await expect(all).toHaveText('Refresh');
  await expect(all).toBeFocused();
  await expect(page.getByTestId('refresh-times')).toContainText('Checked now');
  expect(app.problems).toEqual([]);
});

test('a refresh that another window began is shown and can be stopped', async ({
  console: app,
  page,
}) => {
  await app.open('keys');
  // The real one is over too soon to look at, so its events are played.
  const report = {
    checked: 2,
    valid: 2,
    invalid: 0,
    failed: 0,
    changed: 0,
    balances: 0,
    balances_failed: 0,
    cancelled: true,
    ended_at_ms: Date.now(),
  };
  const status = { last: null, interval_s: 0, next_at_ms: null };
  const running = { done: 2, total: 40, report: null };
  let stopped = false;
  await page.route('**/admin/rpc/refresh_status', (route) =>
    route.fulfill({
      json: stopped ? { ...status, running: null, last: report } : { ...status, running },
    }),
  );
  await page.route('**/admin/rpc/cancel_refresh', (route) => {
    stopped = true;
    return route.fulfill({ json: { ...status, running: null, last: report } });
  });
  await page.reload();
  await app.settled();
  await expect(page.getByTestId('refresh-text')).toHaveText('Checking keys and balances: 2 of 40');
  await expect(page.getByTestId('keys-refresh')).toHaveText('Stop');
  await page.getByTestId('keys-refresh').click();
  await expect(page.getByTestId('refresh-bar')).toHaveCount(0);
  await expect(page.getByTestId('keys-refresh')).toHaveText('Refresh');
  expect(app.problems).toEqual([]);
});
