// A whole desktop session for one test: display, session bus, keyring, simulator.
// Everything lives in one folder and ends with the test.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Program, eventually } from './program.mjs';
import { TrayHost } from './tray-host.mjs';
import { FlowkeepWindow } from './window.mjs';

const built = (...parts) => path.join(target(), 'debug', ...parts);
const APP = 'flowkeep-desktop';
/** Pictures and logs of the last run; not in the repository. */
export const RESULTS = fileURLToPath(new URL('../test-results', import.meta.url));
/** A socket's path has at most 107 bytes, and the keyring adds some to ours. */
const LONGEST_PARENT = 40;
/** The kernel cuts the names of processes. */
const LONGEST_NAME = 15;
const KEYRING_PASSWORD = 'not a secret\n';

export class Desk {
  #name;
  #programs = [];
  #env = {};

  /** Starts a session; `t` is the test that it ends with. */
  static async open(t) {
    const desk = new Desk(t.name);
    t.after(() => desk.#close());
    await desk.#start();
    return desk;
  }

  constructor(name) {
    this.#name = name;
    const parent = os.tmpdir().length > LONGEST_PARENT ? '/tmp' : os.tmpdir();
    this.folder = mkdtempSync(path.join(parent, 'fk-'));
    this.dataFolder = path.join(this.folder, 'data');
  }

  async #start() {
    this.#env = this.#variables();
    const display = await this.#startDisplay();
    this.#env.DISPLAY = `:${display}`;
    const bus = this.#run('dbus-daemon', [
      '--session',
      '--nofork',
      '--print-address=1',
      `--address=unix:abstract=${path.basename(this.folder)}-${process.pid}`,
    ]);
    this.#env.DBUS_SESSION_BUS_ADDRESS = await bus.line();
    await this.#startKeyring();
    await this.#startSimulator();
    this.tray = new TrayHost(this.#run(built('examples', 'tray-host'), []));
  }

  #variables() {
    const folder = (name) => {
      const made = path.join(this.folder, name);
      mkdirSync(made, { mode: 0o700 });
      return made;
    };
    const own = {
      HOME: folder('home'),
      TMPDIR: folder('tmp'),
      XDG_RUNTIME_DIR: folder('run'),
      XDG_DATA_HOME: folder('share'),
      XDG_CONFIG_HOME: folder('config'),
      XDG_CACHE_HOME: folder('cache'),
      FLOWKEEP_DATA_DIR: this.dataFolder,
    };
    return {
      PATH: process.env.PATH,
      ...own,
      LANG: 'C.UTF-8',
      LANGUAGE: 'en',
      GDK_BACKEND: 'x11',
      GIO_USE_VFS: 'local',
      GSETTINGS_BACKEND: 'memory',
      NO_AT_BRIDGE: '1',
      NO_PROXY: 'localhost,127.0.0.1,::1',
      RUST_LOG: 'debug,zbus=info,tracing=info',
    };
  }

  async #startDisplay() {
    const options = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
    const xvfb = this.#run('Xvfb', options, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    const [number] = await new Promise((resolve, reject) => {
      xvfb.stream(3).once('data', (data) => resolve(data.toString().split('\n')));
      xvfb.ended().then(() => reject(new Error(xvfb.output)), reject);
    });
    return number;
  }

  async #startKeyring() {
    const keyring = this.#run('gnome-keyring-daemon', [
      '--unlock',
      '--components=secrets',
      '--foreground',
    ]);
    keyring.write(KEYRING_PASSWORD);
    keyring.closeInput();
    const owner = ['--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
    await eventually('the keyring is on the bus', async () => {
      const asked = this.#run('dbus-send', [
        '--session',
        ...owner,
        'org.freedesktop.DBus.NameHasOwner',
        'string:org.freedesktop.secrets',
      ]);
      await asked.ended();
      return asked.output.includes('boolean true');
    });
  }

  async #startSimulator() {
    const simulator = this.#run(built('flowkeep'), ['simulate', '--port', '0']);
    const [, base] = /^listening on (\S+)$/.exec(await simulator.line()) ?? [];
    this.#env.FLOWKEEP_UPSTREAM = base;
  }

  /** What the next start of the app finds in `settings.toml`. */
  writeSettings(text) {
    mkdirSync(this.dataFolder, { recursive: true, mode: 0o700 });
    writeFileSync(path.join(this.dataFolder, 'settings.toml'), text, { mode: 0o600 });
  }

  /** Starts the app without a driver. */
  startApp(args = [], env = {}) {
    return this.#run(built(APP), args, { env: { ...this.#env, FLOWKEEP_PORT: '0', ...env } });
  }

  /** Starts the app in a driver's hands; resolves when its first page is there. */
  async openWindow(env = {}) {
    const own = { FLOWKEEP_PORT: '0', TAURI_WEBVIEW_AUTOMATION: 'true', ...env };
    return FlowkeepWindow.open(built(APP), (command, args) =>
      this.#run(command, args, { env: { ...this.#env, ...own } }),
    );
  }

  /** What the gateway of this data folder says of itself; `null` while nobody listens. */
  async gatewayAddress() {
    try {
      const published = readFileSync(path.join(this.dataFolder, 'instance.address'), 'utf8');
      const [, address] = published.trim().split(' ');
      if (address === undefined) return null;
      const health = await fetch(`${address}/health`);
      await health.arrayBuffer();
      return address;
    } catch {
      return null;
    }
  }

  /** Running processes of this session, of one program or all. */
  processes(program = '') {
    const name = program.slice(0, LONGEST_NAME);
    return readdirSync('/proc').filter((pid) => {
      try {
        if (name !== '' && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== name) return false;
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${this.folder}/`);
      } catch {
        return false;
      }
    });
  }

  /** Everything that any program of this session has printed. */
  output() {
    return this.#programs.map((program) => program.output).join('\n');
  }

  #run(command, args, options = {}) {
    const program = new Program(path.basename(command), command, args, {
      env: this.#env,
      cwd: this.folder,
      ...options,
    });
    this.#programs.push(program);
    return program;
  }

  async #close() {
    // A driver's app is the driver's child, so it is found by its name.
    for (const pid of this.processes(APP)) end(pid, 'SIGTERM');
    for (const program of this.#programs.toReversed()) await program.stop().catch(() => {});
    // Web processes and what the bus started still write into the folder.
    await eventually('nothing of this session runs', () => {
      const left = this.processes();
      left.forEach((pid) => end(pid, 'SIGKILL'));
      return left.length === 0;
    });
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(RESULTS, { recursive: true });
    const name = this.#name.replaceAll(/\W+/g, '-');
    writeFileSync(path.join(RESULTS, `${name}.log`), this.output());
  }
}

function end(pid, signal) {
  try {
    process.kill(Number(pid), signal);
  } catch {
    // It has ended by itself meanwhile.
  }
}

function target() {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  return process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
}
