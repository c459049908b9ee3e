import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { leftBehind, observe, testEnvironment } from '../lib/scratch.mjs';

test("tests get folders of their own, keep HOME, and see none of the user's settings", () => {
  const user = {
    HOME: '/home/ada',
    PATH: '/bin',
    FLOWKEEP_PORT: '9',
    DB_PATH: '/x',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus',
    NO_PROXY: 'a.example',
  };
  const env = testEnvironment(user, '/tmp/scratch');
  assert.equal(env.HOME, '/home/ada');
  assert.equal(env.PATH, '/bin');
  assert.equal(env.XDG_DATA_HOME, path.join('/tmp/scratch', 'data'));
  assert.equal(env.TMPDIR, path.join('/tmp/scratch', 'tmp'));
  assert.equal(env.NO_PROXY, 'a.example,localhost,127.0.0.1,::1');
  for (const name of ['FLOWKEEP_PORT', 'DB_PATH', 'DBUS_SESSION_BUS_ADDRESS'])
    assert.ok(!(name in env), name);
});

test('a new file in the home folder is reported, a package cache is not', (t) => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'left-behind-'));
  t.after(() => rmSync(home, { recursive: true }));
  const temporary = path.join(home, 'tmp');
  mkdirSync(temporary);
  const before = observe(home, temporary);
  for (const folder of [
    '.cargo',
    '.cache/pip',
    '.local/share/flowkeep',
    'tmp/flowkeep-x',
    'tmp/flowkeep-scratch',
  ])
    mkdirSync(path.join(home, folder), { recursive: true });
  writeFileSync(path.join(home, '.flowkeeprc'), '');
  const left = leftBehind(
    before,
    observe(home, temporary),
    path.join(temporary, 'flowkeep-scratch'),
  );
  assert.deepEqual(
    left,
    [
      '.flowkeeprc',
      path.join('.local', 'share', 'flowkeep'),
      path.join(temporary, 'flowkeep-x'),
    ].sort(),
  );
});
