// Reads the arguments of `npm test` and `npm run check`.
import { Stop } from './process.mjs';

/** The parts of the test suite, in the order in which they run. */
export const PARTS = ['core', 'ui', 'sdk', 'desktop'];

/** The parts that `--only a,b` (also `--only=a`, also repeated) asks for, in their fixed order; all without it. */
export function selectedParts(args) {
  const words = args.flatMap((word) =>
    word.startsWith('--only=') ? ['--only', word.slice('--only='.length)] : [word],
  );
  const asked = [];
  for (let at = 0; at < words.length; at += 2) {
    if (words[at] !== '--only') throw new Stop(`unknown argument ${words[at]}\n${usage()}`, 2);
    asked.push(...partsIn(words[at + 1] ?? ''));
  }
  return asked.length === 0 ? PARTS : PARTS.filter((part) => asked.includes(part));
}

function partsIn(list) {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PARTS.includes(name));
  if (unknown !== undefined) throw new Stop(`unknown part "${unknown}"\n${usage()}`, 2);
  return names;
}

function usage() {
  return `usage: npm test -- [--only ${PARTS.join(',')}]`;
}
