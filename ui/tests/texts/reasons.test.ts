import { describe, expect, it } from 'vitest';
import type { ImportLine, StateReason } from '$lib/contract';
import { createFormats } from '$lib/format/formats';
import { evidenceText, keyReason, lineReason, retryText } from '$lib/texts/reasons';

const reason = (text: string): StateReason => ({
  text,
  status: null,
  vendor_code: null,
  since_ms: 0,
  next_retry_ms: null,
});
const line: ImportLine = {
  label: null,
  account: null,
  site: null,
  reason: 'prefix',
  line: 1,
  masked: 'junk…',
  outcome: 'malformed',
  message: 'a key has 20 to 512 characters, this has 7',
};

describe('reasons', () => {
  it("keep the upstream's words in every language", () => {
    const key = { state: 'exhausted', reason: reason('账户余额不足') } as const;
    expect(keyReason(key, 'en')).toBe('账户余额不足');
    expect(keyReason(key, 'zh-CN')).toBe('账户余额不足');
  });

  it("replace the program's own words where those are a foreign language", () => {
    const key = { state: 'unreadable', reason: reason('item is missing') } as const;
    expect(keyReason(key, 'en')).toBe('item is missing');
    expect(keyReason(key, 'zh-CN')).toBe('The key could not be read from the vault');
    expect(lineReason(line, 'en')).toBe(line.message);
    expect(lineReason(line, 'zh-CN')).toContain('key starts with sk-');
  });

  it('explain a state that came without a reason, and leave a good one alone', () => {
    expect(keyReason({ state: 'disabled', reason: null }, 'en')).toContain('switched');
    expect(keyReason({ state: 'usable', reason: null }, 'en')).toBe('');
  });
});

describe('the next try', () => {
  const formats = createFormats('en');
  const NOW = 1_760_000_000_000;
  const clock = { now: NOW, second: NOW + 2_000 };

  it('is counted down within the hour, and told roughly before', () => {
    expect(retryText(null, clock, formats)).toBe('');
    expect(retryText(NOW + 44_000, clock, formats)).toBe('tried again in 0:42');
    expect(retryText(NOW + 3_599_000, clock, formats)).toBe('tried again in 59:57');
    expect(retryText(NOW + 7_200_000, clock, formats)).toBe('tried again in 2 hours');
    expect(retryText(NOW + 2_000, clock, formats)).toBe('tried again with the next request');
  });

  it('lets nothing count seconds that is far away', () => {
    const still = {
      now: NOW,
      get second(): number {
        throw new Error('nobody counts seconds here');
      },
    };
    expect(retryText(NOW + 7_200_000, still, formats)).toContain('2 hours');
  });
});

it('evidence is what the upstream answered, as far as it did', () => {
  const told = { ...reason('quota'), status: 403, vendor_code: 30_001 };
  expect(evidenceText(told)).toBe('HTTP 403 · code 30001');
  expect(evidenceText({ ...told, vendor_code: null })).toBe('HTTP 403');
  expect(evidenceText(reason('offline'))).toBe('');
});
