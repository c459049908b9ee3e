// `npm run check`: formatting, lints and types, without running a test.
import { prepare } from './lib/build.mjs';
import { checkSteps } from './lib/parts.mjs';
import { main } from './lib/process.mjs';
import { exitCodeOf, runSteps, summary } from './lib/steps.mjs';

main(async () => {
  await prepare('desktop');
  const results = await runSteps(checkSteps(process.env));
  console.log(summary(results));
  return exitCodeOf(results);
});
