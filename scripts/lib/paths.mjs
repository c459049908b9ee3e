// Where things are in this clone. Every script works from the repository root, wherever it was called.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Absolute path of a file or folder of the clone. */
export function inClone(...parts) {
  return path.join(root, ...parts);
}

/** Path of a program that cargo built. */
export function builtProgram(name, profile) {
  const target = process.env.CARGO_TARGET_DIR ?? inClone('target');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return path.resolve(root, target, profile, name + suffix);
}
