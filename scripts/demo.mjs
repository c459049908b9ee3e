// `npm run demo`: a simulated SiliconFlow and a gateway with sample accounts, in a temporary folder.
import { announce, buildCrates, buildUi, prepare } from './lib/build.mjs';
import { builtProgram } from './lib/paths.mjs';
import { main, run } from './lib/process.mjs';

main(async () => {
  await prepare('cli');
  await buildUi();
  await buildCrates(['flowkeep-cli'], { profile: 'dev' });
  announce('starting the demo');
  return run(builtProgram('flowkeep', 'debug'), ['demo', ...process.argv.slice(2)]);
});
