// A temporary home for everything that tests write, and the check that nothing got past it.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const FOLDERS = {
  XDG_CONFIG_HOME: 'config',
  XDG_DATA_HOME: 'data',
  XDG_STATE_HOME: 'state',
  XDG_CACHE_HOME: 'cache',
  XDG_RUNTIME_DIR: 'runtime',
};
const TEMPORARY = ['TMPDIR', 'TMP', 'TEMP'];
// A developer's own settings must not reach the programs under test, nor their keyring the tests.
const FOREIGN =
  /^(FLOWKEEP_.*|API_KEY|ADMIN_(USERNAME|PASSWORD)|AUTO_REFRESH_INTERVAL|DB_PATH|DBUS_SESSION_BUS_ADDRESS)$/;
const OBSERVED = ['.', '.config', '.cache', '.local', '.local/share', '.local/state'];
const PACKAGE_CACHES = ['.cargo', '.rustup', '.npm', '.cache/pip', '.cache/node-gyp'];

/** Makes the temporary folder; it goes away with the process, however that ends. */
export function createScratch() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'flowkeep-test-'));
  for (const name of [...Object.values(FOLDERS), 'tmp'])
    mkdirSync(path.join(folder, name), { mode: 0o700 });
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', remove);
  return { folder, env: testEnvironment(process.env, folder) };
}

/** The environment of the tests: this one, with every folder it names moved into `folder`. HOME stays. */
export function testEnvironment(env, folder) {
  const kept = Object.entries(env).filter(([name]) => !FOREIGN.test(name));
  const moved = Object.entries(FOLDERS).map(([name, place]) => [name, path.join(folder, place)]);
  const temporary = TEMPORARY.map((name) => [name, path.join(folder, 'tmp')]);
  const direct = [env.NO_PROXY ?? env.no_proxy, 'localhost,127.0.0.1,::1']
    .filter(Boolean)
    .join(',');
  return {
    ...Object.fromEntries([...kept, ...moved, ...temporary]),
    NO_PROXY: direct,
    no_proxy: direct,
  };
}

/** What stands in the home folder and, of ours, in the temporary folder: paths that tests could leave behind. */
export function observe(home = os.homedir(), temporary = os.tmpdir()) {
  const inHome = OBSERVED.flatMap((folder) =>
    list(path.join(home, folder)).map((name) => path.join(folder, name)),
  );
  const inTemporary = list(temporary).filter((name) => /^\.?flowkeep/i.test(name));
  return new Set([...inHome, ...inTemporary.map((name) => path.join(temporary, name))]);
}

/** The paths of `after` that were not there `before`, without package caches and `scratch` itself. */
export function leftBehind(before, after, scratch) {
  const allowed = new Set(
    [...PACKAGE_CACHES, ...OBSERVED].map((place) => path.normalize(place)).concat(scratch),
  );
  return [...after].filter((place) => !before.has(place) && !allowed.has(place)).sort();
}

function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
