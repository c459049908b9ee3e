// What the window says when the port is taken (F26), and what its page may not do (S28–S30).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'node:test';

import { Desk } from '../desk/desk.mjs';
import { freePort } from '../desk/webdriver.mjs';

test('a taken port is explained, and trying again helps', async (t) => {
  const desk = await Desk.open(t);
  const squatter = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  t.after(() => squatter.close());
  await once(squatter, 'listening');
  const { port } = squatter.address();

  desk.writeSettings(`port = ${port}\n`);
  const window = await desk.openWindow({ FLOWKEEP_PORT: '' });
  const story = await window.see('trouble-port');
  assert.ok(story.includes(`Port ${port} is taken`), story);
  assert.ok(story.includes(`pid ${process.pid}`), story);
  await window.picture('port-taken');

  squatter.close();
  await window.click('gateway-retry');
  await window.until(isRunning);
  assert.equal((await health(port)).status, 200);

  await t.test('another port in the settings is taken up by a restart', async () => {
    const free = await freePort();
    await window.click('nav-settings');
    await window.replace('settings-port', String(free));
    await window.click('settings-port-save');
    await window.click('settings-restart');
    await window.click('nav-overview');
    await window.until(isRunning);
    assert.equal(await window.see('base-url'), `http://localhost:${free}/v1`);
    assert.equal((await health(free)).status, 200);
    await assert.rejects(health(port), 'nobody listens on the old port');
  });
});

const health = (port) => fetch(`http://127.0.0.1:${port}/health`);

const isRunning = () =>
  document.querySelector('[data-testid=gateway-state]')?.dataset.state === 'running';

test('the page cannot do what it need not', async (t) => {
  const desk = await Desk.open(t);
  const window = await desk.openWindow();

  await t.test('it has no global API and frozen prototypes', async () => {
    const found = await window.run(() => ({
      api: typeof window.__TAURI__,
      frozen: Object.isFrozen(Object.prototype),
    }));
    assert.deepEqual(found, { api: 'undefined', frozen: true });
  });

  await t.test('it runs no inline script and no text as code', async () => {
    const seen = await window.run(async () => {
      const blocked = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        blocked.push(event.effectiveDirective),
      );
      const script = document.createElement('script');
      script.textContent = 'window.ranInline = true';
      document.body.append(script);
      let evaluated = true;
      try {
        (0, eval)('1');
      } catch {
        evaluated = false;
      }
      await fetch('https://example.invalid/').catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { blocked, evaluated, ranInline: window.ranInline === true };
    });
    assert.equal(seen.ranInline, false);
    assert.equal(seen.evaluated, false);
    assert.ok(seen.blocked.includes('connect-src'), String(seen.blocked));
  });

  await t.test('it may call our commands only', async () => {
    const refused = await window.run(async () => {
      const { invoke } = window.__TAURI_INTERNALS__;
      const foreign = [
        'plugin:fs|read_text_file',
        'plugin:shell|execute',
        'plugin:autostart|enable',
        'plugin:window|close',
        'plugin:webview|create_webview_window',
        'plugin:event|emit',
        'plugin:app|version',
      ];
      const answers = foreign.map((name) =>
        invoke(name, {}).then(
          () => [name, 'answered'],
          (error) => [name, String(error)],
        ),
      );
      return Object.fromEntries(await Promise.all(answers));
    });
    for (const [name, answer] of Object.entries(refused)) {
      assert.match(answer, /not allowed|not found/, name);
    }
  });

  await t.test('it stays where it is', async () => {
    const before = await window.run(() => location.href);
    const opened = await window.run(() => window.open('https://example.invalid/') !== null);
    assert.equal(opened, false);
    await window.run(() => {
      location.href = 'https://example.invalid/';
    });
    await window.run(() => {
      const link = document.createElement('a');
      link.href = 'file:///etc/passwd';
      link.target = '_blank';
      document.body.append(link);
      link.click();
    });
    await window.click('nav-keys');
    await window.see('page-keys');
    const after = await window.run(() => location.href);
    assert.equal(new URL(after).origin, new URL(before).origin);
    assert.deepEqual((await desk.tray.windows()).length, 1);
  });
});
