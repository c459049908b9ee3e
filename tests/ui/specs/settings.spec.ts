import { expect, test } from '../console';

test('language and theme change at once and stay', async ({ console: app, page }) => {
  await app.open('settings');
  const root = page.locator('html');
  await page.getByTestId('settings-language-zh-CN').click();
  await expect(page.getByTestId('page-title')).toHaveText('设置');
  await expect(root).toHaveAttribute('lang', 'zh-CN');
  await page.getByTestId('settings-theme-dark').click();
  await expect(root).toHaveAttribute('data-theme', 'dark');

  // Before the app has even started, the theme is the right one.
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload({ waitUntil: 'commit' });
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await page.unroute('**/assets/*.js');
  await page.reload();
  await expect(page.getByTestId('page-title')).toHaveText('设置');
  await expect(root).toHaveAttribute('data-theme', 'dark');
});

test('the settings belong to the gateway, not to the browser', async ({ console: app, demo }) => {
  await demo.call('update_settings', { language: 'zh-CN', theme: 'dark' });
  await app.open('settings');
  await expect(app.page.getByTestId('settings-theme')).toHaveAttribute('data-value', 'dark');
  await expect(app.page.locator('html')).toHaveAttribute('lang', 'zh-CN');
});

test('a bad value is explained beside its field and not saved', async ({ console: app, page }) => {
  await app.open('settings');
  const saved = await page.getByTestId('settings-port').inputValue();
  await page.getByTestId('settings-port').fill('80');
  await page.getByTestId('settings-port-save').click();
  await expect(page.getByTestId('settings-port-field-error')).toContainText('1024 to 65535');
  await page.getByTestId('settings-port-reset').click();
  await expect(page.getByTestId('settings-port')).toHaveValue(saved);
});

test('how keys are chosen is changed with the keyboard and kept', async ({
  console: app,
  page,
  demo,
}) => {
  await app.open('settings');
  const list = page.getByTestId('settings-strategy');
  await expect(list).toHaveAttribute('data-value', 'highest-balance');
  await page.getByRole('radio', { name: 'Highest balance' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(list).toHaveAttribute('data-value', 'round-robin');
  await expect(page.getByTestId('settings-strategy-field-note')).toHaveText('Saved');
  await expect(page.getByRole('radio', { name: 'In turn' })).toBeFocused();
  await page.getByTestId('settings-session-affinity').click();
  await expect(page.getByTestId('settings-session-affinity')).toHaveAttribute(
    'aria-checked',
    'false',
  );
  await page.getByTestId('settings-queue-length').fill('12');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('settings-queue-length-field-note')).toHaveText('Saved');
  await page.reload();
  await app.settled();
  await expect(list).toHaveAttribute('data-value', 'round-robin');
  await expect(page.getByTestId('settings-queue-length')).toHaveValue('12');
  await demo.call('update_settings', {
    strategy: 'highest-balance',
    session_affinity: true,
    queue_length: 256,
  });
  await expect(list, 'a change from outside is shown').toHaveAttribute(
    'data-value',
    'highest-balance',
  );
  expect(app.problems).toEqual([]);
});

test('numbers of balances and of the log are checked and saved', async ({
  console: app,
  page,
  demo,
}) => {
  const before = (await demo.call('get_settings')) as Record<string, unknown>;
  await app.open('settings');
  await page.getByTestId('settings-refresh-interval-s').fill('2592001');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('settings-refresh-interval-s-field-error')).toContainText(
    'from 0 to 2,592,000',
  );
  const changes = {
    'refresh-interval-s': 7200,
    'low-balance': 20,
    'retention-days': 30,
    'capture-hours': 48,
  };
  for (const [name, value] of Object.entries(changes)) {
    await page.getByTestId(`settings-${name}`).fill(String(value));
    await page.keyboard.press('Enter');
    await expect(page.getByTestId(`settings-${name}-field-note`)).toHaveText('Saved');
  }
  expect(await demo.call('get_settings')).toMatchObject({
    refresh_interval_s: 7_200,
    low_balance: 20,
    retention_days: 30,
    capture_hours: 48,
  });
  const { refresh_interval_s, low_balance, retention_days, capture_hours } = before;
  await demo.call('update_settings', {
    refresh_interval_s,
    low_balance,
    retention_days,
    capture_hours,
  });
  expect(app.problems).toEqual([]);
});
