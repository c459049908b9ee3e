// A simulator and a gateway before it, as processes, for one test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAM = path.join(
  ROOT,
  'target',
  'debug',
  process.platform === 'win32' ? 'flowkeep.exe' : 'flowkeep',
);
export const TOKEN = 'a-client-token-for-the-sdk-tests';
export const MODEL = 'Qwen/Qwen3-8B';
/** Has room for a million tokens. */
export const LARGE_MODEL = 'deepseek-ai/DeepSeek-V4-Flash';
export const UNICODE = '你好，世界 🌍 naïve “quotes” \u2028 \\ " </script> 👩‍👩‍👧';
const PATIENCE_MS = 30_000;

/** Neither settings nor proxies of whoever runs the tests. */
function cleanEnvironment() {
  const ours = /^(FLOWKEEP_|API_KEY|ADMIN_|AUTO_REFRESH|DB_PATH|.*proxy)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

/** A running `flowkeep` that has said where it listens. */
class Program {
  #process;
  #lines;

  constructor(words, environment) {
    if (!existsSync(PROGRAM)) {
      throw new Error(`${PROGRAM} is missing: run cargo build -p flowkeep-cli`);
    }
    this.#process = spawn(PROGRAM, words, {
      env: { ...cleanEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  static async start(words, environment = {}) {
    const program = new Program(words, environment);
    const line = await program.line();
    if (!line.startsWith('listening on ')) throw new Error(`flowkeep ${words[0]} said: ${line}`);
    program.url = line.slice('listening on '.length);
    return program;
  }

  async line() {
    const { value, done } = await this.#lines.next();
    return done ? 'nothing, and ended' : value;
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}

/** What a test talks to. */
class World {
  constructor(simulator, gateway) {
    this.simulator = simulator;
    this.gateway = gateway;
    this.openaiBase = `${gateway.url}/v1`;
    this.anthropicBase = gateway.url;
  }

  /** An answer of the gateway, for what no SDK has. */
  post(path, body) {
    return fetch(`${this.gateway.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** Makes the simulator misbehave: `model:M`, `status:500`. */
  async behave(scope, behaviour) {
    await this.#control('POST', 'behaviours', { scope, behaviour });
  }

  /** Everything that reached the simulator. */
  async entries() {
    return (await this.#control('GET', 'ledger')).entries;
  }

  /** The first entry of the ledger that is as wanted. */
  async waitForEntry(wanted) {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const found = (await this.entries()).find(wanted);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no such entry: ${JSON.stringify(await this.entries())}`);
  }

  async #control(method, name, body) {
    const base = this.simulator.url.replace(/\/v1$/, '');
    const answer = await fetch(`${base}/_sim/${name}`, {
      method,
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return answer.json();
  }
}

/** Starts both programs; they and their folder are gone after the test. */
export async function startWorld(test, { withKeys = true } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'flowkeep-sdk-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  const simulator = await Program.start(['simulate', '--port', '0']);
  test.after(() => simulator.stop());
  const keys = [];
  while (keys.length < 3) keys.push((await simulator.line()).split(/\s+/)[1]);
  const flags = ['--port', '0', '--vault', 'memory', '--upstream', simulator.url];
  const gateway = await Program.start(['serve', ...flags], {
    FLOWKEEP_DATA_DIR: folder,
    FLOWKEEP_API_KEY: TOKEN,
    FLOWKEEP_KEYS: withKeys ? keys.join(',') : '',
  });
  test.after(() => gateway.stop());
  return new World(simulator, gateway);
}

/** All values of an async iterable. */
export async function collect(iterable) {
  const values = [];
  for await (const value of iterable) values.push(value);
  return values;
}
