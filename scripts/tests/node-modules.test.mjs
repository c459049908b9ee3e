import assert from 'node:assert/strict';
import test from 'node:test';

import { isInstalled } from '../lib/node-modules.mjs';

const lock = {
  packages: {
    '': { workspaces: ['ui'] },
    ui: { version: '0.1.0' },
    'node_modules/ui': { resolved: 'ui', link: true },
    'node_modules/vite': { version: '8.3.8', integrity: 'sha512-a' },
    'node_modules/fsevents': { version: '2.3.3', optional: true },
  },
};

function installed(changes) {
  const packages = {
    'node_modules/ui': { resolved: 'ui', link: true },
    'node_modules/vite': { version: '8.3.8', integrity: 'sha512-a' },
  };
  return { packages: { ...packages, ...changes } };
}

test('the same versions are installed, packages of other platforms aside', () => {
  assert.equal(isInstalled(lock, installed({})), true);
});

test('a new version, a changed file, a new package and an empty folder ask for an installation', () => {
  assert.equal(
    isInstalled(
      lock,
      installed({ 'node_modules/vite': { version: '8.3.7', integrity: 'sha512-a' } }),
    ),
    false,
  );
  assert.equal(
    isInstalled(
      lock,
      installed({ 'node_modules/vite': { version: '8.3.8', integrity: 'sha512-b' } }),
    ),
    false,
  );
  assert.equal(isInstalled(lock, installed({ 'node_modules/ui': undefined })), false);
  assert.equal(isInstalled(lock, undefined), false);
  assert.equal(isInstalled({ packages: {} }, installed({})), false);
});
