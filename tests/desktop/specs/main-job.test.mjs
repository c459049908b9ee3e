// The main job in the real window, with a real keyring: issue 2, "Done when" 4.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { Desk } from '../desk/desk.mjs';
import { eventually } from '../desk/program.mjs';

/** Two of the simulator's sample keys. */
const KEYS = [sampleKey('alpha'), sampleKey('beta')];
const MODEL = 'Qwen/Qwen3-8B';

test('keys are pasted, a chat is counted, and a restart keeps everything', async (t) => {
  const desk = await Desk.open(t);
  let window = await desk.openWindow();
  await importKeys(window);
  const base = await window.see('base-url');
  const token = await readToken(window);
  await window.click('token-copy');
  await eventually('the token copied', async () => (await desk.tray.clipboard()) === token);

  const usage = await chat(base, token);
  await seeInRequests(window, usage);
  await seeInOverview(window, usage);

  await quit(desk, window);
  window = await desk.openWindow();
  assert.equal(await window.see('usage-calls'), '1');
  assert.equal(await readToken(window), token, 'the token survives a restart');
  await window.click('nav-keys');
  await window.until(
    (count) => document.querySelectorAll('[data-testid=keys-row]').length === count,
    KEYS.length,
  );
  const second = await chat(await baseUrl(window), token);
  assert.ok(second.total_tokens > 0, 'the keys still work');
  await quit(desk, window);

  await t.test('no key is in any file or output (S17)', () => sweep(desk));
});

async function importKeys(window) {
  await window.click('first-run-import');
  await window.paste('import-text', `${KEYS[0]} work account\n${KEYS[1]}`);
  await window.picture('import-pasted');
  await window.click('import-submit');
  await window.see('import-preview');
  await window.picture('import-preview');
  await window.click('import-confirm');
  await window.see('import-report');
  await window.picture('import-report');
  await window.click('import-done');
  await window.until(() => document.querySelector('[data-testid=import-dialog]') === null);
  await window.click('nav-keys');
  await window.until(() => document.querySelectorAll('[data-testid=keys-row]').length === 2);
  const page = await window.all();
  assert.match(page, /work account/);
  for (const key of KEYS) assert.ok(!page.includes(key), 'the page shows no whole key');
  await window.picture('keys');
  await window.click('nav-settings');
  assert.equal(await window.see('settings-vault'), 'System keychain');
  await window.picture('settings');
  await window.click('nav-overview');
}

async function readToken(window) {
  await window.click('token-show');
  await window.until(() =>
    document.querySelector('[data-testid=token-value]')?.textContent.startsWith('fk-'),
  );
  return window.see('token-value');
}

async function baseUrl(window) {
  await window.click('nav-overview');
  return window.see('base-url');
}

async function chat(base, token) {
  const response = await fetch(`${base}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hello there' }] }),
  });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body.usage;
}

async function seeInRequests(window, usage) {
  await window.click('nav-requests');
  await window.see('requests-row');
  assert.equal(await window.see('request-model'), MODEL);
  const shown = `${usage.prompt_tokens} / ${usage.completion_tokens}`;
  assert.equal(await window.see('request-tokens'), shown);
  await window.picture('requests');
}

async function seeInOverview(window, usage) {
  await window.click('nav-overview');
  const figures = {
    'usage-calls': 1,
    'usage-prompt-tokens': usage.prompt_tokens,
    'usage-completion-tokens': usage.completion_tokens,
  };
  await window.until((wanted) => {
    const shown = ([testid, value]) =>
      document.querySelector(`[data-testid=${testid}]`)?.dataset.value === String(value);
    return Object.entries(wanted).every(shown);
  }, figures);
  await window.picture('overview');
}

/** Without a tray on this desktop, closing the window quits. */
async function quit(desk, window) {
  await desk.tray.closeWindow();
  await eventually('the app has quit', () => desk.processes('flowkeep-desktop').length === 0);
  await window.release();
}

function sweep(desk) {
  const spellings = KEYS.flatMap((key) => [
    key,
    key.slice('sk-'.length),
    Buffer.from(key).toString('base64').slice(0, 40),
    Buffer.from(key).toString('hex'),
  ]);
  const texts = new Map([['output of all programs', Buffer.from(appOutput(desk))]]);
  for (const file of filesBelow(desk.folder)) texts.set(file, readFileSync(file));
  assert.ok(texts.size > 10, 'the sweep reads the files');
  for (const [place, bytes] of texts) {
    for (const spelling of spellings) assert.ok(!bytes.includes(spelling), `a key is in ${place}`);
  }
}

/** The simulator prints its keys, which are its own. */
function appOutput(desk) {
  return desk.output().replace(/^key +sk-test\S+ .*$/gm, '');
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

function sampleKey(account) {
  return `sk-test${account}`.padEnd(51, '0');
}
