// The app in the tray, and only one of it: D16, F27, F54, S31.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Desk } from '../desk/desk.mjs';
import { eventually } from '../desk/program.mjs';

const APP = 'flowkeep-desktop';
const WEB_PROCESS = 'WebKitWebProcess';

test('the window goes into the tray, comes back, and is one', async (t) => {
  const desk = await Desk.open(t);
  await desk.tray.show();
  const app = desk.startApp();
  await windowsShown(desk, 1);
  const address = await desk.gatewayAddress();
  assert.ok(address, 'the gateway listens before the window shows');
  const entries = await menuTexts(desk);
  assert.equal(entries[0].text, `No keys · ${localhost(address)}/v1`);
  assert.equal(entries[0].enabled, false);
  const rest = ['Open Flowkeep', 'Copy base URL', 'Pause', 'Quit'];
  assert.deepEqual(
    entries.slice(1).map((entry) => entry.text),
    rest,
  );

  await t.test('closing destroys the web view and leaves the gateway', async () => {
    assert.equal(desk.processes(WEB_PROCESS).length, 1);
    await desk.tray.closeWindow();
    await eventually('no web process', () => desk.processes(WEB_PROCESS).length === 0);
    await windowsShown(desk, 0);
    assert.equal(await desk.gatewayAddress(), address);
  });

  await t.test('the address can be copied', async () => {
    await desk.tray.click('Copy base URL');
    const base = `${localhost(address)}/v1`;
    await eventually('the address copied', async () => (await desk.tray.clipboard()) === base);
  });

  await t.test('pausing and resuming work without a window', async () => {
    const { icon } = await desk.tray.menu();
    await desk.tray.click('Pause');
    await menuHas(desk, 'Resume');
    assert.equal(await gatewayState(address), 'paused');
    assert.notEqual((await desk.tray.menu()).icon, icon, 'the icon changes as well');
    await desk.tray.click('Resume');
    await menuHas(desk, 'Pause');
    assert.equal(await gatewayState(address), 'running');
  });

  await t.test('twenty more starts open the one window', async () => {
    const odd = [[], ['--host', '0.0.0.0'], ['flowkeep://import?url=x'], ['--hidden']];
    const others = Array.from({ length: 20 }, (_, at) => desk.startApp(odd[at % odd.length]));
    for (const other of others) assert.equal((await other.ended()).code, 0, other.output);
    await windowsShown(desk, 1);
    assert.deepEqual(desk.processes(APP), [String(app.pid)]);
    assert.equal(desk.processes(WEB_PROCESS).length, 1);
    assert.equal(await desk.gatewayAddress(), address, 'what they were called with is ignored');
  });

  await t.test(
    'a web process that is killed comes back, and the gateway does not care',
    async () => {
      const [before] = desk.processes(WEB_PROCESS);
      process.kill(Number(before), 'SIGKILL');
      await eventually('another web process', () => {
        const now = desk.processes(WEB_PROCESS);
        return now.length === 1 && now[0] !== before;
      });
      assert.equal(await gatewayState(address), 'running');
    },
  );

  await t.test('quitting from the tray ends the process', async () => {
    await desk.tray.click('Quit');
    assert.equal((await app.ended()).code, 0);
    assert.equal(await desk.gatewayAddress(), null);
  });
});

test('a start at login shows the tray only', async (t) => {
  const desk = await Desk.open(t);
  await desk.tray.show();
  const app = desk.startApp(['--hidden']);
  await menuHas(desk, 'Open Flowkeep');
  assert.deepEqual(await desk.tray.windows(), []);
  assert.equal(desk.processes(WEB_PROCESS).length, 0);
  await desk.tray.click('Open Flowkeep');
  await windowsShown(desk, 1);
  await desk.tray.click('Quit');
  assert.equal((await app.ended()).code, 0);
});

async function windowsShown(desk, count) {
  await eventually(`${count} windows`, async () => (await desk.tray.windows()).length === count);
}

async function menuTexts(desk) {
  await eventually('an icon with a menu', async () => (await desk.tray.menu())?.entries[0]?.text);
  return (await desk.tray.menu()).entries;
}

async function menuHas(desk, text) {
  await eventually(`${text} in the menu`, async () => {
    const menu = await desk.tray.menu();
    return menu?.entries.some((entry) => entry.text === text);
  });
}

async function gatewayState(address) {
  const health = await fetch(`${address}/health`);
  return (await health.json()).gateway.state;
}

const localhost = (address) => address.replace('127.0.0.1', 'localhost');
