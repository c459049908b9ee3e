import assert from 'node:assert/strict';
import test from 'node:test';

import { firstSteps, listeningAddress } from '../lib/first-steps.mjs';

test('the address is read from the line that serve prints', () => {
  assert.equal(listeningAddress('listening on http://127.0.0.1:7900'), 'http://127.0.0.1:7900');
  assert.equal(listeningAddress('INFO pool loaded'), undefined);
});

test('the hints use the real program, address and data folder', () => {
  const text = firstSteps({
    program: '/src/target/release/flowkeep',
    address: 'http://127.0.0.1:7900',
    args: ['--port', '7900', '--data-dir', '/my data'],
  });
  assert.match(text, /http:\/\/127\.0\.0\.1:7900\/v1\/chat\/completions/);
  assert.match(text, /\/src\/target\/release\/flowkeep token --data-dir '\/my data'/);
  assert.match(
    firstSteps({ program: 'flowkeep', address: 'http://[::1]:1', args: [] }),
    /Bearer \$\(flowkeep token\)/,
  );
});
