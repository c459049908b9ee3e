import { randomBytes } from 'node:crypto';
import { expect, test } from '../console';

const COUNT = 1_000;
const testKey = (): string => `sk-test${randomBytes(22).toString('hex')}`;

test('a thousand keys can be read, searched, chosen and removed', async ({
  console: app,
  page,
  demo,
}) => {
  const lines = Array.from({ length: COUNT }, (_, index) => `${testKey()} crowd-${index}`);
  await demo.call('import_keys', { text: lines.join('\n'), validate: false, force: false });
  await app.open('overview');
  const rows = page.getByTestId('keys-row');
  const begun = performance.now();
  await app.goTo('keys');
  // The document stays small, so that scrolling does.
  await expect(rows).toHaveCount(100);
  const openedMs = Math.round(performance.now() - begun);
  await expect(page.getByTestId('keys-page')).toContainText(/^1–100 of 1,0\d\d$/);

  // How long things take is told, not judged: the machine may be busy.
  const measured = await page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise(requestAnimationFrame);
    const main = document.querySelector('main');
    const long: number[] = [];
    let before = await frame();
    const from = before;
    for (let place = 0; place < (main?.scrollHeight ?? 0); place += 400) {
      main?.scrollTo(0, place);
      const now = await frame();
      long.push(now - before);
      before = now;
    }
    return { frames: long.length, longestMs: Math.max(...long), ms: before - from };
  });
  const told = JSON.stringify({ keys: COUNT, openedMs, ...measured });
  test.info().annotations.push({ type: 'keys page', description: told });
  console.log(`the keys page: ${told}`);
  await expect(rows.last()).toBeInViewport();

  await page.getByTestId('keys-page-next').click();
  await expect(page.getByTestId('keys-page')).toContainText('101–200');
  await page.getByTestId('keys-search').fill('crowd-999');
  await expect(rows).toHaveCount(1);
  await page.getByTestId('keys-search').fill('crowd-');
  await page.getByTestId('keys-select-all').click();
  await expect(page.getByTestId('keys-selected')).toHaveText('1,000 selected');
  await page.getByTestId('remove-open').click();
  await page.getByTestId('remove-confirm').click();
  await expect(page.getByTestId('toasts')).toContainText('1,000 keys removed');
  const { keys } = (await demo.call('list_keys')) as { keys: { label: string }[] };
  expect(keys.filter((key) => key.label.startsWith('crowd-'))).toEqual([]);
  expect(app.problems).toEqual([]);
});
