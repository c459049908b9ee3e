import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { KeyList } from '$lib/contract';
import Keys from '$pages/keys/Keys.svelte';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';
import { openPage } from '../open-page';
import { keyView } from '../samples';

const listing = (keys: KeyList['keys']) => new FakeBackend({ list_keys: () => ({ keys }) });

describe('the keys page', () => {
  it('shows a skeleton while loading', async () => {
    const keys = deferred<KeyList>();
    openPage(Keys, new FakeBackend({ list_keys: () => keys.promise }));
    expect(screen.getByTestId('skeleton')).toBeTruthy();
    keys.resolve({ keys: [keyView()] });
    await screen.findByTestId('keys-row');
    expect(screen.queryByTestId('skeleton')).toBeNull();
  });

  it('leads to the import when there is no key', async () => {
    openPage(Keys, listing([]));
    await screen.findByTestId('keys-empty');
    expect(screen.queryByTestId('keys-table')).toBeNull();
  });

  it('explains an error and tries again', async () => {
    let broken = true;
    const backend = new FakeBackend({
      list_keys: () => {
        if (broken) throw new CallError('storage', 'disk I/O error');
        return { keys: [keyView()] };
      },
    });
    const user = userEvent.setup();
    openPage(Keys, backend);
    const error = await screen.findByTestId('keys-error');
    expect(error.textContent).toContain('Nothing could be read or written');
    expect(error.textContent).toContain('disk I/O error');
    broken = false;
    await user.click(screen.getByTestId('keys-error-retry'));
    await screen.findByTestId('keys-row');
  });

  it('tells state, reason, cooling, unknown and known balance', async () => {
    const reason = {
      text: 'balance is insufficient',
      status: 403,
      vendor_code: 30_001,
      since_ms: 0,
      next_retry_ms: null,
    };
    openPage(
      Keys,
      listing([
        keyView({ id: '1', state: 'exhausted', reason }),
        keyView({
          id: '2',
          cooling: [{ model: 'Qwen/Qwen3-8B', reason }],
          balance: {
            nano: 1_500_000_000,
            currency: 'CNY',
            source: 'estimated',
            known_nano: 2_000_000_000,
            as_of_ms: 0,
          },
        }),
      ]),
    );
    const [first, second] = await screen.findAllByTestId('keys-row');
    expect(within(first as HTMLElement).getByTestId('key-state').textContent).toBe(
      'Out of balance',
    );
    expect(first?.textContent).toContain('balance is insufficient');
    expect(
      within(first as HTMLElement)
        .getByTestId('key-balance')
        .textContent.trim(),
    ).toBe('unknown');
    expect(second?.textContent).toContain('Qwen3-8B');
    expect(second?.textContent).toContain('¥1.50');
    expect(second?.textContent).toContain('estimated');
  });

  it('has all the evidence one click away', async () => {
    const reason = {
      text: 'request was rejected due to rate limiting',
      status: 429,
      vendor_code: 50_603,
      since_ms: 0,
      next_retry_ms: Date.now() + 43_000,
    };
    const user = userEvent.setup();
    openPage(
      Keys,
      listing([keyView({ max_concurrency: 4, cooling: [{ model: 'Qwen/Qwen3-8B', reason }] })]),
    );
    expect((await screen.findByTestId('key-cooling')).textContent).toMatch(
      /Qwen3-8B · tried again in 0:4[23]/,
    );
    const expand = screen.getByTestId('key-expand');
    expect(expand.getAttribute('aria-expanded')).toBe('false');
    await user.click(expand);
    expect(expand.getAttribute('aria-expanded')).toBe('true');
    const details = screen.getByTestId('key-details');
    expect(within(details).getByTestId('key-detail-cooling').textContent).toMatch(
      /Qwen\/Qwen3-8B.*rate limiting · HTTP 429 · code 50603 · tried again in 0:4[0-3]/s,
    );
    expect(details.textContent).toMatch(/Requests at a time\s*4/);
    await user.click(expand);
    expect(screen.queryByTestId('key-details')).toBeNull();
  });

  it('keeps 1,200 keys in pages of a hundred', async () => {
    const keys = Array.from({ length: 1_200 }, (_, index) =>
      keyView({ id: `k${index}`, label: `key ${index}`, added_at_ms: index }),
    );
    const user = userEvent.setup();
    openPage(Keys, listing(keys));
    expect(await screen.findAllByTestId('keys-row')).toHaveLength(100);
    expect(screen.getByTestId('keys-page').textContent).toBe('1–100 of 1,200');
    await user.click(screen.getByTestId('keys-page-next'));
    expect(screen.getByTestId('keys-page').textContent).toBe('101–200 of 1,200');
    await user.click(screen.getByTestId('keys-search'));
    await user.paste('key 1199');
    expect(screen.getAllByTestId('keys-row')).toHaveLength(1);
    // A hundred rows take a simulated browser a while on a busy machine.
  }, 20_000);

  it('names what it removes, and asks first', async () => {
    let keys = [
      keyView({ id: 'a', label: 'keep me', account: 'one' }),
      keyView({ id: 'b', label: 'drop me', account: 'two', added_at_ms: 2_000 }),
    ];
    const backend = new FakeBackend({
      list_keys: () => ({ keys }),
      remove_keys: ({ ids }) => {
        keys = keys.filter((key) => !ids.includes(key.id));
        return { removed: ids.length, unknown: [] };
      },
    });
    const user = userEvent.setup();
    openPage(Keys, backend);
    await user.click(await screen.findByLabelText('Select drop me'));
    await user.click(screen.getByTestId('remove-open'));
    const list = await screen.findByTestId('remove-list');
    expect(list.textContent).toContain('drop me');
    expect(list.textContent).not.toContain('keep me');
    await user.click(screen.getByTestId('remove-cancel'));
    expect(backend.requestsOf('remove_keys')).toEqual([]);
    await user.click(await screen.findByTestId('remove-open'));
    await user.click(await screen.findByTestId('remove-confirm'));
    await waitFor(() => expect(screen.getAllByTestId('keys-row')).toHaveLength(1));
    expect(backend.requestsOf('remove_keys')).toEqual([{ ids: ['b'] }]);
  });
});
