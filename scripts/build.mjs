// `npm run build`: the interface, the desktop app and the command, optimised.
import { buildCrates, buildUi, prepare } from './lib/build.mjs';
import { builtProgram } from './lib/paths.mjs';
import { main } from './lib/process.mjs';

main(async () => {
  await prepare('desktop');
  await buildUi();
  await buildCrates(['flowkeep-desktop', 'flowkeep-cli'], { profile: 'release' });
  console.log(
    `\nbuilt ${builtProgram('flowkeep-desktop', 'release')}\nbuilt ${builtProgram('flowkeep', 'release')}`,
  );
});
