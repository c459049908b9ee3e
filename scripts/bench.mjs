// `npm run bench`: Flowkeep beside nginx and a direct connection, all against the simulator.
import { currentSystem } from './lib/platform.mjs';
import { buildCrates, buildExample, buildUi, prepare } from './lib/build.mjs';
import { inClone } from './lib/paths.mjs';
import { Stop, isOnPath, main, run } from './lib/process.mjs';

main(async () => {
  await prepare('bench');
  if (currentSystem() !== 'debian') requireBenchTools();
  await buildUi();
  await buildCrates(['flowkeep-cli'], { profile: 'dist' });
  await buildExample('bare-relay', { profile: 'dist' });
  return run(process.execPath, [inClone('tests/bench/run.mjs'), ...process.argv.slice(2)]);
});

function requireBenchTools() {
  const missing = ['nginx', 'wrk'].filter((program) => !isOnPath(program));
  if (missing.length > 0)
    throw new Stop(`the benchmark needs ${missing.join(' and ')} on the PATH`);
}
