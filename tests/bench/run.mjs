// Flowkeep beside nginx and beside no proxy at all: same upstream, same tool,
// in turns. Every headline number has key choice, metering and the request log
// on. Usage: node tests/bench/run.mjs [--rounds N] [--seconds N] [--write]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { measure, median, memoryMib, writeLoad } from './measure.mjs';
import { startAll } from './servers.mjs';
import { insert, ratesTable } from './table.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    binary: { type: 'string', default: join(root, 'target/dist/flowkeep') },
    bare: { type: 'string', default: join(root, 'target/dist/examples/bare-relay') },
    write: { type: 'boolean', default: false },
  },
});

const chat = { role: 'user', content: 'Say something short about the sea. '.repeat(7) };
const SCENARIOS = [
  { key: 'one', label: 'chat, 1 connection', model: 'deepseek-ai/DeepSeek-V3', connections: 1 },
  { key: 'many', label: 'chat, 64 connections', model: 'deepseek-ai/DeepSeek-V3', connections: 64 },
  { key: 'streams', label: 'streams of 200 chunks', model: 'sim/sse:200:0:20', connections: 16 },
];

function loads(folder) {
  return SCENARIOS.map((scenario) => {
    const stream = scenario.key === 'streams';
    const body = { model: scenario.model, stream, messages: [chat] };
    return { ...scenario, load: writeLoad(folder, scenario.key, body) };
  });
}

/** All rounds; the first one only warms up. */
async function rounds(targets, scenarios) {
  const samples = new Map();
  const total = Number(options.rounds) + 1;
  for (let round = 0; round < total; round += 1) {
    for (const scenario of scenarios) {
      for (const target of targets) {
        const seconds = round === 0 ? 1 : Number(options.seconds);
        const sample = await measure(target, { ...scenario, seconds });
        if (round === 0) continue;
        const name = `${scenario.key}/${target.name}`;
        samples.set(name, [...(samples.get(name) ?? []), sample]);
      }
    }
    process.stderr.write(`round ${round} of ${total - 1} done\n`);
  }
  return (scenario, target, field) => {
    const values = samples.get(`${scenario}/${target}`).map((sample) => sample[field]);
    return values[0] === null ? null : median(values);
  };
}

/** One number per proxy. */
function each(read) {
  return Object.fromEntries(['nginx', 'bare', 'flowkeep'].map((name) => [name, read(name)]));
}

function rateRow(read, { key, label }, target) {
  const rate = (name) => read(key, name, 'perSecond');
  return { label: `${label}, per second`, ...each(rate), direct: rate('direct'), target };
}

function results(read, memory) {
  const direct = read('one', 'direct', 'p50');
  const added = (name) => read('one', name, 'p50') - direct;
  const cpu = (name) => read('many', name, 'cpuMicros');
  return [
    rateRow(read, SCENARIOS[0], '–'),
    rateRow(read, SCENARIOS[1], '≥ 0.5 ×'),
    rateRow(read, SCENARIOS[2], '≥ 0.4 ×'),
    {
      label: 'added p50, 1 connection, µs',
      direct: 0,
      ...each(added),
      target: '≤ 3 ×',
    },
    {
      label: 'CPU per chat, 64 connections, µs',
      direct: null,
      ...each(cpu),
      target: '≤ 2.5 ×',
    },
    {
      label: 'memory (PSS) after all rounds, MiB',
      direct: null,
      digits: 1,
      ...memory,
      target: '–',
    },
  ];
}

/** What the request log costs: the same program beside itself with `--no-log`, and the part of
 * the CPU that its thread takes. */
function logShare(read) {
  const [on, off] = ['flowkeep', 'unlogged'].map((name) => read('many', name, 'perSecond'));
  const micros = read('many', 'flowkeep', 'logMicros');
  const percent = (100 * micros) / read('many', 'flowkeep', 'cpuMicros');
  const lost = 100 * (1 - on / off);
  const cost = lost > 0 ? `it costs ${lost.toFixed(1)} %` : 'no cost can be told from noise';
  return (
    `With the request log (rows, sums, search) Flowkeep serves ${Math.round(on)} chats per second over ` +
    `64 connections, without it (\`--no-log\`) ${Math.round(off)}: ${cost}; ` +
    `target ≤ 5 %. Its thread takes ${micros.toFixed(1)} µs ` +
    `of CPU per chat, ${percent.toFixed(1)} % of all.`
  );
}

function conditions() {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root });
  const dirty = execFileSync('git', ['status', '--porcelain', '--', 'src-tauri'], { cwd: root });
  const day = new Date().toISOString().slice(0, 10);
  return (
    `${day}, commit ${String(commit).trim()}${String(dirty) ? ' (with changes)' : ''}, ` +
    `${cpus()[0].model.trim()}, ${cpus().length} cores; proxies on core 0, wrk and upstream on ` +
    `core 1; median of ${options.rounds} interleaved rounds of ${options.seconds} s.`
  );
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'flowkeep-bench-'));
  const { targets, stop } = await startAll(
    { flowkeep: options.binary, bare: options.bare },
    folder,
  );
  try {
    const read = await rounds(targets, loads(folder));
    const pss = (name) => memoryMib(targets.find((target) => target.name === name).pid);
    const table = ratesTable(results(read, each(pss)));
    const report = `${conditions()}\n\n${table}\n\n${logShare(read)}`;
    process.stdout.write(`${report}\n`);
    if (options.write) {
      const file = join(root, 'docs/performance.md');
      writeFileSync(file, insert(readFileSync(file, 'utf8'), report));
    }
  } finally {
    stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
