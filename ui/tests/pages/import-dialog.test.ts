import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { ImportReport, KeyView } from '$lib/contract';
import { onlyLines } from '$lib/state/import-flow.svelte';
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
  ...change,
});

/** The keys page over a pool that grows with each import. */
function poolOf(answer: () => ImportReport | Promise<ImportReport>) {
  const keys: KeyView[] = [];
  return new FakeBackend({
    list_keys: () => ({ keys: [...keys] }),
    import_keys: async () => {
      const result = await answer();
      for (let count = 0; count < result.added; count += 1) {
        keys.push(keyView({ id: `k${keys.length}`, label: `imported ${keys.length}` }));
      }
      return result;
    },
  });
}

async function openDialog(backend: FakeBackend) {
  const user = userEvent.setup();
  openPage(Keys, backend);
  await user.click(await screen.findByTestId('import-open'));
  return user;
}

describe('the import dialog', () => {
  it('adds pasted keys, reports the rejected lines and fills the table', async () => {
    const backend = poolOf(() =>
      report({
        rejected: 1,
        lines: [{ line: 2, masked: 'nons…', outcome: 'malformed', message: 'no sk- in front' }],
      }),
    );
    const user = await openDialog(backend);
    const text = await screen.findByTestId('import-text');
    expect(screen.getByTestId('import-submit')).toHaveProperty('disabled', true);
    await user.click(text);
    await user.paste(`${ALPHA} work\nnonsense`);
    expect(screen.getByTestId('import-lines').textContent).toBe('2 lines');
    await user.click(screen.getByTestId('import-submit'));
    await screen.findByTestId('import-report');
    expect(backend.requestsOf('import_keys')).toEqual([
      { text: `${ALPHA} work\nnonsense`, validate: true, force: false },
    ]);
    expect(screen.getByTestId('import-added').textContent.trim()).toBe('1 key added');
    expect(screen.getByTestId('import-rejected').textContent.trim()).toBe('1 line rejected');
    expect(screen.getByTestId('import-line').textContent).toContain('no sk- in front');
    await user.click(screen.getByTestId('import-done'));
    expect(await screen.findAllByTestId('keys-row')).toHaveLength(1);
    expect(screen.queryByTestId('import-dialog')).toBeNull();
  });

  it('shows how far the check is, and cannot be closed meanwhile', async () => {
    const done = deferred<ImportReport>();
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
    done.resolve(report());
    await screen.findByTestId('import-report');
  });

  it('offers to add refused keys anyway, and sends only those', async () => {
    const reports = [
      report({
        rejected: 2,
        lines: [
          { line: 2, masked: 'sk-…0000', outcome: 'unauthorized', message: null },
          { line: 3, masked: 'junk…', outcome: 'malformed', message: null },
        ],
      }),
      report({ added: 1 }),
    ];
    const backend = poolOf(() => reports.shift() ?? report());
    const user = await openDialog(backend);
    await user.click(await screen.findByTestId('import-text'));
    await user.paste(`${ALPHA}\n${BETA} two\njunk`);
    await user.click(screen.getByTestId('import-submit'));
    await user.click(await screen.findByTestId('import-force'));
    await waitFor(() => expect(backend.requestsOf('import_keys')).toHaveLength(2));
    expect(backend.requestsOf('import_keys')[1]).toEqual({
      text: `\n${BETA} two\n`,
      validate: true,
      force: true,
    });
    await waitFor(() => expect(screen.queryByTestId('import-force')).toBeNull());
  });

  it('takes a file, and skips the check when told so', async () => {
    const backend = poolOf(() => report());
    const user = await openDialog(backend);
    const chooser = await screen.findByTestId<HTMLInputElement>('import-file');
    await user.upload(chooser, new File([`${ALPHA}\r\n${BETA}\r\n`], 'keys.txt'));
    expect((await screen.findByTestId('import-file-chosen')).textContent).toContain('keys.txt');
    expect(screen.getByTestId('import-lines').textContent).toBe('2 lines');
    await user.click(screen.getByTestId('import-validate'));
    await user.click(screen.getByTestId('import-submit'));
    await screen.findByTestId('import-report');
    expect(backend.requestsOf('import_keys')[0]).toEqual({
      text: `${ALPHA}\r\n${BETA}\r\n`,
      validate: false,
      force: false,
    });
  });

  it('keeps the text when the import fails', async () => {
    const backend = poolOf(() => Promise.reject(new CallError('vault_locked', 'locked')));
    const user = await openDialog(backend);
    await user.click(await screen.findByTestId('import-text'));
    await user.paste(ALPHA);
    await user.click(screen.getByTestId('import-submit'));
    expect((await screen.findByTestId('import-error')).textContent).toContain('keychain is locked');
    expect(screen.getByTestId<HTMLTextAreaElement>('import-text').value).toBe(ALPHA);
  });
});

describe('onlyLines', () => {
  it('keeps the numbers of the lines', () => {
    expect(onlyLines('a\r\nb\nc', [2])).toBe('\nb\n');
    expect(onlyLines('a', [1, 7])).toHaveLength(7);
  });
});
