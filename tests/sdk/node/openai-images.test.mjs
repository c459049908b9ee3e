// The OpenAI SDK: pictures, with OpenAI's names of models and fields.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import OpenAI from 'openai';

import { failure, startOpenAI } from './clients.mjs';
import { MODEL } from './world.mjs';

const KOLORS = 'Kwai-Kolors/Kolors';
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

function picture(client, more = {}, options = {}) {
  return client.images.generate({ model: 'dall-e-3', prompt: 'a cat', ...more }, options);
}

test("OpenAI's names", async (t) => {
  const { client, world } = await startOpenAI(t);
  const { data: answer, response } = await picture(client, {
    size: '1024x1024',
    n: 2,
  }).withResponse();
  assert.equal(response.headers.get('x-flowkeep-model'), KOLORS);
  assert.equal(answer.data.length, 2);
  assert.ok(answer.created > 0);
  const entry = await world.waitForEntry(({ route }) => route === 'images/generations');
  assert.equal(entry.model, KOLORS);
  assert.equal(entry.work.images, 2);
});

test('the pictures can be had', async (t) => {
  const { client } = await startOpenAI(t);
  const { data } = await picture(client);
  const bytes = Buffer.from(await (await fetch(data[0].url)).arrayBuffer());
  assert.deepEqual(bytes.subarray(0, PNG.length), PNG);
});

test("the vendor's names", async (t) => {
  const { client, world } = await startOpenAI(t);
  const native = { model: KOLORS, batch_size: 3, image_size: '960x1280', seed: 42 };
  const headers = { 'X-Enable-Watermark': '0' };
  const answer = await picture(client, { ...native, n: 1 }, { headers });
  assert.equal(answer.data.length, 3);
  assert.equal(answer.seed, 42);
  const entry = await world.waitForEntry(({ work }) => work.images === 3);
  const watermark = entry.headers.find(([name]) => name === 'x-enable-watermark');
  assert.equal(watermark[1], '0');
});

for (const [what, wrong] of [
  ['a size that is none', { size: 'large' }],
  ['too many', { n: 5 }],
  ['a model that makes none', { model: MODEL }],
]) {
  test(what, async (t) => {
    const { client } = await startOpenAI(t);
    const error = await failure(picture(client, wrong), OpenAI.BadRequestError);
    assert.equal(error.status, 400);
  });
}

test('a server error', async (t) => {
  const { client, world } = await startOpenAI(t);
  await world.behave(`model:${KOLORS}`, 'status:500');
  await failure(picture(client), OpenAI.InternalServerError);
  await world.behave(`model:${KOLORS}`, 'status-then-ok:500:1');
  assert.equal((await picture(client)).data.length, 1);
});
