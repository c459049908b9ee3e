// `npm run bench:data`: the log and its sums at ten million requests (`-- --rows N` for fewer).
import { buildExample } from './lib/build.mjs';
import { builtProgram } from './lib/paths.mjs';
import { main, run } from './lib/process.mjs';
import { requireToolchain } from './lib/toolchain.mjs';

main(async () => {
  requireToolchain();
  await buildExample('bench-data', { profile: 'dist' });
  return run(builtProgram('examples/bench-data', 'dist'), process.argv.slice(2));
});
