import assert from 'node:assert/strict';
import test from 'node:test';

import { PARTS, selectedParts } from '../lib/options.mjs';

test('without arguments every part runs', () => {
  assert.deepEqual(selectedParts([]), PARTS);
});

test('parts are taken from lists, from both spellings, and keep their order', () => {
  assert.deepEqual(selectedParts(['--only', 'sdk']), ['sdk']);
  assert.deepEqual(selectedParts(['--only', 'desktop, core']), ['core', 'desktop']);
  assert.deepEqual(selectedParts(['--only=ui', '--only', 'core']), ['core', 'ui']);
});

test('what is not a part or not an argument is refused by name', () => {
  assert.throws(() => selectedParts(['--only', 'core,gui']), /unknown part "gui"/);
  assert.throws(() => selectedParts(['--only']), /unknown part ""/);
  assert.throws(() => selectedParts(['--fast']), /unknown argument --fast/);
});
