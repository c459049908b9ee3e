import assert from 'node:assert/strict';
import test from 'node:test';

import { Stop, commandLine, exitCode, must, run } from '../lib/process.mjs';

test("the exit code is the program's own, and 128 + n after signal n", () => {
  assert.equal(exitCode(0, null), 0);
  assert.equal(exitCode(3, null), 3);
  assert.equal(exitCode(null, 'SIGTERM'), 143);
});

test('a run resolves with the exit code and hands over each line', async () => {
  const lines = [];
  const script =
    "process.stdout.write('# one\\n# t'); process.stdout.write('wo\\n'); process.exitCode = 4";
  assert.equal(
    await run(process.execPath, ['-e', script], {
      ownGroup: true,
      onLine: (line) => lines.push(line),
    }),
    4,
  );
  assert.deepEqual(lines, ['# one', '# two']);
});

test('a failing and an absent program stop the script by name', async () => {
  await assert.rejects(
    must(process.execPath, ['-e', 'process.exit(7)'], { ownGroup: true }),
    (error) => error instanceof Stop && error.code === 7,
  );
  await assert.rejects(
    run('flowkeep-no-such-program'),
    /flowkeep-no-such-program is not installed/,
  );
});

test('a failing program leaves its last lines, of both outputs', async () => {
  const script =
    "console.log('one'); console.error('two'); console.error('three'); process.exitCode = 1";
  const failed = must(process.execPath, ['-e', script], { ownGroup: true, keepLines: 2 });
  await assert.rejects(failed, ({ tail }) => tail.length === 2 && tail.includes('three'));
});

test(
  'what a program leaves running in its group is ended with it',
  { skip: process.platform === 'win32' },
  async () => {
    const child =
      "const { spawn } = require('node:child_process'); console.log(spawn('sleep', ['600']).pid); process.exit(0)";
    let pid;
    await run(process.execPath, ['-e', child], {
      ownGroup: true,
      onLine: (line) => (pid = Number(line)),
      limitMinutes: 1,
    });
    assert.ok(pid > 0);
    assert.equal(await ends(pid), true);
  },
);

test('commands are shown as one would type them', () => {
  assert.equal(commandLine('/usr/bin/cargo', ['fmt', '-s', 'a b']), "cargo fmt -s 'a b'");
  assert.equal(commandLine('/bin/node', ['/lib/npm/bin/npm-cli.js', 'ci']), 'npm ci');
});

/** Whether a process is gone (or a zombie that waits for its parent) within two seconds. */
async function ends(pid) {
  const { readFile } = await import('node:fs/promises');
  const deadline = Date.now() + 2000;
  while (Date.now() < deadline) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
    if (state.split(') ').pop().startsWith('Z')) return true;
    await new Promise(setImmediate);
  }
  return false;
}
