import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { ImportLine, ImportPreview, ImportReport, KeyView } from '$lib/contract';
import Keys from '$pages/keys/Keys.svelte';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { keyView } from '../samples';

const ALPHA = 'sk-testalpha0000000000000000000000000000000000000000';
const BETA = 'sk-testbeta00000000000000000000000000000000000000000';
const report = (change: Partial<ImportReport> = {}): ImportReport => ({
  added: 1,
  unchecked: 0,
  known: 0,
  rejected: 0,
  lines: [],
  lines_left_out: 0,
  calls: 0,
  undo: null,
  ...change,
});
const line = (change: Partial<ImportLine> = {}): ImportLine => ({
  line: 1,
  masked: 'sk-…0000',
  label: null,
  account: null,
  site: null,
  outcome: 'added',
  reason: null,
  message: null,
  ...change,
});
const preview = (change: Partial<ImportPreview> = {}): ImportPreview => ({
  preview: 'p1',
  format: 'lines',
  report: report(),
  calls: 0,
  ...change,
});

/** The keys page over a pool that grows with each import. */
function poolOf(
  shown: () => ImportPreview | Promise<ImportPreview>,
  answer: () => ImportReport | Promise<ImportReport> = () => report(),
) {
  const keys: KeyView[] = [];
  return new FakeBackend({
    list_keys: () => ({ keys: [...keys] }),
    preview_import: () => shown(),
    confirm_import: async () => {
      const result = await answer();
      for (let count = 0; count < result.added; count += 1) {
        keys.push(keyView({ id: `k${keys.length}`, label: `imported ${keys.length}` }));
      }
      return result;
    },
    undo_import: () => {
      const removed = keys.length;
      keys.length = 0;
      return { removed, calls: 0 };
    },
  });
}

async function openDialog(backend: FakeBackend) {
  const user = userEvent.setup();
  openPage(Keys, backend);
  await user.click(await screen.findByTestId('import-open'));
  return user;
}

/** Pastes, and looks at the preview. */
async function checked(backend: FakeBackend, text: string) {
  const user = await openDialog(backend);
  await user.click(await screen.findByTestId('import-text'));
  await user.paste(text);
  await user.click(screen.getByTestId('import-submit'));
  await screen.findByTestId('import-preview');
  return user;
}

