// Checks for Rust and Node, with the exact thing to install when one of them is missing or too old.
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { inClone } from './paths.mjs';
import { Stop, capture, isOnPath } from './process.mjs';

// What Vite needs; the engines field of package.json says the same.
const OLDEST_NODE = '20.19.0';

/** Stops with a clear message unless Node and cargo are there and new enough; finds rustup's own folder. */
export function requireToolchain() {
  requireNode(process.versions.node);
  const rustup = path.join(os.homedir(), '.cargo', 'bin');
  if (!isOnPath('cargo') && existsSync(rustup))
    process.env.PATH = `${process.env.PATH}${path.delimiter}${rustup}`;
  requireCargo(
    capture('cargo', ['--version']).stdout,
    wantedRust(readFileSync(inClone('Cargo.toml'), 'utf8')),
  );
  // The crypto library is assembled with NASM on Windows unless it is told to use what it ships.
  if (process.platform === 'win32') process.env.AWS_LC_SYS_PREBUILT_NASM ??= '1';
}

/** Stops unless this version of Node will do. */
export function requireNode(version) {
  if (isOlder(version, OLDEST_NODE)) {
    throw new Stop(
      `Node ${version} is too old: Flowkeep needs Node 20.19 or later (https://nodejs.org/en/download).`,
    );
  }
}

/** Stops unless `report`, the answer of `cargo --version`, names a cargo that is new enough. */
export function requireCargo(report, wanted) {
  const version = /^cargo (\d+\.\d+\.\d+)/.exec(report)?.[1];
  if (!version) {
    const how =
      process.platform === 'win32'
        ? 'winget install Rustlang.Rustup'
        : "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";
    throw new Stop(
      `Rust is missing: cargo was not found. Install it (https://rustup.rs), then open a new terminal:\n  ${how}`,
    );
  }
  if (isOlder(version, wanted)) {
    throw new Stop(
      `Rust ${version} is too old: Flowkeep needs ${wanted} or later. Update it:\n  rustup update stable`,
    );
  }
}

/** The oldest Rust that the workspace manifest accepts. */
export function wantedRust(manifest) {
  return /^rust-version = "([\d.]+)"/m.exec(manifest)?.[1] ?? '1.0.0';
}

/** Compares versions number by number; missing numbers count as 0. */
export function isOlder(version, than) {
  const [have, need] = [version, than].map((text) => text.split('.').map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
