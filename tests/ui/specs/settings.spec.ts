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
