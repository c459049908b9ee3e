// As much of W3C WebDriver as these tests need, over WebKitWebDriver.
import { createServer } from 'node:net';

import { eventually } from './program.mjs';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const CONTROL = '\uE009';
const WAIT_MS = 15_000;

export class WebDriver {
  #base;

  /** Starts a driver and, through it, `binary`. `run` spawns a program. */
  static async open(binary, run) {
    const port = await freePort();
    const program = run('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1']);
    const driver = new WebDriver(program, `http://127.0.0.1:${port}`);
    await eventually('the driver is ready', () => driver.#isReady());
    const options = { binary, args: [] };
    const { sessionId } = await driver.#call('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
    });
    driver.#base += `/session/${sessionId}`;
    await driver.#call('POST', '/timeouts', { implicit: WAIT_MS, script: WAIT_MS });
    return driver;
  }

  constructor(program, base) {
    this.program = program;
    this.#base = base;
  }

  /** The element's id; waits until there is one. */
  async find(css) {
    const found = await this.#call('POST', '/element', { using: 'css selector', value: css });
    return found[ELEMENT];
  }

  click(element) {
    return this.#call('POST', `/element/${element}/click`, {});
  }

  type(element, text) {
    return this.#call('POST', `/element/${element}/value`, { text });
  }

  /** Presses the letter while Control is held. */
  async pressWithControl(letter) {
    const steps = [
      ['keyDown', CONTROL],
      ['keyDown', letter],
      ['keyUp', letter],
      ['keyUp', CONTROL],
    ];
    const actions = steps.map(([type, value]) => ({ type, value }));
    await this.#call('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  /** Runs the function in the page; a promise is awaited. */
  run(work, ...args) {
    return this.#call('POST', '/execute/sync', {
      script: `return (${work.toString()})(...arguments);`,
      args,
    });
  }

  async screenshot() {
    return Buffer.from(await this.#call('GET', '/screenshot'), 'base64');
  }

  /** Ends the session; the app may have ended before. */
  async close() {
    await this.#call('DELETE', '').catch(() => {});
    await this.program.stop();
  }

  async #isReady() {
    try {
      return (await this.#call('GET', '/status')).ready;
    } catch {
      return false;
    }
  }

  async #call(method, path, body) {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(this.#base + path, init);
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }
}

/** A port that nobody listens on now. */
export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
