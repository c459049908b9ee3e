import AxeBuilder from '@axe-core/playwright';
import { expect, RULES, test, THEMES } from '../console';

interface Created {
  client: { id: string };
  token: string;
}

test('a token is made, shown once, used and revoked', async ({ console: app, page, demo }) => {
  await app.open('settings');
  await page.getByTestId('tokens-new').click();
  await page.getByTestId('token-name').fill('Tool of a test');
  await page.getByTestId('token-models').fill('deepseek-ai/*, Qwen/*');
  await page.getByTestId('token-per-minute').fill('600');
  await page.getByTestId('token-day').fill('5');
  await page.keyboard.press('Enter');
  const token = (await page.getByTestId('token-made-value').textContent()) ?? '';
  expect(token).toMatch(/^fk-[0-9a-f]{64}$/);
  await page.getByTestId('token-made-done').click();
  await expect(page.getByText(token)).toHaveCount(0);
  const row = page.locator('[data-testid=token][data-token="Tool of a test"]');
  await expect(row.getByTestId('token-limits')).toHaveText(
    'deepseek-ai/*, Qwen/* · 600 per minute',
  );
  await expect(row.getByTestId('token-budget')).toContainText('of ¥5.00 today');

  const chat = async (model: string): Promise<number> => {
    const answer = await fetch(`${demo.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    return answer.status;
  };
  expect(await chat('Qwen/Qwen3-8B')).toBe(200);
  expect(await chat('zai-org/GLM-5.2')).toBe(403);

  await row.getByTestId('token-revoke').click();
  await expect(page.getByTestId('token-revoke-cancel')).toBeFocused();
  await page.getByTestId('token-revoke-confirm').click();
  await expect(row).toHaveCount(0);
  expect(await chat('Qwen/Qwen3-8B')).toBe(401);
});

test('the keyboard is enough, and the focus comes back', async ({ console: app, page, demo }) => {
  const made = (await demo.call('create_client', { name: 'keyboard' })) as Created;
  await app.open('settings');
  const row = page.locator('[data-testid=token][data-token=keyboard]');
  await row.getByTestId('token-edit').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('token-name')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(row.getByTestId('token-edit')).toBeFocused();
  await demo.call('revoke_client', { id: made.client.id });
});

for (const theme of THEMES) {
  test(`tokens in the ${theme} theme pass axe`, async ({ console: app, page, demo }) => {
    await demo.call('update_settings', { theme });
    const budget = { currency: 'CNY', day_nano: 5_000_000_000, month_nano: 50_000_000_000 };
    const limits = { models: ['Qwen/*'], requests_per_minute: 60, budget };
    const made = (await demo.call('create_client', { name: `axe ${theme}`, limits })) as Created;
    await app.open('settings');
    await expect(page.getByTestId('token-budget')).toHaveCount(2);
    const found = async (): Promise<string[]> => {
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
    };
    expect(await found()).toEqual([]);
    await page.getByTestId('tokens-new').click();
    await page.getByTestId('token-day').fill('nothing');
    await page.getByTestId('token-save').click();
    await expect(page.getByTestId('token-day-fault')).toBeVisible();
    expect(await found()).toEqual([]);
    await demo.call('revoke_client', { id: made.client.id });
  });
}
