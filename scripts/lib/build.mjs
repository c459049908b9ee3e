// The builds that several scripts share.
import { installNodeModules } from './node-modules.mjs';
import { requirePackages } from './packages.mjs';
import { must, npm } from './process.mjs';
import { requireToolchain } from './toolchain.mjs';

/** Everything before a build: Rust, Node, the packages of the purposes, npm packages. */
export async function prepare(...purposes) {
  requireToolchain();
  await requirePackages(...purposes);
  await installNodeModules();
}

/** Builds the web interface into ui/dist, which the gateway and the shell embed. */
export async function buildUi() {
  announce('building the interface');
  await must(...npm('run', 'build', '--workspace', 'ui'));
}

/** Builds crates of the workspace with one of the profiles of Cargo.toml. */
export async function buildCrates(crates, { profile }) {
  announce(`building ${crates.join(' and ')} (the first time takes some minutes)`);
  const named = crates.flatMap((crate) => ['-p', crate]);
  await must('cargo', ['build', '--locked', '--profile', profile, ...named]);
}

/** Builds an example of the tests with one of the profiles of Cargo.toml. */
export async function buildExample(name, { profile }) {
  const args = ['build', '--locked', '--profile', profile, '-p', 'flowkeep-tests'];
  await must('cargo', [...args, '--example', name]);
}

/** Prints what happens next. */
export function announce(text) {
  console.log(`\n> ${text}`);
}
