import AxeBuilder from '@axe-core/playwright';
import { expect, PAGES, RULES, test, THEMES } from '../console';

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

  test(`key details and dialogs in the ${theme} theme pass axe`, async ({
    console: app,
    page,
    demo,
  }) => {
    await demo.call('update_settings', { theme });
    await app.open('keys');
    const violations = async () => {
      const found = await new AxeBuilder({ page }).withTags(RULES).analyze();
      return found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
    };
    await page.getByTestId('key-expand').first().click();
    await page.getByTestId('key-balance-edit').first().click();
    await expect(page.getByTestId('key-balance-input')).toBeFocused();
    expect(await violations(), 'details and a balance being typed').toEqual([]);
    await page.getByTestId('key-edit').first().click();
    await expect(page.getByTestId('key-dialog')).toBeVisible();
    expect(await violations(), 'the dialog of a key').toEqual([]);
    await page.getByTestId('key-dialog-cancel').click();
    await page.getByTestId('keys-group').click();
    await page.getByTestId('account-edit').first().click();
    await expect(page.getByTestId('account-dialog')).toBeVisible();
    expect(await violations(), 'the dialog of an account').toEqual([]);
  });

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
