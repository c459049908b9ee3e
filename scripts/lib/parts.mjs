// The steps of each part of the test suite.
import { existsSync, readdirSync } from 'node:fs';

import { installPython, pythonIn } from './python.mjs';
import { inClone } from './paths.mjs';
import { Stop, commandLine, isOnPath, must, npm } from './process.mjs';

const onLinux = process.platform === 'linux';
// A bare machine with two cores compiles everything within this; a hanging test must not eat CI's 90 minutes.
const LIMIT_MINUTES = 40;
// In a log (not a terminal, which keeps its colours) a failed step's end is repeated behind all the others.
const KEEP_LINES = process.stdout.isTTY ? 0 : 60;

/** The steps of the chosen parts, in order; `env` is the environment of the tests. */
export function stepsOf(parts, env) {
  const runner = stepRunner(env);
  const makers = { core: coreSteps, ui: uiSteps, sdk: sdkSteps, desktop: desktopSteps };
  return parts.flatMap((part) => makers[part](runner).map(([name, run]) => ({ part, name, run })));
}

/** The quick steps of `npm run check`: no test, nothing that starts a server. */
export function checkSteps(env) {
  const runner = stepRunner(env);
  const named = (part, steps) => steps.map(([name, run]) => ({ part, name, run }));
  return [...named('core', lintSteps(runner)), ...named('ui', uiChecks(runner))];
}

function stepRunner(env) {
  const command = (program, ...args) => {
    console.log(`$ ${commandLine(program, args)}`);
    return must(program, args, {
      env,
      ownGroup: true,
      limitMinutes: LIMIT_MINUTES,
      keepLines: KEEP_LINES,
    });
  };
  const script = (name, workspace) => {
    requireFile(`${workspace}/package.json`);
    const [program, args] = npm('run', name, '--workspace', workspace);
    return command(program, ...args);
  };
  return { command, script };
}

function lintSteps({ command, script }) {
  return [
    ['format', () => command('cargo', 'fmt', '--all', '--check')],
    // The gateway and the shell embed ui/dist, so it has to exist before they compile.
    ['build the interface', () => script('build', 'ui')],
    [
      'clippy',
      () =>
        command(
          'cargo',
          'clippy',
          '--workspace',
          '--all-targets',
          '--locked',
          '--',
          '-D',
          'warnings',
        ),
    ],
  ];
}

function coreSteps(runner) {
  const { command } = runner;
  const nextest = [
    'cargo',
    'nextest',
    'run',
    '--workspace',
    '--exclude',
    'flowkeep-desktop',
    '--locked',
  ];
  return [
    ['scripts', () => command(process.execPath, '--test', ...scriptTests())],
    ...lintSteps(runner),
    buildGateway(runner),
    // The keychain tests need a session bus of their own; the user's is never touched.
    [
      'rust tests',
      () => (onLinux ? command('dbus-run-session', '--', ...nextest) : command(...nextest)),
    ],
  ];
}

function uiChecks({ command, script }) {
  const [program, args] = npm('exec', '--', 'prettier', '--check', 'scripts');
  return [
    ['format', () => script('format:check', 'ui')],
    ['format of the scripts', () => command(program, ...args)],
    ['lint', () => script('lint', 'ui')],
    ['types', () => script('check', 'ui')],
    ['types and format of the browser tests', () => script('check', 'tests/ui')],
  ];
}

function uiSteps(runner) {
  const { script } = runner;
  return [
    // Also generates the message functions that the checks need.
    ['build the interface', () => script('build', 'ui')],
    ...uiChecks(runner),
    ['unit tests', () => script('test', 'ui')],
    buildGateway(runner),
    ['browser tests', () => script('test', 'tests/ui')],
  ];
}

function sdkSteps(runner) {
  const { command, script } = runner;
  const folder = 'tests/sdk/python';
  return [
    ['build the interface', () => script('build', 'ui')],
    buildGateway(runner),
    ['python packages', () => installPython(folder)],
    ['python sdk tests', () => command(pythonIn(folder), '-m', 'pytest', inClone(folder))],
    ['node sdk tests', () => script('test', 'tests/sdk/node')],
  ];
}

function desktopSteps({ command, script }) {
  return [
    ['this system', requireDesktopTools],
    ['build the interface', () => script('build', 'ui')],
    ['build the app', () => command('cargo', 'build', '-p', 'flowkeep-desktop', '--locked')],
    ['shell tests', () => command('cargo', 'nextest', 'run', '-p', 'flowkeep-desktop', '--locked')],
    // The tests need its simulator.
    buildGateway({ command }),
    ['build the tray of the tests', () => command('cargo', ...trayHost)],
    // They start a display, a session bus and a keyring of their own.
    ['window tests', () => script('test', 'tests/desktop')],
  ];
}

const trayHost = ['build', '-p', 'flowkeep-tests', '--example', 'tray-host', '--locked'];

function requireDesktopTools() {
  if (!onLinux)
    throw new Stop(
      'the window tests need Linux (WebKitWebDriver, Xvfb, gnome-keyring); leave them out with --only core,ui,sdk',
    );
  const missing = [
    'WebKitWebDriver',
    'Xvfb',
    'dbus-daemon',
    'dbus-send',
    'gnome-keyring-daemon',
  ].filter((program) => !isOnPath(program));
  if (missing.length > 0) throw new Stop(`missing programs: ${missing.join(', ')}`);
}

function buildGateway({ command }) {
  return ['build the gateway', () => command('cargo', 'build', '-p', 'flowkeep-cli', '--locked')];
}

function scriptTests() {
  const folder = inClone('scripts/tests');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => inClone('scripts/tests', name));
}

function requireFile(file) {
  if (!existsSync(inClone(file))) throw new Stop(`${file} does not exist`);
}
