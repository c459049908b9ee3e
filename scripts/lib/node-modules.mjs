// Installs the npm packages of all workspaces, only when the lock file asks for something else.
import { existsSync, readFileSync } from 'node:fs';

import { inClone } from './paths.mjs';
import { Stop, must, npm } from './process.mjs';

/** Runs `npm ci` unless node_modules already is what package-lock.json says. */
export async function installNodeModules() {
  if (!existsSync(inClone('package-lock.json'))) {
    throw new Stop(
      'package-lock.json is missing from the clone: restore it (git checkout package-lock.json)',
    );
  }
  const lock = readJson(inClone('package-lock.json'));
  const installed = readJson(inClone('node_modules/.package-lock.json'));
  if (isInstalled(lock, installed)) return;
  console.log('installing npm packages');
  // Install scripts of packages are never needed here, and are the usual way to be attacked.
  await must(...npm('ci', '--ignore-scripts', '--no-audit', '--no-fund'));
}

/** Whether `installed`, npm's own record inside node_modules, has every package of the lock file. */
export function isInstalled(lock, installed) {
  const present = installed?.packages ?? {};
  const wanted = Object.entries(lock?.packages ?? {}).filter(
    ([place]) => place.startsWith('node_modules/') || place.includes('/node_modules/'),
  );
  return wanted.length > 0 && wanted.every(([place, entry]) => matches(entry, present[place]));
}

function matches(wanted, present) {
  // Optional packages are those of other platforms.
  if (!present) return wanted.optional === true || wanted.devOptional === true;
  return wanted.link === true
    ? present.link === true && wanted.resolved === present.resolved
    : wanted.version === present.version && wanted.integrity === present.integrity;
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
