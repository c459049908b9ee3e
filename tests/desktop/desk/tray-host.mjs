// The panel of the session: its tray, and its way to close windows. See ../tray_host/main.rs.

export class TrayHost {
  #program;

  constructor(program) {
    this.#program = program;
  }

  /** From now on this desktop shows tray icons. */
  async show() {
    await this.#ask('show');
  }

  /** `{icon, entries: [{text, enabled}]}`, or `null` while there is no icon. */
  async menu() {
    try {
      return await this.#ask('menu');
    } catch {
      return null;
    }
  }

  async click(text) {
    await this.#ask(`click ${text}`);
  }

  /** Titles of the app's windows that can be seen. */
  async windows() {
    return (await this.#ask('windows')).titles;
  }

  /** What the cross in a title bar does. */
  async closeWindow() {
    const { closed } = await this.#ask('close');
    if (closed !== 1) throw new Error(`${closed} windows to close`);
  }

  /** What the clipboard holds, or `null`. */
  async clipboard() {
    try {
      return (await this.#ask('clipboard')).text;
    } catch {
      return null;
    }
  }

  async #ask(command) {
    this.#program.write(`${command}\n`);
    const answer = JSON.parse(await this.#program.line());
    if (answer.error !== undefined) throw new Error(`${command}: ${answer.error}`);
    return answer;
  }
}
