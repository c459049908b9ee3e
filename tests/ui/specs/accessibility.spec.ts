import AxeBuilder from '@axe-core/playwright';
import { expect, PAGES, test, THEMES } from '../console';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

for (const theme of THEMES) {
  for (const name of PAGES) {
    test(`${name} in the ${theme} theme passes axe`, async ({ console: app, page, demo }) => {
      await demo.call('update_settings', { theme });
      await app.open(name);
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      expect(violations.map((found) => [found.id, found.nodes.map((node) => node.html)])).toEqual(
        [],
      );
    });
  }

  test(`the import dialog in the ${theme} theme passes axe`, async ({
    console: app,
    page,
    demo,
  }) => {
    await demo.call('update_settings', { theme });
    await app.open('keys');
    await page.getByTestId('import-open').click();
    await expect(page.getByTestId('import-dialog')).toBeVisible();
    const form = await new AxeBuilder({ page }).withTags(RULES).analyze();
    expect(form.violations.map((found) => found.id)).toEqual([]);
    await page.getByTestId('import-text').fill('nonsense');
    await page.getByTestId('import-submit').click();
    await expect(page.getByTestId('import-preview')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    expect(violations.map((found) => [found.id, found.nodes.map((node) => node.html)])).toEqual([]);
  });
}
