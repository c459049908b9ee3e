// The OpenAI SDK: embeddings; and rerank, which it does not have.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import OpenAI from 'openai';

import { failure, startOpenAI } from './clients.mjs';
import { MODEL, startWorld } from './world.mjs';

const BGE = 'BAAI/bge-m3';
const RANKING = {
  model: 'BAAI/bge-reranker-v2-m3',
  query: 'apple',
  documents: ['banana', 'an apple', 'a car'],
};

function embed(client, more = {}) {
  return client.embeddings.create({ model: 'text-embedding-ada-002', input: 'Hello', ...more });
}

function assertClose(some, others) {
  assert.equal(some.length, others.length);
  for (const [place, number] of some.entries()) {
    assert.ok(Math.abs(number - others[place]) < 1e-6, `${place}: ${number}, ${others[place]}`);
  }
}

test('base64, which the SDK asks for, and floats are the same', async (t) => {
  const { client, world } = await startOpenAI(t);
  const { data: coded, response } = await embed(client).withResponse();
  assert.equal(response.headers.get('x-flowkeep-model'), BGE);
  const [{ embedding }] = coded.data;
  assert.equal(embedding.length, 1024);
  assert.ok(coded.usage.prompt_tokens > 0);
  const floats = await embed(client, { encoding_format: 'float' });
  assertClose(embedding, floats.data[0].embedding);
  const asked = (await world.entries()).filter(({ route }) => route === 'embeddings');
  assert.deepEqual(
    asked.map(({ model }) => model),
    [BGE, BGE],
  );
  assert.ok(asked[0].body_bytes > asked[1].body_bytes, 'the word base64 is longer than float');
});

test('several in their order', async (t) => {
  const { client } = await startOpenAI(t);
  const several = await embed(client, { model: BGE, input: RANKING.documents });
  assert.deepEqual(
    several.data.map(({ index }) => index),
    [0, 1, 2],
  );
  const alone = await embed(client, { model: BGE, input: RANKING.documents[1] });
  assertClose(several.data[1].embedding, alone.data[0].embedding);
});

for (const model of ['Qwen/Qwen3-Embedding-8B', 'text-embedding-3-small']) {
  test(`dimensions of ${model}`, async (t) => {
    const { client } = await startOpenAI(t);
    const answer = await embed(client, { model, dimensions: 256 });
    assert.equal(answer.data[0].embedding.length, 256);
  });
}

test('dimensions that the model does not have', async (t) => {
  const { client } = await startOpenAI(t);
  await failure(embed(client, { dimensions: 256 }), OpenAI.BadRequestError);
});

test('too long a text', async (t) => {
  const { client } = await startOpenAI(t);
  const asked = embed(client, { model: 'BAAI/bge-large-zh-v1.5', input: 'word '.repeat(2000) });
  const error = await failure(asked, OpenAI.APIError);
  assert.equal(error.status, 413);
});

test('a model that makes none', async (t) => {
  const { client } = await startOpenAI(t);
  await failure(embed(client, { model: MODEL }), OpenAI.BadRequestError);
});

test('rerank', async (t) => {
  const world = await startWorld(t);
  const best = await world.post('/v1/rerank', { ...RANKING, top_n: 2, return_documents: true });
  assert.equal(best.status, 200);
  const { results, meta } = await best.json();
  assert.deepEqual(
    results.map(({ index }) => index),
    [1, 0],
  );
  assert.deepEqual(results[0].document, { text: 'an apple' });
  assert.ok(meta.tokens.input_tokens > 0);
  const bare = await (await world.post('/v1/rerank', RANKING)).json();
  assert.equal(bare.results.length, 3);
  assert.equal(bare.results[0].document, undefined);
});

for (const wrong of [{ documents: [] }, { query: null }, { model: MODEL }, { top_n: 0 }]) {
  test(`what cannot be ranked: ${JSON.stringify(wrong)}`, async (t) => {
    const world = await startWorld(t);
    assert.equal((await world.post('/v1/rerank', { ...RANKING, ...wrong })).status, 400);
  });
}
