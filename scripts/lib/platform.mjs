// What kind of machine this is, and what to tell its owner to install on it.
import { readFileSync } from 'node:fs';

const DISTRIBUTIONS = {
  debian: 'debian',
  ubuntu: 'debian',
  fedora: 'fedora',
  rhel: 'fedora',
  arch: 'arch',
};

const INSTALL_ON = {
  fedora: [
    'sudo dnf group install "c-development"',
    'sudo dnf install webkit2gtk4.1-devel libappindicator-gtk3-devel librsvg2-devel curl file',
  ],
  arch: [
    'sudo pacman -S --needed base-devel webkit2gtk-4.1 libappindicator-gtk3 librsvg curl file',
  ],
  linux: [
    'a C compiler with make and pkg-config, and the development files of',
    'WebKitGTK 4.1, libayatana-appindicator3 (or libappindicator3) and librsvg 2',
  ],
  macos: ['xcode-select --install'],
  windows: [
    'winget install Microsoft.VisualStudio.2022.BuildTools --override "--passive --wait --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"',
    'winget install Microsoft.EdgeWebView2Runtime   (part of Windows 11 already)',
  ],
};

/** The system this runs on: debian, fedora, arch, linux (another one), macos or windows. */
export function currentSystem() {
  return systemOf(process.platform, process.platform === 'linux' ? readOsRelease() : '');
}

/** Names the system from Node's platform and the text of /etc/os-release. */
export function systemOf(platform, osRelease) {
  if (platform === 'darwin') return 'macos';
  if (platform === 'win32') return 'windows';
  const words = [valueOf(osRelease, 'ID'), ...valueOf(osRelease, 'ID_LIKE').split(' ')];
  return words.map((word) => DISTRIBUTIONS[word]).find(Boolean) ?? 'linux';
}

/** Tells what to install by hand on a system whose packages these scripts do not install. */
export function installAdvice(system) {
  const lines = INSTALL_ON[system] ?? INSTALL_ON.linux;
  return [
    'Install what the desktop app is built with, then run this again:',
    ...lines.map((line) => `  ${line}`),
  ].join('\n');
}

/** Whether a window can be opened: always on macOS and Windows, with X11 or Wayland elsewhere. */
export function hasDisplay(platform = process.platform, env = process.env) {
  return (
    platform === 'darwin' || platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
  );
}

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

function valueOf(text, key) {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${key}=`)) ?? '';
  return line
    .slice(key.length + 1)
    .replaceAll('"', '')
    .trim();
}
