import assert from 'node:assert/strict';
import test from 'node:test';

import { Stop } from '../lib/process.mjs';
import { exitCodeOf, runSteps, summary } from '../lib/steps.mjs';

const passing = (part, name) => ({ part, name, run: async () => {} });
const failing = (part, name) => ({ part, name, run: () => Promise.reject(new Stop('no')) });
const quiet = () => {};

test('a failure ends its part and no other', async () => {
  const results = await runSteps(
    [failing('core', 'fmt'), passing('core', 'clippy'), passing('ui', 'lint')],
    quiet,
  );
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['failed', 'not run', 'passed'],
  );
  assert.equal(exitCodeOf(results), 1);
  assert.equal(summary(results).split('\n').at(-1), '1 passed, 1 failed');
});

test('all passed is exit code 0, and an error that throws at once is a failure too', async () => {
  const results = await runSteps([passing('core', 'fmt'), passing('ui', 'lint')], quiet);
  assert.equal(exitCodeOf(results), 0);
  assert.match(summary(results), /core: fmt +passed +\d+\.\d s[\s\S]*2 passed, 0 failed$/);
  const throwing = {
    part: 'sdk',
    name: 'x',
    run: () => {
      throw new TypeError('bug');
    },
  };
  assert.equal((await runSteps([throwing], quiet))[0].outcome, 'failed');
});

test('what a failed step printed last stands before the table', async () => {
  const tail = ['1 failed', '  specs/keys.spec.ts:12 a key is pasted'];
  const step = {
    part: 'ui',
    name: 'browser tests',
    run: () => Promise.reject(new Stop('no', 1, tail)),
  };
  const lines = summary(await runSteps([step, passing('core', 'fmt')], quiet)).split('\n');
  assert.deepEqual(lines.slice(1, 4), [
    '=== ui: browser tests failed; its last lines ===',
    ...tail,
  ]);
  assert.equal(lines.at(-1), '1 passed, 1 failed');
});
