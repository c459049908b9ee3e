// `npm run bench:pool`: how well the pool chooses accounts under load, in simulated time.
import { announce } from './lib/build.mjs';
import { main, run } from './lib/process.mjs';
import { requireToolchain } from './lib/toolchain.mjs';

main(async () => {
  requireToolchain();
  announce('building the pool and the simulator (the first time takes some minutes)');
  const build = ['run', '--locked', '--quiet', '-p', 'flowkeep-tests', '--example', 'bench-pool'];
  return run('cargo', build);
});
