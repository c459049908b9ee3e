// The OpenAI SDK: every error becomes the class it should.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import OpenAI from 'openai';

import { failure, startOpenAI } from './clients.mjs';
import { MODEL, collect } from './world.mjs';

function chat(client, more = {}) {
  const messages = [{ role: 'user', content: 'Hello' }];
  return client.chat.completions.create({ model: MODEL, messages, ...more });
}

test('an unknown model', async (t) => {
  const { client } = await startOpenAI(t);
  const error = await failure(chat(client, { model: 'no/such' }), OpenAI.BadRequestError);
  // The vendor's envelope has no `error` field, the only one this SDK shows; it comes unchanged.
  assert.equal(error.status, 400);
});

test('a wrong token', async (t) => {
  const { client } = await startOpenAI(t);
  const stranger = client.withOptions({ apiKey: 'not-the-token-of-this-gateway' });
  const error = await failure(chat(stranger), OpenAI.AuthenticationError);
  assert.equal(error.status, 401);
  assert.equal(error.code, 'invalid_token');
  assert.match(error.message, /flowkeep token/);
});

test('a rate limit of all accounts surfaces', async (t) => {
  const { client, world } = await startOpenAI(t);
  await world.behave(`model:${MODEL}`, 'status:429');
  const error = await failure(chat(client), OpenAI.RateLimitError);
  assert.equal(error.status, 429);
});

test('a rate limit of one account does not', async (t) => {
  const { client, world } = await startOpenAI(t);
  await world.behave('account:alpha', 'status:429');
  for (let n = 0; n < 6; n += 1) {
    const answer = await chat(client);
    assert.equal(answer.choices[0].message.content, 'You said: Hello');
  }
});

for (const stream of [false, true]) {
  test(`a server error${stream ? ' of a stream' : ''}`, async (t) => {
    const { client } = await startOpenAI(t);
    const asked = chat(client, { model: 'sim/status:500', stream });
    const error = await failure(asked, OpenAI.InternalServerError);
    assert.ok(error.status >= 500);
  });
}

test('the SDK retries a server error', async (t) => {
  const { client, world } = await startOpenAI(t);
  const error = await failure(
    chat(client, { model: 'sim/status:500' }),
    OpenAI.InternalServerError,
  );
  const attempts = Number(error.headers.get('x-flowkeep-attempts'));
  assert.ok(attempts >= 1);
  await world.behave(`model:${MODEL}`, `status-then-ok:500:${attempts}`);
  const answer = await chat(client.withOptions({ maxRetries: 4 }));
  assert.equal(answer.choices[0].message.content, 'You said: Hello');
  const asked = (await world.entries()).filter(({ model }) => model === MODEL);
  assert.equal(asked.length, attempts + 1);
});

test('no keys says how to import', async (t) => {
  const { client } = await startOpenAI(t, { withKeys: false });
  const error = await failure(chat(client), OpenAI.InternalServerError);
  assert.equal(error.status, 503);
  assert.match(error.message, /import/);
});

test('an upstream that is gone', async (t) => {
  const { client, world } = await startOpenAI(t);
  await world.simulator.stop();
  const error = await failure(chat(client), OpenAI.InternalServerError);
  assert.ok([502, 503].includes(error.status), String(error.status));
});

test('a stream that breaks off throws', async (t) => {
  const { client } = await startOpenAI(t);
  const stream = await chat(client, { model: 'sim/cut:5:rst', stream: true });
  const error = await failure(collect(stream), OpenAI.APIError);
  assert.match(error.message, /upstream/i);
});

test('what the upstream does not have', async (t) => {
  const { client } = await startOpenAI(t);
  await failure(client.moderations.create({ input: 'Hello' }), OpenAI.NotFoundError);
});
