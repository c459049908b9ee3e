import { describe, expect, it } from 'vitest';
import { indentJson } from '$lib/format/json-text';

describe('JSON on several lines', () => {
  it('is indented', () => {
    expect(indentJson('{"a":[1,{"b":null}],"c":{},"d":[ ],"e":"x, {y}: [z]"}')).toBe(
      [
        '{',
        '  "a": [',
        '    1,',
        '    {',
        '      "b": null',
        '    }',
        '  ],',
        '  "c": {},',
        '  "d": [],',
        '  "e": "x, {y}: [z]"',
        '}',
      ].join('\n'),
    );
  });

  it.each(['{"n":12345678901234567890,"m":1.0,"n":2e400}', '[0.10, -0, 1E5]'])(
    'keeps what a parser would lose: %s',
    (source) => {
      expect(indentJson(source)?.replace(/\s/g, '')).toBe(source.replace(/\s/g, ''));
    },
  );

  it('means the same', () => {
    const value = { text: 'a "quote", a \\ and a line\n', list: [[], [1, [2]], {}], 中: '文😀' };
    expect(JSON.parse(indentJson(JSON.stringify(value)) ?? '')).toEqual(value);
  });

  it.each([
    ['"\\u4f60\\u597d"', '"你好"'],
    ['"\\ud83d\\ude00!"', '"😀!"'],
    // Half a character, a quote, a control, and marks that turn or hide text stay as they came.
    ['"\\ud83d"', '"\\ud83d"'],
    ['"\\u0022\\u000a\\u202e\\u200b"', '"\\u0022\\u000a\\u202e\\u200b"'],
    // An escaped backslash before a `u` is no escaped letter.
    ['"\\\\u4f60"', '"\\\\u4f60"'],
    ['"\\n\\"\\\\"', '"\\n\\"\\\\"'],
  ])('%s is shown as %s', (source, shown) => {
    expect(indentJson(source)).toBe(shown);
  });

  it.each(['', 'data: {"a":1}', '{"a":', '[1,]', 'hello'])('%j is none', (source) => {
    expect(indentJson(source)).toBeNull();
  });

  it('leaves what would grow beyond measure', () => {
    const depth = 5_000;
    expect(indentJson('['.repeat(depth) + ']'.repeat(depth))).toBeNull();
    expect(indentJson('[1,2]'.padStart(20))).toBe('[\n  1,\n  2\n]');
  });
});
