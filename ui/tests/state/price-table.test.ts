import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import type { PriceView } from '$lib/contract';
import { hashOfPrice, readPriceIntent } from '$lib/state/price-intent';
import { PriceTable } from '$lib/state/price-table.svelte';
import { parseHash } from '$lib/state/router.svelte';
import { piecePrice, priceList, textPrice } from '../price-samples';

const NOW = Date.UTC(2026, 10, 23, 9);
const tokens = (input: string, output?: string) => [
  { from_input_tokens: 0, input, ...(output === undefined ? {} : { output }) },
];
const SHIPPED: readonly PriceView[] = [
  textPrice('zai-org/GLM-5.2', { tokens: tokens('8', '28') }),
  textPrice('Qwen/Qwen3-8B', { tokens: tokens('0', '0') }),
  textPrice('Qwen/Qwen3-32B', { tokens: tokens('1', '4') }),
  textPrice('Qwen/Qwen3-32B', { id: 'com:32', site: 'com', tokens: tokens('0.14', '0.57') }),
  textPrice('Qwen/Old', { until: '2026-06-11' }),
  textPrice('Qwen/Coming', { from: '2027-01-01' }),
  textPrice('BAAI/bge-m3', { tokens: tokens('0.07') }),
  piecePrice('Qwen/Qwen-Image', { image: '0.3' }),
];
const OWN = textPrice('zz/mine', { id: 'own:cn:zz/mine', tokens: tokens('10', '10') });

function tableOf(shipped = SHIPPED, overrides: readonly PriceView[] = [OWN], intent?: string) {
  const list = priceList(shipped, overrides);
  const source = {
    list: () => list,
    now: () => NOW,
    calls: (row: PriceView) => (row.model === 'BAAI/bge-m3' ? 40 : null),
  };
  return new PriceTable(source, intent);
}
const modelsOf = (table: PriceTable): string[] => table.found.map(({ row }) => row.model);

describe('the table of prices', () => {
  it('shows what holds today, own prices first, then by name', () => {
    const table = tableOf();
    expect(modelsOf(table)).toEqual([
      'zz/mine',
      'BAAI/bge-m3',
      'Qwen/Qwen-Image',
      'Qwen/Qwen3-8B',
      'Qwen/Qwen3-32B',
      'Qwen/Qwen3-32B',
      'zai-org/GLM-5.2',
    ]);
    expect(table.hiddenCount).toBe(2);
    table.allTimes = true;
    expect(modelsOf(table)).toContain('Qwen/Old');
    expect(modelsOf(table)).toContain('Qwen/Coming');
  });

  it('finds by words, site and kind', () => {
    const table = tableOf();
    table.search = 'qwen 32b';
    expect(modelsOf(table)).toEqual(['Qwen/Qwen3-32B', 'Qwen/Qwen3-32B']);
    table.site = 'com';
    expect(table.found.map(({ row }) => row.id)).toEqual(['com:32']);
    table.clear();
    table.kind = 'picture';
    expect(modelsOf(table)).toEqual(['Qwen/Qwen-Image']);
    table.kind = 'free';
    expect(modelsOf(table)).toEqual(['Qwen/Qwen3-8B']);
    table.kind = 'embedding';
    expect(modelsOf(table)).toEqual(['BAAI/bge-m3']);
    table.kind = 'own';
    expect(modelsOf(table)).toEqual(['zz/mine']);
  });

  it('sorts by amount within a currency; what has no such price is behind', () => {
    const table = tableOf();
    table.sortBy('output');
    flushSync();
    const up = ['Qwen/Qwen3-8B', 'Qwen/Qwen3-32B', 'zai-org/GLM-5.2', 'Qwen/Qwen3-32B'];
    expect(modelsOf(table).slice(1, 5)).toEqual(up);
    expect(table.directionOf('output')).toBe('ascending');
    table.sortBy('output');
    const down = ['zai-org/GLM-5.2', 'Qwen/Qwen3-32B', 'Qwen/Qwen3-8B', 'Qwen/Qwen3-32B'];
    expect(modelsOf(table).slice(1, 5)).toEqual(down);
    expect(modelsOf(table).slice(5)).toEqual(['BAAI/bge-m3', 'Qwen/Qwen-Image']);
    table.sortBy('calls');
    expect(table.directionOf('calls')).toBe('descending');
    expect(modelsOf(table)[1]).toBe('BAAI/bge-m3');
  });

  it('has pages, and goes back to the first when something else is looked for', () => {
    const many = Array.from({ length: 850 }, (_, index) => textPrice(`m/${index}`));
    const table = tableOf(many, []);
    expect(table.pageCount).toBe(9);
    table.turnTo(8);
    expect(table.rows).toHaveLength(50);
    expect(table.rows[0]?.row.model).toBe('m/800');
    table.search = 'm/84';
    expect(table.page).toBe(0);
    expect(table.found).toHaveLength(11);
  });
});

describe('an address of a price', () => {
  it('shows the row that priced a request, also when it is past', () => {
    const { page, intent } = parseHash(hashOfPrice('cn:Qwen/Old'));
    expect(page).toBe('models');
    expect(readPriceIntent(intent)).toBe('cn:Qwen/Old');
    expect(modelsOf(tableOf(SHIPPED, [OWN], intent ?? ''))).toEqual(['Qwen/Old']);
  });

  it('survives ids with signs of an address in them', () => {
    const id = 'cn:a&b=c/DeepSeek-V4-Flash@2026-09-01+02:00#2?x';
    expect(readPriceIntent(parseHash(hashOfPrice(id)).intent)).toBe(id);
  });
});
