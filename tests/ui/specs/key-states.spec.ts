import { expect, test } from '../console';

const reason = (text: string, status: number, code: number | null, nextMs: number | null) => ({
  text,
  status,
  vendor_code: code,
  since_ms: Date.now() - 60_000,
  next_retry_ms: nextMs === null ? null : Date.now() + nextMs,
});

interface Listed {
  keys: ({ label: string } & Record<string, unknown>)[];
}

test('every state has its word, its reason, its evidence and the next try', async ({
  console: app,
  page,
}) => {
  // States that the simulator would take minutes to come to.
  const states: Record<string, object> = {
    alpha: {
      state: 'usable',
      reason: null,
      cooling: [
        { model: 'Qwen/Qwen3-8B', reason: reason('TPM limit reached', 429, 50_603, 600_000) },
        { model: 'Pro/*', reason: reason('RPM limit reached', 429, null, 300_000) },
      ],
    },
    beta: { state: 'exhausted', reason: reason('balance is insufficient', 403, 30_001, 7_300_000) },
    gamma: { state: 'restricted', reason: reason('real name needed', 403, 30_003, null) },
  };
  await page.route('**/admin/rpc/list_keys', async (route) => {
    const response = await route.fetch();
    const { keys } = (await response.json()) as Listed;
    await route.fulfill({
      response,
      json: { keys: keys.map((key) => ({ ...key, ...states[key.label] })) },
    });
  });
  await app.open('keys');
  const row = (label: string) =>
    page.getByTestId('keys-row').filter({ has: page.getByText(label, { exact: true }) });

  await expect(row('alpha').getByTestId('key-cooling')).toHaveText(
    /^2 models · tried again in 4:5\d$/,
  );
  const before = await row('alpha').getByTestId('key-cooling').innerText();
  await expect(row('alpha').getByTestId('key-cooling')).not.toHaveText(before);

  await expect(row('beta').getByTestId('key-state')).toHaveText('Out of balance');
  await expect(row('beta').getByTestId('key-reason')).toHaveText('balance is insufficient');
  await expect(row('beta').getByTestId('key-retry')).toHaveText('tried again in 2 hours');
  await expect(row('gamma').getByTestId('key-state')).toHaveText('Restricted');
  await expect(row('gamma').getByTestId('key-retry')).toHaveCount(0);

  const expand = row('beta').getByTestId('key-expand');
  await expand.focus();
  await page.keyboard.press('Enter');
  await expect(expand).toHaveAttribute('aria-expanded', 'true');
  const details = page.getByTestId('key-details');
  await expect(details).toContainText('HTTP 403 · code 30001');
  await page.keyboard.press('Enter');
  await expect(details).toHaveCount(0);
  await row('alpha').getByTestId('key-expand').click();
  await expect(page.getByTestId('key-detail-cooling')).toContainText(
    /Qwen\/Qwen3-8B\s*TPM limit reached · HTTP 429 · code 50603 · tried again in 9:5\d/,
  );
  expect(app.problems).toEqual([]);
});

test('says why a balance is not renewed, and is not alarmed by what cannot be known', async ({
  console: app,
  page,
}) => {
  const balance = {
    nano: 18_000_000_000,
    currency: 'CNY',
    source: 'estimated',
    known_nano: 20_000_000_000,
    as_of_ms: Date.now() - 7_200_000,
  };
  const failure = { at_ms: Date.now() - 300_000, text: '502 Bad Gateway from /user/info' };
  await page.route('**/admin/rpc/list_keys', async (route) => {
    const response = await route.fetch();
    const { keys } = (await response.json()) as Listed;
    const balance_failure = (label: string) => ({
      ...failure,
      reason: label === 'alpha' ? 'status' : 'retired',
    });
    await route.fulfill({
      response,
      json: {
        keys: keys.map((key) => ({
          ...key,
          balance,
          balance_failure: balance_failure(key.label),
        })),
      },
    });
  });
  await app.open('keys');
  await expect(page.getByTestId('key-balance-stale')).toHaveText(
    /^\s*not renewed\s*Not renewed \(5 minutes ago\): 502 Bad Gateway from \/user\/info$/,
  );
  expect(app.problems).toEqual([]);
});

test('explains an error of the list and recovers from it', async ({ console: app, page }) => {
  let broken = true;
  await page.route('**/admin/rpc/list_keys', (route) =>
    broken
      ? route.fulfill({ status: 500, json: { code: 'storage', message: 'disk I/O error' } })
      : route.continue(),
  );
  await app.open('keys');
  await expect(page.getByTestId('keys-error')).toContainText('Nothing could be read or written');
  broken = false;
  await page.getByTestId('keys-error-retry').click();
  await expect(page.getByTestId('keys-row').first()).toBeVisible();
});
