import assert from 'node:assert/strict';
import test from 'node:test';

import { hasDisplay, installAdvice, systemOf } from '../lib/platform.mjs';

test('systems are told apart by platform and os-release', () => {
  assert.equal(systemOf('darwin', ''), 'macos');
  assert.equal(systemOf('win32', ''), 'windows');
  assert.equal(systemOf('linux', 'NAME="Debian GNU/Linux"\nID=debian\n'), 'debian');
  assert.equal(systemOf('linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'), 'debian');
  assert.equal(systemOf('linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'), 'fedora');
  assert.equal(systemOf('linux', 'ID=manjaro\nID_LIKE=arch\n'), 'arch');
  assert.equal(systemOf('linux', 'ID=nixos\n'), 'linux');
  assert.equal(systemOf('linux', ''), 'linux');
});

test('the advice names the commands of the system', () => {
  assert.match(installAdvice('fedora'), /dnf install webkit2gtk4\.1-devel/);
  assert.match(installAdvice('arch'), /pacman -S --needed .*webkit2gtk-4\.1/);
  assert.match(installAdvice('macos'), /xcode-select --install/);
  assert.match(installAdvice('windows'), /BuildTools/);
  assert.match(installAdvice('linux'), /WebKitGTK 4\.1/);
});

test('only Linux can be without a display', () => {
  assert.equal(hasDisplay('linux', {}), false);
  assert.equal(hasDisplay('linux', { DISPLAY: '' }), false);
  assert.equal(hasDisplay('linux', { DISPLAY: ':0' }), true);
  assert.equal(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' }), true);
  assert.equal(hasDisplay('darwin', {}), true);
  assert.equal(hasDisplay('win32', {}), true);
});
