import { describe, expect, it } from 'vitest';
import type { KeyView } from '$lib/contract';
import { KEYS_PER_PAGE, KeyTable } from '$lib/state/key-table.svelte';
import { keyView } from '../samples';

const labels = (table: KeyTable): string[] => table.rows.map((key) => key.label);
const many = (count: number): KeyView[] =>
  Array.from({ length: count }, (_, index) =>
    keyView({ id: `k${index}`, label: `key ${index}`, added_at_ms: index }),
  );

describe('search and filter', () => {
  const keys = [
    keyView({ id: '1', label: 'Work', last_four: 'aaaa' }),
    keyView({ id: '2', label: 'private', account: 'work account', last_four: 'bbbb' }),
    keyView({
      id: '3',
      label: 'old',
      account: 'old',
      state: 'exhausted',
      cooling: [],
    }),
  ];

  it('finds every word in label, account and last four', () => {
    const table = new KeyTable(() => keys);
    table.search = 'WORK';
    expect(labels(table)).toEqual(['Work', 'private']);
    table.search = 'work bbbb';
    expect(labels(table)).toEqual(['private']);
  });

  it('filters by state', () => {
    const table = new KeyTable(() => keys);
    table.filter = 'exhausted';
    expect(labels(table)).toEqual(['old']);
    table.filter = 'cooling';
    expect(labels(table)).toEqual([]);
  });
});

describe('order', () => {
  const balance = (nano: number): KeyView['balance'] => ({
    nano,
    currency: 'CNY',
    source: 'reported',
    known_nano: nano,
    as_of_ms: 0,
  });
  const keys = [
    keyView({ id: '1', label: 'key 10', balance: balance(5) }),
    keyView({ id: '2', label: 'key 9', state: 'unauthorized' }),
    keyView({ id: '3', label: 'key 1', balance: balance(9) }),
  ];

  it('counts numbers in labels as numbers', () => {
    const table = new KeyTable(() => keys);
    table.sortBy('label');
    expect(labels(table)).toEqual(['key 1', 'key 9', 'key 10']);
    table.sortBy('label');
    expect(table.directionOf('label')).toBe('descending');
    expect(labels(table)).toEqual(['key 10', 'key 9', 'key 1']);
  });

  it('puts unknown balances behind all known ones, the largest first', () => {
    const table = new KeyTable(() => keys);
    table.sortBy('balance');
    expect(labels(table)).toEqual(['key 1', 'key 10', 'key 9']);
  });

  it('puts trouble first when sorted by state', () => {
    const table = new KeyTable(() => keys);
    table.sortBy('state');
    expect(labels(table)[0]).toBe('key 9');
  });
});

describe('pages', () => {
  it('hold a hundred keys and come back when the list shrinks', () => {
    let keys = many(250);
    const table = new KeyTable(() => keys);
    table.turnTo(2);
    expect([table.pageCount, table.rows.length]).toEqual([3, 50]);
    keys = many(120);
    const shrunk = new KeyTable(() => keys);
    shrunk.turnTo(9);
    expect([shrunk.page, shrunk.rows.length]).toEqual([1, 20]);
    shrunk.search = 'key 1';
    expect(shrunk.page).toBe(0);
    expect(table.rows.length).toBeLessThanOrEqual(KEYS_PER_PAGE);
  });
});

describe('selection', () => {
  it('covers everything found, not only the page, and forgets removed keys', () => {
    let keys = many(150);
    const table = new KeyTable(() => keys);
    table.toggleAll();
    expect([table.selected.length, table.allFoundSelected]).toEqual([150, true]);
    table.toggle('k3');
    expect([table.selected.length, table.isSelected('k3')]).toEqual([149, false]);
    keys = keys.filter((key) => key.id !== 'k4');
    const again = new KeyTable(() => keys);
    again.toggle('k4');
    again.toggle('k5');
    expect(again.selected.map((key) => key.id)).toEqual(['k5']);
  });
});
