import { expect, test as base } from '../console';
import { Demo } from '../demo';

/** A demo of its own: the others need the log. */
const test = base.extend<object, { demo: Demo }>({
  demo: [
    async ({}, use) => {
      const demo = await Demo.start();
      await use(demo);
      await demo.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

test('clearing the log leaves the statistics as they were', async ({
  console: app,
  page,
  demo,
}) => {
  const calls = page.getByTestId('usage-calls');
  const cost = page.getByTestId('usage-cost');
  await app.open('overview');
  await page.getByTestId('period-months12').click();
  await expect(page.getByTestId('series-chart').locator('tbody tr')).toHaveCount(12);
  await app.settled();
  const before = [await calls.getAttribute('data-value'), await cost.textContent()];
  expect(Number(before[0])).toBeGreaterThan(2_000);
  await app.goTo('requests');
  await page.getByTestId('requests-clear').click();
  await expect(page.getByTestId('clear-dialog')).toContainText(
    'The statistics on the Overview stay',
  );
  await page.getByTestId('clear-confirm').click();
  await expect(page.getByTestId('requests-empty')).toBeVisible();
  await app.goTo('overview');
  await page.getByTestId('period-months12').click();
  await expect(calls).toHaveAttribute('data-value', before[0] ?? '');
  await expect(cost).toHaveText(before[1] ?? '');
  await app.goTo('requests');
  await demo.chat('Qwen/Qwen3-8B');
  await expect(page.getByTestId('requests-row')).toHaveCount(1);
});
