// Runs the steps of the test suite one after the other and sums them up.
import { Stop, wasInterrupted } from './process.mjs';

/**
 * Runs `steps` (`{ part, name, run }`; `run` rejects to fail). The first failure ends its part, the other
 * parts still run. Resolves with one result per step: `passed`, `failed` or `not run`, and its seconds.
 */
export async function runSteps(steps, print = console.log) {
  const results = [];
  const broken = new Set();
  for (const { part, name, run } of steps) {
    if (broken.has(part) || wasInterrupted()) {
      results.push({ part, name, outcome: 'not run', seconds: 0 });
      continue;
    }
    print(`\n=== ${part}: ${name} ===`);
    const started = performance.now();
    const end = await endOf(run, print);
    if (end.outcome === 'failed') broken.add(part);
    results.push({ part, name, ...end, seconds: (performance.now() - started) / 1000 });
  }
  return results;
}

/**
 * The closing table and the plain count that other programs read. Before them stands again what each failed
 * step printed last: a reader of the end of a long log sees which test it was.
 */
export function summary(results) {
  const width = Math.max(...results.map(({ part, name }) => part.length + name.length)) + 2;
  const rows = results.map(({ part, name, outcome, seconds }) => {
    const time = outcome === 'not run' ? '' : `${seconds.toFixed(1)} s`;
    return `${`${part}: ${name}`.padEnd(width)}  ${outcome.padEnd(7)}  ${time.padStart(8)}`.trimEnd();
  });
  const failures = results
    .filter(({ tail }) => tail?.length > 0)
    .flatMap(({ part, name, tail }) => [
      '',
      `=== ${part}: ${name} failed; its last lines ===`,
      ...tail,
    ]);
  return [
    ...failures,
    '',
    ...rows,
    '',
    `${count(results, 'passed')} passed, ${count(results, 'failed')} failed`,
  ].join('\n');
}

/** The exit code of the whole: 0 only when every step ran and passed. */
export function exitCodeOf(results) {
  return results.every(({ outcome }) => outcome === 'passed') ? 0 : 1;
}

function count(results, wanted) {
  return results.filter(({ outcome }) => outcome === wanted).length;
}

async function endOf(run, print) {
  try {
    await run();
    return { outcome: 'passed' };
  } catch (error) {
    print(error instanceof Stop ? `failed: ${error.message}` : error);
    return { outcome: 'failed', tail: error instanceof Stop ? error.tail : [] };
  }
}