describe('the import dialog', () => {
  it('shows what would be added, line by line, before anything is', async () => {
    const shown = report({
      rejected: 1,
      lines: [
        line({ line: 2, masked: 'nons…', outcome: 'malformed', message: 'no sk- in front' }),
        line({ label: 'work', account: 'team', site: 'com' }),
      ],
    });
    const backend = poolOf(() => preview({ report: shown }));
    const user = await openDialog(backend);
    const text = await screen.findByTestId('import-text');
    expect(screen.getByTestId('import-submit')).toHaveProperty('disabled', true);
    await user.click(text);
    await user.paste(`${ALPHA} work account=team\nnonsense`);
    expect(screen.getByTestId('import-lines').textContent).toBe('2 lines');
    await user.click(screen.getByTestId('import-submit'));
    await screen.findByTestId('import-preview');
    expect(backend.requestsOf('preview_import')).toEqual([
      { text: `${ALPHA} work account=team\nnonsense`, validate: true },
    ]);
    expect(screen.getByTestId('import-added').textContent.trim()).toBe('1 new');
    expect(screen.getByTestId('import-rejected').textContent.trim()).toBe('1 line rejected');
    const [bad, good] = screen.getAllByTestId('import-line');
    expect(bad?.textContent).toContain('no sk- in front');
    expect(good?.textContent).toContain('work · team · .com');
    expect(good?.textContent).toContain('New');
    expect(backend.requestsOf('confirm_import')).toEqual([]);

    expect(screen.getByTestId('import-confirm').textContent).toContain('Import 1 key');
    await user.click(screen.getByTestId('import-confirm'));
    await screen.findByTestId('import-report');
    expect(backend.requestsOf('confirm_import')).toEqual([
      { preview: 'p1', force: false, history: false },
    ]);
    await user.click(screen.getByTestId('import-done'));
    expect(await screen.findAllByTestId('keys-row')).toHaveLength(1);
    expect(screen.queryByTestId('import-dialog')).toBeNull();
  });

  it('goes back to the text without adding anything', async () => {
    const backend = poolOf(() => preview());
    const user = await checked(backend, ALPHA);
    await user.click(screen.getByTestId('import-back'));
    expect(screen.getByTestId<HTMLTextAreaElement>('import-text').value).toBe(ALPHA);
    expect(backend.requestsOf('confirm_import')).toEqual([]);
  });

  it('takes an import back, from the report or from the notice after it', async () => {
    const backend = poolOf(
      () => preview(),
      () => report({ undo: 'u1' }),
    );
    const user = await checked(backend, ALPHA);
    await user.click(screen.getByTestId('import-confirm'));
    await user.click(await screen.findByTestId('import-undo'));
    await waitFor(() => expect(backend.requestsOf('undo_import')).toEqual([{ undo: 'u1' }]));
    expect(await screen.findByTestId('keys-empty')).toBeTruthy();
    expect(screen.getByTestId('toasts').textContent).toContain('1 key taken back');

    await user.click(screen.getByTestId('import-open'));
    await user.click(await screen.findByTestId('import-text'));
    await user.paste(ALPHA);
    await user.click(screen.getByTestId('import-submit'));
    await user.click(await screen.findByTestId('import-confirm'));
    await user.click(await screen.findByTestId('import-done'));
    expect(await screen.findAllByTestId('keys-row')).toHaveLength(1);
    await user.click(screen.getByTestId('toast-action'));
    await waitFor(() => expect(backend.requestsOf('undo_import')).toHaveLength(2));
    expect(await screen.findByTestId('keys-empty')).toBeTruthy();
  });

  it('shows how far the check is, and cannot be closed meanwhile', async () => {
    const done = deferred<ImportPreview>();
    const backend = poolOf(() => done.promise);
    const user = await openDialog(backend);
    await user.click(await screen.findByTestId('import-text'));
    await user.paste(ALPHA);
    await user.click(screen.getByTestId('import-submit'));
    backend.emit({ type: 'import_progress', done: 12, total: 50 });
    await waitFor(() =>
      expect(screen.getByTestId('import-progress-text').textContent).toBe(
        'Checking keys: 12 of 50',
      ),
    );
    await user.keyboard('{Escape}');
    expect(screen.getByTestId('import-dialog')).toBeTruthy();
    done.resolve(preview());
    await screen.findByTestId('import-preview');
  });

  it('adds refused keys and recorded calls only when told so', async () => {
    const refused = line({ line: 2, outcome: 'unauthorized', reason: 'refused' });
    const shown = report({ added: 0, rejected: 1, lines: [refused] });
    const backend = poolOf(() => preview({ report: shown, calls: 1234 }));
    const user = await checked(backend, `${ALPHA}\n${BETA} two`);
    const confirm = screen.getByTestId('import-confirm');
    expect(confirm).toHaveProperty('disabled', true);
    expect(screen.getByTestId('import-preview').textContent).toContain('1,234 recorded calls');
    await user.click(screen.getByTestId('import-force'));
    await user.click(screen.getByTestId('import-history'));
    expect(confirm.textContent).toContain('Import 1 key');
    await user.click(confirm);
    await screen.findByTestId('import-report');
    expect(backend.requestsOf('confirm_import')).toEqual([
      { preview: 'p1', force: true, history: true },
    ]);
  });

  it('takes a file as it is, and skips the check when told so', async () => {
    const backend = poolOf(() => preview());
    const user = await openDialog(backend);
    const chooser = await screen.findByTestId<HTMLInputElement>('import-file');
    await user.upload(chooser, new File([`${ALPHA}\r\n${BETA}\r\n`], 'keys.txt'));
    expect((await screen.findByTestId('import-file-chosen')).textContent).toContain('keys.txt');
    expect(screen.getByTestId('import-lines').textContent).toBe('2 lines');
    await user.click(screen.getByTestId('import-validate'));
    await user.click(screen.getByTestId('import-submit'));
    await screen.findByTestId('import-preview');
    expect(backend.requestsOf('preview_import')).toEqual([
      { file: btoa(`${ALPHA}\r\n${BETA}\r\n`), validate: false },
    ]);
  });

  it('takes several files one after the other', async () => {
    const backend = poolOf(
      () => preview(),
      () => report({ undo: 'u1' }),
    );
    const user = await openDialog(backend);
    const chooser = await screen.findByTestId<HTMLInputElement>('import-file');
    await user.upload(chooser, [new File([ALPHA], 'one.txt'), new File([BETA], 'two.txt')]);
    expect((await screen.findByTestId('import-file-chosen')).textContent).toContain('one.txt');
    expect(screen.getByTestId('import-following').textContent).toContain('1 more file follows');
    await user.click(screen.getByTestId('import-submit'));
    await user.click(await screen.findByTestId('import-confirm'));
    await user.click(await screen.findByTestId('import-next'));
    expect((await screen.findByTestId('import-file-chosen')).textContent).toContain('two.txt');
    expect(screen.queryByTestId('import-following')).toBeNull();
    // The first import can still be taken back.
    expect(screen.getByTestId('toast-action')).toBeTruthy();
    await user.click(screen.getByTestId('import-submit'));
    await screen.findByTestId('import-preview');
    expect(backend.requestsOf('preview_import')).toEqual([
      { file: btoa(ALPHA), validate: true },
      { file: btoa(BETA), validate: true },
    ]);
  });

  it('forgets the other files when it is closed', async () => {
    const user = await openDialog(poolOf(() => preview()));
    const chooser = await screen.findByTestId<HTMLInputElement>('import-file');
    await user.upload(chooser, [new File([ALPHA], 'one.txt'), new File([BETA], 'two.txt')]);
    await screen.findByTestId('import-file-chosen');
    await user.click(screen.getByTestId('import-cancel'));
    await waitFor(() => expect(screen.queryByTestId('import-dialog')).toBeNull());
    await user.click(screen.getByTestId('import-open'));
    expect(await screen.findByTestId('import-text')).toBeTruthy();
    expect(screen.queryByTestId('import-following')).toBeNull();
  });

  it('knows a database by its content', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('SQLite format 3\0'), 0xff, 0]);
    const backend = poolOf(() => preview({ format: 'older_pool' }));
    const user = await openDialog(backend);
    const chooser = await screen.findByTestId<HTMLInputElement>('import-file');
    await user.upload(chooser, new File([bytes], 'keys.txt'));
    await screen.findByTestId('import-file-chosen');
    expect(screen.getByTestId('import-lines').textContent).toBe('Database of an older pool');
    await user.click(screen.getByTestId('import-submit'));
    await screen.findByTestId('import-preview');
    const sent = backend.requestsOf('preview_import')[0]?.file ?? '';
    expect(atob(sent).length).toBe(bytes.length);
  });

  it('takes a file that is dropped on it', async () => {
    await openDialog(poolOf(() => preview()));
    const text = await screen.findByTestId('import-text');
    const files = [new File([ALPHA], 'dropped.csv')];
    await fireEvent.drop(text, { dataTransfer: { files, types: ['Files'] } });
    expect((await screen.findByTestId('import-file-chosen')).textContent).toContain('dropped.csv');
  });

  it('keeps the text when the check fails, and the preview when the import does', async () => {
    let broken = true;
    const locked = () => Promise.reject(new CallError('vault_locked', 'locked'));
    const backend = poolOf(
      () => (broken ? locked() : preview()),
      () => locked(),
    );
    const user = await openDialog(backend);
    await user.click(await screen.findByTestId('import-text'));
    await user.paste(ALPHA);
    await user.click(screen.getByTestId('import-submit'));
    expect((await screen.findByTestId('import-error')).textContent).toContain('keychain is locked');
    expect(screen.getByTestId<HTMLTextAreaElement>('import-text').value).toBe(ALPHA);
    broken = false;
    await user.click(screen.getByTestId('import-submit'));
    await user.click(await screen.findByTestId('import-confirm'));
    expect((await screen.findByTestId('import-error')).textContent).toContain('keychain is locked');
    expect(screen.getByTestId('import-preview')).toBeTruthy();
  });
});
