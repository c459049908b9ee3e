import assert from 'node:assert/strict';
import test from 'node:test';

import { PACKAGES, missingPackages, rootPrefix } from '../lib/packages.mjs';

test('a package is missing when it is unknown, removed or half installed', () => {
  const report = 'curl installed\nxvfb config-files\nfile half-installed\n';
  assert.deepEqual(missingPackages(['curl', 'file', 'sqlite3', 'xvfb'], report), [
    'file',
    'sqlite3',
    'xvfb',
  ]);
});

test('nothing is missing when everything is installed', () => {
  assert.deepEqual(missingPackages(['curl'], 'curl installed\n'), []);
});

test('root needs no sudo, without a terminal sudo must not ask, without sudo there is no way', () => {
  assert.deepEqual(rootPrefix({ uid: 0, hasSudo: false, hasTerminal: false }), []);
  assert.deepEqual(rootPrefix({ uid: 1000, hasSudo: true, hasTerminal: true }), ['sudo']);
  assert.deepEqual(rootPrefix({ uid: 1000, hasSudo: true, hasTerminal: false }), ['sudo', '-n']);
  assert.equal(rootPrefix({ uid: 1000, hasSudo: false, hasTerminal: true }), null);
});

test('a gateway without a window needs no web view', () => {
  assert.ok(!PACKAGES.cli.includes('libwebkit2gtk-4.1-dev'));
  assert.ok(PACKAGES.desktop.includes('libwebkit2gtk-4.1-dev'));
});
