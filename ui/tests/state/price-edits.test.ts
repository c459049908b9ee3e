import { QueryClient } from '@tanstack/svelte-query';
import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { PriceView } from '$lib/contract';
import { ownId, PriceEdits } from '$lib/state/price-edits.svelte';
import { QUERY } from '$lib/state/queries';
import { FakeBackend } from '../fake-backend';
import { priceList, textPrice, withoutId } from '../price-samples';

const SHIPPED = [textPrice('Qwen/Qwen3-32B')];
const OWN = [textPrice('a', { id: 'own:cn:a' }), textPrice('b', { id: 'own:cn:b' })];

function editsOf(overrides: readonly PriceView[] = OWN) {
  let list = priceList(SHIPPED, overrides);
  const backend = new FakeBackend({
    list_prices: () => list,
    set_price_overrides: ({ rows }) => (list = priceList(SHIPPED, rows)),
  });
  const errors: string[] = [];
  const revived: string[] = [];
  const client = new QueryClient();
  const edits = new PriceEdits(
    backend,
    client,
    (error) => errors.push(error.code),
    (found) => revived.push(...found),
  );
  const ids = (): string[] => list.overrides.map(({ id }) => id);
  return { backend, client, edits, errors, revived, ids, current: () => list };
}

describe('own prices', () => {
  it('are added behind the others, and shown at once', async () => {
    const { edits, client, ids, current } = editsOf();
    expect(edits.changed).toBe(false);
    await edits.save(withoutId(textPrice('Qwen/Qwen3-32B')), null);
    expect(ids()).toEqual(['own:cn:a', 'own:cn:b', 'own:cn:Qwen/Qwen3-32B']);
    expect(client.getQueryData(QUERY.prices)).toEqual(current());
    expect(edits.changed).toBe(true);
    edits.settle();
    expect(edits.changed).toBe(false);
  });

  it('are changed where they stand, and get another name with another model', async () => {
    const { edits, ids, current } = editsOf();
    const [first] = OWN;
    await edits.save({ ...withoutId(textPrice('a')), note: 'agreed' }, first ?? null);
    expect(ids()).toEqual(['own:cn:a', 'own:cn:b']);
    expect(current().overrides[0]?.note).toBe('agreed');
    await edits.save(withoutId(textPrice('c')), first ?? null);
    expect(ids()).toEqual(['own:cn:c', 'own:cn:b']);
  });

  it('are removed and brought back', async () => {
    const { edits, ids } = editsOf();
    const [first = textPrice('a')] = OWN;
    expect(await edits.remove(first)).toBe(true);
    expect(ids()).toEqual(['own:cn:b']);
    expect(await edits.restore(first)).toBe(true);
    expect(ids()).toEqual(['own:cn:b', 'own:cn:a']);
  });

  it('of another window are kept', async () => {
    const { backend, edits, ids } = editsOf();
    await backend.call('set_price_overrides', { rows: [textPrice('x', { id: 'own:cn:x' })] });
    await edits.save(withoutId(textPrice('y')), null);
    expect(ids()).toEqual(['own:cn:x', 'own:cn:y']);
  });

  it('are based on the list that was read, and say so', async () => {
    const { backend, edits } = editsOf();
    await edits.save(withoutId(textPrice('c')), null);
    await edits.remove(textPrice('c', { id: 'own:cn:c' }));
    const sent = backend.requestsOf('set_price_overrides');
    expect(sent.map(({ revision }) => revision)).toEqual(['2', '3']);
  });

  it('may bring others into force, which is told', async () => {
    const { backend, edits, revived, current } = editsOf();
    expect(await edits.remove(textPrice('b', { id: 'own:cn:b' }))).toBe(true);
    expect(revived).toEqual([]);
    backend.answers.set_price_overrides = () => ({ ...current(), now_in_force: ['other'] });
    expect(await edits.remove(textPrice('a', { id: 'own:cn:a' }))).toBe(true);
    expect(revived).toEqual(['other']);
  });

  it('that the program refuses change nothing', async () => {
    const { backend, edits, errors } = editsOf();
    backend.answers.set_price_overrides = () => {
      throw new CallError('invalid_setting', 'price rows `a` and `b` hold at the same time');
    };
    await expect(edits.save(withoutId(textPrice('a')), null)).rejects.toThrow(
      'hold at the same time',
    );
    expect(edits.changed).toBe(false);
    expect(edits.busy).toBe(false);
    expect(await edits.remove(textPrice('a', { id: 'own:cn:a' }))).toBe(false);
    expect(errors).toEqual(['invalid_setting']);
  });
});

describe('the name of an own price', () => {
  it('says what it is about, and is nobody else’s', () => {
    const row = withoutId(
      textPrice('m', { from: '2026-09-01', hours: { from: '02:00', until: '08:00' } }),
    );
    expect(ownId(row, [])).toBe('own:cn:m@2026-09-01+02:00');
    const taken = ['own:cn:m@2026-09-01+02:00', 'own:cn:m@2026-09-01+02:00#2'];
    expect(ownId(row, taken)).toBe('own:cn:m@2026-09-01+02:00#3');
  });

  it('is never longer than the program takes', () => {
    const long = withoutId(textPrice('模'.repeat(66)));
    expect(new TextEncoder().encode(ownId(long, [])).length).toBeLessThanOrEqual(200);
  });
});
