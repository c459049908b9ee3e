// System packages: which ones a task needs, which are missing, and their installation on Debian and Ubuntu.
import { currentSystem, installAdvice } from './platform.mjs';
import { Stop, capture, isOnPath, must } from './process.mjs';

const COMPILE = ['build-essential', 'pkg-config', 'curl', 'file'];
const WINDOW = ['libwebkit2gtk-4.1-dev', 'libayatana-appindicator3-dev', 'librsvg2-dev'];
const KEYCHAIN = ['dbus', 'gnome-keyring', 'libsecret-tools'];
const INSPECT = ['binutils', 'netcat-openbsd', 'procps', 'sqlite3'];
// Faults: a clock that jumps, a disk that refuses writing.
const INJECT = ['faketime', 'strace'];

/** The Debian packages of each purpose. */
export const PACKAGES = {
  cli: COMPILE,
  desktop: [...COMPILE, ...WINDOW],
  core: [...COMPILE, ...WINDOW, ...KEYCHAIN, ...INSPECT, ...INJECT],
  ui: [...COMPILE, 'chromium', 'fonts-noto-cjk'],
  sdk: [...COMPILE, 'python3-venv'],
  'desktop-tests': [
    ...COMPILE,
    ...WINDOW,
    ...KEYCHAIN,
    ...INSPECT,
    'fonts-noto-cjk',
    'webkit2gtk-driver',
    'xauth',
    'xvfb',
  ],
  bench: [...COMPILE, 'nginx-light', 'procps', 'wrk'],
};

/** Makes sure that everything for the purposes is installed, or stops and says what to install. */
export async function requirePackages(...purposes) {
  const system = currentSystem();
  if (system !== 'debian') return checkByHand(system, purposes);
  const wanted = [...new Set(purposes.flatMap((purpose) => PACKAGES[purpose]))].sort();
  const { stdout } = capture('dpkg-query', [
    '-W',
    '-f',
    '${Package} ${db:Status-Status}\n',
    ...wanted,
  ]);
  const missing = missingPackages(wanted, stdout);
  if (missing.length > 0) await install(missing);
}

/** `report`: lines of `dpkg-query` as "name status"; unknown packages have no line. */
export function missingPackages(wanted, report) {
  const lines = report.split('\n').map((line) => line.split(' '));
  const installed = new Set(
    lines.filter(([, status]) => status === 'installed').map(([name]) => name),
  );
  return wanted.filter((name) => !installed.has(name));
}

/** The words before `apt-get` that make it run as root; null when there is no way to become root. */
export function rootPrefix({ uid, hasSudo, hasTerminal }) {
  if (uid === 0) return [];
  if (!hasSudo) return null;
  return hasTerminal ? ['sudo'] : ['sudo', '-n'];
}

async function install(missing) {
  const prefix = rootPrefix({
    uid: process.getuid(),
    hasSudo: isOnPath('sudo'),
    hasTerminal: process.stdin.isTTY === true,
  });
  const names = missing.join(' ');
  if (!prefix)
    throw new Stop(`These packages are missing; install them as root:\n  apt-get install ${names}`);
  console.log(`installing system packages: ${names}`);
  const [program, ...words] = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-q',
    '-y',
  ];
  await must(program, [...words, 'update']);
  await must(program, [...words, 'install', '--no-install-recommends', ...missing]);
}

/** Other systems install by hand; what can be checked is checked, so that cargo does not fail half-way. */
function checkByHand(system, purposes) {
  const needsWindow = purposes.some((purpose) => PACKAGES[purpose].includes(WINDOW[0]));
  const found =
    { macos: hasXcodeTools, windows: hasVisualStudio }[system] ??
    (() => hasCompiler() && (!needsWindow || hasWebKit()));
  if (!found()) throw new Stop(installAdvice(system));
}

function hasXcodeTools() {
  return capture('xcode-select', ['-p']).status === 0;
}

function hasVisualStudio() {
  if (capture('rustc', ['-vV']).stdout.includes('windows-gnu')) return true;
  const vswhere = `${process.env['ProgramFiles(x86)']}\\Microsoft Visual Studio\\Installer\\vswhere.exe`;
  const tools = [
    '-latest',
    '-products',
    '*',
    '-requires',
    'Microsoft.VisualStudio.Component.VC.Tools.x86.x64',
  ];
  return capture(vswhere, [...tools, '-property', 'installationPath']).stdout.trim() !== '';
}

function hasCompiler() {
  return isOnPath('cc') && isOnPath('pkg-config');
}

function hasWebKit() {
  const exists = (...names) => capture('pkg-config', ['--exists', ...names]).status === 0;
  const tray = exists('ayatana-appindicator3-0.1') || exists('appindicator3-0.1');
  return tray && exists('webkit2gtk-4.1', 'librsvg-2.0');
}
