// The app's window as a user has it: things to see, click and type into.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { WebDriver } from './webdriver.mjs';

const PICTURES = fileURLToPath(new URL('../test-results', import.meta.url));

const ENTER = '\uE007';

const selector = (testid) => `[data-testid="${testid}"]`;

export class FlowkeepWindow {
  #driver;

  /** Starts the app through a driver of its own. */
  static async open(binary, run) {
    const window = new FlowkeepWindow(await WebDriver.open(binary, run));
    await window.see('page-title');
    return window;
  }

  constructor(driver) {
    this.#driver = driver;
  }

  /** Waits for the element to say something and returns it. */
  async see(testid) {
    const css = selector(testid);
    await this.until((of) => document.querySelector(of)?.innerText.trim(), css);
    return this.run((of) => document.querySelector(of).innerText.trim(), css);
  }

  async click(testid) {
    await this.#driver.click(await this.#driver.find(selector(testid)));
  }

  /** Types and cuts the text, then pastes it: the way from a password manager. */
  async paste(testid, text) {
    const field = await this.#driver.find(selector(testid));
    await this.#driver.type(field, text.replaceAll('\n', ENTER));
    await this.#driver.pressWithControl('a');
    await this.#driver.pressWithControl('x');
    await this.until((css) => document.querySelector(css).value === '', selector(testid));
    await this.#driver.pressWithControl('v');
    await this.until((css) => document.querySelector(css).value !== '', selector(testid));
  }

  /** Types over what the field has. */
  async replace(testid, text) {
    const field = await this.#driver.find(selector(testid));
    await this.#driver.click(field);
    await this.#driver.pressWithControl('a');
    await this.#driver.type(field, text);
  }

  /** Waits until the page, as it changes, makes `holds(...args)` true. */
  async until(holds, ...args) {
    const fulfilled = await this.#driver.run(
      `(...args) => new Promise((resolve) => {
        const holds = ${holds.toString()};
        const observer = new MutationObserver(look);
        const timer = setTimeout(() => end(false), 12000);
        function end(value) {
          observer.disconnect();
          clearTimeout(timer);
          resolve(value);
        }
        function look() {
          if (holds(...args)) end(true);
        }
        observer.observe(document, {
          subtree: true, childList: true, characterData: true, attributes: true,
        });
        look();
      })`,
      ...args,
    );
    if (!fulfilled) throw new Error(`the page never has ${holds.toString()}\n${await this.all()}`);
  }

  /** All text of the page. */
  all() {
    return this.#driver.run(() => document.body.innerText);
  }

  /** Runs the function in the page. */
  run(work, ...args) {
    return this.#driver.run(work, ...args);
  }

  /** Keeps a picture of the page in test-results/. */
  async picture(name) {
    await this.run(
      () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
    );
    mkdirSync(PICTURES, { recursive: true });
    writeFileSync(path.join(PICTURES, `${name}.png`), await this.#driver.screenshot());
  }

  /** What the app and its driver printed. */
  get output() {
    return this.#driver.program.output;
  }

  /** Ends the driver, after the app or with it. */
  release() {
    return this.#driver.close();
  }
}
