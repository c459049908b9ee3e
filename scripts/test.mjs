// `npm test`: installs what the tests need and runs them all, or the parts that `--only` names.
import { installNodeModules } from './lib/node-modules.mjs';
import { selectedParts } from './lib/options.mjs';
import { requirePackages } from './lib/packages.mjs';
import { stepsOf } from './lib/parts.mjs';
import { Stop, capture, main, must, wasInterrupted } from './lib/process.mjs';
import { createScratch, leftBehind, observe } from './lib/scratch.mjs';
import { exitCodeOf, runSteps, summary } from './lib/steps.mjs';
import { requireToolchain } from './lib/toolchain.mjs';

main(async () => {
  const parts = selectedParts(process.argv.slice(2));
  requireToolchain();
  const before = observe();
  const scratch = createScratch();
  const results = await runSteps([
    ...setupSteps(parts),
    ...stepsOf(parts, scratch.env),
    {
      part: 'home',
      name: 'nothing left behind',
      run: () => requireNothingLeft(before, scratch.folder),
    },
  ]);
  console.log(summary(results));
  return wasInterrupted() ? 130 : exitCodeOf(results);
});

function setupSteps(parts) {
  const purposes = parts.map((part) => (part === 'desktop' ? 'desktop-tests' : part));
  const steps = [
    { part: 'setup', name: 'system packages', run: () => requirePackages(...purposes) },
    { part: 'setup', name: 'npm packages', run: installNodeModules },
  ];
  const nextest = { part: 'setup', name: 'cargo-nextest', run: requireNextest };
  return parts.includes('core') || parts.includes('desktop') ? [...steps, nextest] : steps;
}

async function requireNextest() {
  if (capture('cargo', ['nextest', '--version']).status === 0) return;
  await must('cargo', ['install', 'cargo-nextest', '--locked']);
}

function requireNothingLeft(before, scratch) {
  const left = leftBehind(before, observe(), scratch);
  if (left.length > 0) throw new Stop(`the tests left these behind:\n  ${left.join('\n  ')}`);
}
