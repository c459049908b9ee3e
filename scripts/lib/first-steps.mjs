// What a new user is told once the gateway listens.
import { shellWord } from './process.mjs';

// Free of charge at SiliconFlow, so the first try costs nothing.
const SAMPLE_MODEL = 'Qwen/Qwen3-8B';

/** The address in the line that `flowkeep serve` prints when it is ready. */
export function listeningAddress(line) {
  return /\blistening on (https?:\/\/\S+)/.exec(line)?.[1];
}

/** The text below that line: address, how to import a key, the token command and a first request. */
export function firstSteps({ program, address, args }) {
  const folder = dataFolder(args);
  const flowkeep = (...words) => [program, ...words, ...folder].map(shellWord).join(' ');
  const body = JSON.stringify({
    model: SAMPLE_MODEL,
    messages: [{ role: 'user', content: 'Hello' }],
  });
  return `
  Address     ${address}/v1
  Import      ${flowkeep('keys', 'import', '-')}   (one key per line, then Ctrl-D)
  Token       ${flowkeep('token')}
  Try it      curl ${address}/v1/chat/completions -H "Authorization: Bearer $(${flowkeep('token')})" -H 'Content-Type: application/json' -d '${body}'
  Stop        Ctrl-C
`;
}

/** The flags that make another `flowkeep` command look into the same data folder. */
function dataFolder(args) {
  const at = args.findIndex((word) => word === '--data-dir' || word.startsWith('--data-dir='));
  if (at < 0) return [];
  return args[at].includes('=') ? [args[at]] : args.slice(at, at + 2);
}
