// The OpenAI SDK: files and batches, which stay with the account that has them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import OpenAI, { toFile } from 'openai';

import { failure, startOpenAI } from './clients.mjs';
import { collect } from './world.mjs';

const BATCH_MODEL = 'deepseek-ai/DeepSeek-V3';
const MOST_LOOKS = 20;
const NOBODYS = 'batch_nobodyhasit';

/** The input of a batch, a line per request. */
function requests(count) {
  const body = { model: BATCH_MODEL, messages: [{ role: 'user', content: '你好' }] };
  const line = (n) => ({
    custom_id: `request-${n}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body,
  });
  const lines = [...Array(count).keys()].map((n) => `${JSON.stringify(line(n))}\n`);
  return Buffer.from(lines.join(''));
}

/** A new file, out of the vendor's envelope. */
async function upload(client, name = 'requests.jsonl', content = requests(2)) {
  const file = await toFile(content, name);
  return (await client.files.create({ file, purpose: 'batch' })).data;
}

async function makeBatch(client, more = {}) {
  return client.batches.create({
    input_file_id: (await upload(client)).id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    ...more,
  });
}

async function manyBatches(client, count) {
  return Promise.all([...Array(count)].map(() => makeBatch(client)));
}

/** Nothing that an account has was asked of another one. */
async function assertRightAccounts(world) {
  const entries = (await world.entries()).filter(({ touched }) => touched.length > 0);
  assert.ok(entries.length > 0);
  for (const { account, touched } of entries) {
    assert.deepEqual(
      touched.filter(({ owner }) => owner !== account),
      [],
    );
  }
}

const idsOf = (things) => things.map(({ id }) => id).sort();

test('a file arrives whole', async (t) => {
  const { client, world } = await startOpenAI(t);
  const content = requests(3);
  const made = await upload(client, 'three.jsonl', content);
  assert.equal(made.filename, 'three.jsonl');
  assert.equal(made.bytes, content.length);
  const { uploads } = await world.waitForEntry((entry) => entry.uploads.length > 0);
  assert.equal(uploads[0].bytes, content.length);
});

test('a large file is passed on', async (t) => {
  const { client } = await startOpenAI(t);
  // More than what is held to be sent again.
  const content = requests(80_000);
  assert.ok(content.length > 8 << 20);
  assert.equal((await upload(client, 'large.jsonl', content)).bytes, content.length);
});

test('files of all accounts in pages', async (t) => {
  const { client } = await startOpenAI(t);
  const made = await Promise.all([...Array(7).keys()].map((n) => upload(client, `${n}.jsonl`)));
  const seen = [];
  for (let more = true; more;) {
    const after = seen.at(-1)?.id;
    // The vendor's envelope: `data` is the list with its fields.
    const { data } = await client.files.list({ purpose: 'batch', limit: 3, after });
    seen.push(...data.data);
    more = data.has_more;
    if (more) assert.equal(data.data.length, 3);
  }
  assert.deepEqual(idsOf(seen), idsOf(made));
  const times = seen.map((file) => file.created_at);
  assert.deepEqual(times, times.toSorted().toReversed());
});

test('a batch until it is done', async (t) => {
  const { client, world } = await startOpenAI(t);
  const made = await makeBatch(client, { metadata: { description: 'nightly' } });
  assert.equal(made.status, 'in_queue');
  assert.deepEqual(made.metadata, { description: 'nightly' });
  let batch = made;
  for (let looks = 0; batch.status !== 'completed'; looks += 1) {
    assert.ok(looks < MOST_LOOKS, batch.status);
    batch = await client.batches.retrieve(made.id);
  }
  assert.equal(batch.input_file_id, made.input_file_id);
  assert.ok(batch.output_file_id);
  assert.deepEqual(batch.request_counts, { total: 2, completed: 2, failed: 0 });
  await assertRightAccounts(world);
});

test('a batch is cancelled', async (t) => {
  const { client, world } = await startOpenAI(t);
  for (const { id } of await manyBatches(client, 4)) {
    assert.equal((await client.batches.cancel(id)).status, 'cancelling');
    assert.equal((await client.batches.retrieve(id)).status, 'cancelled');
  }
  await assertRightAccounts(world);
});

test('the SDK turns the pages of batches', async (t) => {
  const { client } = await startOpenAI(t);
  const made = await manyBatches(client, 7);
  const listed = await collect(client.batches.list({ limit: 2 }));
  assert.deepEqual(idsOf(listed), idsOf(made));
  const page = await client.batches.list({ limit: 7 });
  assert.equal(page.data.length, 7);
  assert.equal(page.has_more, false);
});

for (const [family, method] of [
  ['files', 'retrieve'],
  ['files', 'content'],
  ['files', 'delete'],
  ['batches', 'retrieve'],
  ['batches', 'cancel'],
]) {
  test(`${family}.${method} of what nobody has`, async (t) => {
    const { client } = await startOpenAI(t);
    await failure(client[family][method](NOBODYS), OpenAI.NotFoundError);
  });
}

test('a cursor that no list has shown', async (t) => {
  const { client } = await startOpenAI(t);
  const error = await failure(client.batches.list({ after: NOBODYS }), OpenAI.NotFoundError);
  assert.equal(error.code, 'resource_not_found');
  assert.match(error.message, /after/);
});

test('a batch of a file that nobody has', async (t) => {
  const { client } = await startOpenAI(t);
  const asked = makeBatch(client, { input_file_id: 'file-nobodyhasit' });
  const error = await failure(asked, OpenAI.APIError);
  assert.ok([400, 404].includes(error.status), String(error.status));
});

test('a batch is never made twice', async (t) => {
  const { client, world } = await startOpenAI(t);
  await world.behave('route:batches', 'status:500');
  await failure(makeBatch(client), OpenAI.InternalServerError);
  const asked = (await world.entries()).filter(({ route }) => route === 'batches');
  assert.equal(asked.length, 1);
});
