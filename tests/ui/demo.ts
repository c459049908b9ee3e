import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM =
  process.env['FLOWKEEP_BIN'] ??
  `${ROOT}/target/debug/flowkeep${process.platform === 'win32' ? '.exe' : ''}`;
const START_MS = 60_000;

/** What `flowkeep demo` prints about itself. */
interface Addresses {
  url: string;
  token: string;
  user: string;
  password: string;
  simulator: string;
}

const LINES: Record<string, RegExp> = {
  url: /^listening on (?<url>http:\S+)/,
  token: /^token: (?<token>\S+)/,
  login: /^console: \S+\s+user (?<user>\S+)\s+password (?<password>\S+)/,
  simulator: /^simulator: (?<simulator>http:\S+)/,
};

/** A running `flowkeep demo`: gateway, console and simulator on ports of their own. */
export class Demo {
  readonly #process: ChildProcess;
  readonly #at: Addresses;
  #session: string | null = null;

  private constructor(process: ChildProcess, at: Addresses) {
    this.#process = process;
    this.#at = at;
  }

  static async start(): Promise<Demo> {
    if (!existsSync(PROGRAM)) {
      throw new Error(`${PROGRAM} is missing: run "cargo build -p flowkeep-cli" first`);
    }
    // In a picture the port is the one that users will see.
    const port = process.env['FLOWKEEP_SCREENSHOTS'] === '1' ? '7898' : '0';
    const child = spawn(PROGRAM, ['demo', '--port', port], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Demo(child, await readAddresses(child));
  }

  get url(): string {
    return this.#at.url;
  }

  get token(): string {
    return this.#at.token;
  }

  get user(): string {
    return this.#at.user;
  }

  get password(): string {
    return this.#at.password;
  }

  /** Stops it the way a user does, and waits for its end. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }

  /** The token of a login, as the console keeps it. */
  async session(): Promise<string> {
    if (this.#session === null) {
      const body = { username: this.user, password: this.password };
      const answer = (await post(`${this.url}/login`, body)) as { token: string };
      this.#session = answer.token;
    }
    return this.#session;
  }

  /** Calls a command of the contract. */
  async call(command: string, request: object = {}): Promise<unknown> {
    return post(`${this.url}/admin/rpc/${command}`, request, await this.session());
  }

  /** Sends a chat through the gateway, as a tool does. */
  async chat(model: string, content = 'Hello from the browser test'): Promise<void> {
    const messages = [{ role: 'user', content }];
    await post(`${this.url}/v1/chat/completions`, { model, messages }, this.token);
  }

  /** The same as a stream, read to its end. */
  async streamedChat(model: string, content: string): Promise<string> {
    const response = await fetch(`${this.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content }], stream: true }),
    });
    return response.text();
  }

  /** Makes the simulator know a key, so that an import can check it. */
  async openAccount(id: string, key: string): Promise<void> {
    const account = { id, keys: [key], gift_nano: 10_000_000_000, charge_nano: 10_000_000_000 };
    const origin = new URL(this.#at.simulator).origin;
    await send(`${origin}/_sim/accounts`, 'PUT', account);
  }
}

async function readAddresses(child: ChildProcess): Promise<Addresses> {
  const found: Record<string, string> = {};
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const complete = new Promise<Addresses>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the demo did not start')), START_MS);
    child.once('exit', (code) => reject(new Error(`the demo ended with ${String(code)}`)));
    lines.on('line', (line) => {
      for (const pattern of Object.values(LINES)) Object.assign(found, pattern.exec(line)?.groups);
      const { url, token, user, password, simulator } = found;
      if (!url || !token || !user || !password || !simulator) return;
      clearTimeout(timer);
      resolve({ url, token, user, password, simulator });
    });
  });
  return complete;
}

const post = (url: string, body: object, bearer?: string): Promise<unknown> =>
  send(url, 'POST', body, bearer);

async function send(url: string, method: string, body: object, bearer?: string): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
