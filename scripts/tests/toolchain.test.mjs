import assert from 'node:assert/strict';
import test from 'node:test';

import { isOlder, requireCargo, requireNode, wantedRust } from '../lib/toolchain.mjs';

test('versions compare number by number', () => {
  assert.equal(isOlder('1.9.0', '1.95'), true);
  assert.equal(isOlder('1.95.0', '1.95'), false);
  assert.equal(isOlder('2.0.0', '1.95'), false);
  assert.equal(isOlder('20.19.0', '20.19.1'), true);
});

test('an absent cargo, an old cargo and an old Node are told with the remedy', () => {
  assert.throws(() => requireCargo('', '1.95'), /cargo was not found[\s\S]*rustup/);
  assert.throws(
    () => requireCargo('cargo 1.63.0 (fd9c4297c 2022-07-01)\n', '1.95'),
    /rustup update stable/,
  );
  assert.doesNotThrow(() => requireCargo('cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n', '1.95'));
  assert.throws(() => requireNode('18.20.4'), /Node 18\.20\.4 is too old/);
  assert.doesNotThrow(() => requireNode('22.12.0'));
});

test('the wanted Rust comes from the workspace manifest', () => {
  assert.equal(
    wantedRust('[workspace.package]\nversion = "0.1.0"\nrust-version = "1.95"\n'),
    '1.95',
  );
});
