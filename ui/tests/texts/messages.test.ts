import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CallError, type FailureCode } from '$lib/backend/call-error';
import { m } from '$lib/paraglide/messages';
import { overwriteGetLocale } from '$lib/paraglide/runtime';
import { CHOICE, LEFT } from '$lib/texts/attempts';
import { LEFT_OUT } from '$lib/texts/bodies';
import { errorText } from '$lib/texts/errors';
import {
  BALANCE_FAILURE,
  BALANCE_MARK,
  BALANCE_SOURCE,
  GATEWAY_STATE,
  IMPORT_OUTCOME,
  IMPORT_PREVIEW,
  IMPORT_REASON,
  KEY_STATE,
  OUTCOME,
  VAULT_KIND,
} from '$lib/texts/states';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const load = (locale: string): Record<string, string> => {
  const all = JSON.parse(read(`../../messages/${locale}.json`)) as Record<string, string>;
  delete all['$schema'];
  return all;
};
const en = load('en');
const zh = load('zh-CN');
const placeholders = (text: string | undefined): string[] =>
  [...(text ?? '').matchAll(/\{\w+\}/g)].map(String).sort();

/** The values of a union of string literals in the generated contract. */
function valuesOf(type: string): string[] {
  const found = new RegExp(`export type ${type} = ([^;]+);`).exec(
    read('../../src/lib/contract.ts'),
  );
  const values = [...(found?.[1] ?? '').matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(values.length, `${type} is a union in contract.ts`).toBeGreaterThan(1);
  return values;
}

/** The values of `state` in `GatewayState`. */
const gatewayStates = (): string[] => {
  const found = /export type GatewayState = (.+?)\n\n/s.exec(read('../../src/lib/contract.ts'));
  return [...(found?.[1] ?? '').matchAll(/"state": "([^"]+)"/g)].map((match) => match[1] ?? '');
};

describe('the message files', () => {
  it('have the same keys', () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
  });

  it('have the same placeholders and no empty text', () => {
    for (const [key, text] of Object.entries(en)) {
      expect(placeholders(zh[key]), key).toEqual(placeholders(text));
      expect(text.trim(), key).not.toBe('');
      expect(zh[key]?.trim(), key).not.toBe('');
    }
  });

  it('are in their language', () => {
    expect(Object.values(en).filter((text) => /[\u4e00-\u9fff]/.test(text))).toEqual([]);
    const untranslated = Object.entries(zh).filter(([, text]) => !/[\u4e00-\u9fff]/.test(text));
    expect(untranslated.map(([key]) => key)).toEqual([]);
  });
});

describe('every value of the contract has its text', () => {
  const TABLES: [type: string, table: object][] = [
    ['KeyState', KEY_STATE],
    ['Outcome', OUTCOME],
    ['Choice', CHOICE],
    ['Left', LEFT],
    ['LeftOut', LEFT_OUT],
    ['ImportOutcome', IMPORT_OUTCOME],
    ['ImportOutcome', IMPORT_PREVIEW],
    ['ImportReason', IMPORT_REASON],
    ['VaultKind', VAULT_KIND],
    ['BalanceSource', BALANCE_SOURCE],
    ['BalanceSource', BALANCE_MARK],
    ['BalanceFailureReason', BALANCE_FAILURE],
  ];

  it.each(TABLES)('%s', (type, table) => {
    expect(Object.keys(table)).toEqual(expect.arrayContaining(valuesOf(type)));
  });

  it('GatewayState', () => {
    expect(Object.keys(GATEWAY_STATE).sort()).toEqual(gatewayStates().sort());
  });

  it('ErrorCode, a different one each', () => {
    const texts = valuesOf('ErrorCode').map((code) =>
      errorText(new CallError(code as FailureCode, '')),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('KeyState and Outcome by the names of the message files', () => {
    for (const state of valuesOf('KeyState')) expect(en, state).toHaveProperty(`state_${state}`);
    for (const end of valuesOf('Outcome')) expect(en, end).toHaveProperty(`outcome_${end}`);
    for (const code of valuesOf('ErrorCode')) expect(en, code).toHaveProperty(`error_${code}`);
  });
});

it('a message follows the language at once', () => {
  expect(m.nav_keys()).toBe(en['nav_keys']);
  overwriteGetLocale(() => 'zh-CN');
  expect(m.nav_keys()).toBe(zh['nav_keys']);
});
