// `npm start`: builds Flowkeep and opens it; without a display it runs the gateway in the terminal instead.
import { announce, buildCrates, buildUi, prepare } from './lib/build.mjs';
import { builtProgram } from './lib/paths.mjs';
import { hasDisplay } from './lib/platform.mjs';
import { main, run } from './lib/process.mjs';
import { firstSteps, listeningAddress } from './lib/first-steps.mjs';

const args = process.argv.slice(2);

main(() => (hasDisplay() ? startDesktop() : startGateway()));

async function startDesktop() {
  await prepare('desktop');
  await buildUi();
  await buildCrates(['flowkeep-desktop'], { profile: 'release' });
  announce('opening Flowkeep');
  return run(builtProgram('flowkeep-desktop', 'release'), args);
}

async function startGateway() {
  console.log(
    'no display found (DISPLAY and WAYLAND_DISPLAY are not set): running the gateway without a window',
  );
  await prepare('cli');
  await buildUi();
  await buildCrates(['flowkeep-cli'], { profile: 'release' });
  const program = builtProgram('flowkeep', 'release');
  announce('starting the gateway');
  let told = false;
  return run(program, ['serve', ...args], {
    onLine: (line) => {
      const address = listeningAddress(line);
      if (!address || told) return;
      told = true;
      console.log(firstSteps({ program, address, args }));
    },
  });
}
