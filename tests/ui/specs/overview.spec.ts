import { expect, test } from '../console';

const number = async (locator: { getAttribute(name: string): Promise<string | null> }) =>
  Number(await locator.getAttribute('data-value'));

test('shows the state, the address and the hidden token', async ({ console: app, page, demo }) => {
  await app.open('overview');
  await expect(page.getByTestId('gateway-state')).toHaveAttribute('data-state', 'running');
  await expect(page.getByTestId('base-url')).toHaveText(/^http:\/\/localhost:\d+\/v1$/);
  await expect(page.getByTestId('token-value')).toHaveText(/^•+$/);
  await page.getByTestId('token-show').click();
  await expect(page.getByTestId('token-value')).toHaveText(demo.token);
});

test('counts a call the moment it is made', async ({ console: app, page, demo }) => {
  await demo.chat('Qwen/Qwen3-8B');
  await app.open('overview');
  await expect(page.getByTestId('latest-row').first()).toBeVisible();
  const calls = page.getByTestId('usage-calls');
  const before = await number(calls);
  const tokens = await number(page.getByTestId('usage-prompt-tokens'));
  expect(before).toBeGreaterThan(0);
  await demo.chat('Qwen/Qwen3-8B');
  await expect(calls).toHaveAttribute('data-value', String(before + 1));
  await expect.poll(() => number(page.getByTestId('usage-prompt-tokens'))).toBeGreaterThan(tokens);
  await expect(page.getByTestId('top-models')).toContainText('Qwen/Qwen3-8B');
});

test('pauses and resumes the gateway', async ({ console: app, page }) => {
  await app.open('overview');
  await page.getByTestId('pause-toggle').click();
  await expect(page.getByTestId('gateway-state')).toHaveText('Paused');
  await expect(page.getByTestId('gateway-badge')).toHaveText('Paused');
  await page.getByTestId('pause-toggle').click();
  await expect(page.getByTestId('gateway-state')).toHaveText('Running');
});
