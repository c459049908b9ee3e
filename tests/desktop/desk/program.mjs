// A program that a test started, and its end.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 15_000;

/** A running program; its output is kept, so that a test can look for secrets in it. */
export class Program {
  #child;
  #waiting = [];
  #lines = [];
  #ended;
  output = '';

  constructor(name, command, args, options = {}) {
    this.name = name;
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    for (const stream of this.#child.stdio.slice(1)) stream?.on('data', (data) => this.#keep(data));
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#deliver(line));
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.#ended.catch(() => {});
  }

  get pid() {
    return this.#child.pid;
  }

  /** A stream beyond the usual three. */
  stream(fd) {
    return this.#child.stdio[fd];
  }

  write(text) {
    this.#child.stdin.write(text);
  }

  closeInput() {
    this.#child.stdin.end();
  }

  /** The next line of its standard output that nobody has taken yet. */
  line() {
    const ready = this.#lines.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    const next = new Promise((resolve) => this.#waiting.push(resolve));
    const early = this.#ended.then(() => Promise.reject(new Error(this.#story('ended'))));
    return within(Promise.race([next, early]), PATIENCE_MS, () => this.#story('says nothing'));
  }

  /** Resolves with `{code, signal}` once it has ended by itself. */
  ended() {
    return within(this.#ended, PATIENCE_MS, () => this.#story('does not end'));
  }

  /** Ends it, gently at first. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await within(this.#ended, 3_000, () => 'slow').catch(() => this.#child.kill('SIGKILL'));
    await this.#ended;
  }

  #keep(data) {
    this.output += data.toString();
  }

  #deliver(line) {
    const taker = this.#waiting.shift();
    if (taker === undefined) this.#lines.push(line);
    else taker(line);
  }

  #story(what) {
    return `${this.name} ${what}:\n${this.output}`;
  }
}

/** Rejects when `promise` takes longer than `ms`. */
export async function within(promise, ms, story) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(story())), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again until the answer is true; for what no event tells, like processes of others. */
export async function eventually(what, holds, ms = PATIENCE_MS) {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
