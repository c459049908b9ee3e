// A Python environment inside the clone for the tests of the Python SDKs.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { inClone } from './paths.mjs';
import { Stop, isOnPath, must } from './process.mjs';

const onWindows = process.platform === 'win32';

/** The interpreter of a test folder's own environment. */
export function pythonIn(folder) {
  return inClone(folder, '.venv', onWindows ? 'Scripts/python.exe' : 'bin/python');
}

/** Makes `.venv` in a test folder from its requirements.txt; does nothing when that has not changed. */
export async function installPython(folder) {
  const requirements = inClone(folder, 'requirements.txt');
  if (!existsSync(requirements)) throw new Stop(`${folder}/requirements.txt does not exist`);
  const environment = inClone(folder, '.venv');
  const record = path.join(environment, 'installed.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(record) && readFileSync(record, 'utf8') === wanted) return;
  const system = ['python3', 'python'].find(isOnPath);
  if (!system) throw new Stop('Python 3 is missing (https://www.python.org/downloads)');
  rmSync(environment, { recursive: true, force: true });
  await must(system, ['-m', 'venv', environment]);
  const quiet = ['--disable-pip-version-check', '--quiet'];
  await must(pythonIn(folder), ['-m', 'pip', 'install', ...quiet, '-r', requirements]);
  writeFileSync(record, wanted);
}
