import { expect, test } from '../console';

test('asks for the password, refuses a wrong one, and lets the right one in', async ({
  page,
  demo,
}) => {
  await demo.call('update_settings', { language: 'en', theme: 'light' });
  await page.goto(demo.url);
  await expect(page.getByTestId('page-login')).toBeVisible();
  await page.getByTestId('login-username').fill(demo.user);
  await page.getByTestId('login-password').fill('wrong');
  await page.getByTestId('login-submit').click();
  await expect(page.getByTestId('login-error')).toContainText('Wrong user name or password');
  await page.getByTestId('login-password').fill(demo.password);
  await page.getByTestId('login-password').press('Enter');
  await expect(page.getByTestId('page-overview')).toBeVisible();

  await page.reload();
  await expect(page.getByTestId('page-overview')).toBeVisible();
  await page.getByTestId('sign-out').click();
  await expect(page.getByTestId('page-login')).toBeVisible();
  await page.reload();
  await expect(page.getByTestId('page-login')).toBeVisible();
});
