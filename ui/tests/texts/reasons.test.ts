import { describe, expect, it } from 'vitest';
import type { ImportLine, StateReason } from '$lib/contract';
import { keyReason, lineReason } from '$lib/texts/reasons';

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
