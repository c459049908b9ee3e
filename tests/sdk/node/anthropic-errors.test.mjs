// The Anthropic SDK: errors of ours have Anthropic's shape, all become the right class.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';

import { failure, startAnthropic } from './clients.mjs';
import { MODEL, collect } from './world.mjs';

function message(client, more = {}) {
  const messages = [{ role: 'user', content: 'Hello' }];
  return client.messages.create({ model: MODEL, max_tokens: 64, messages, ...more });
}

test('an unknown model', async (t) => {
  const { client } = await startAnthropic(t);
  const error = await failure(message(client, { model: 'no/such' }), Anthropic.BadRequestError);
  assert.equal(error.status, 400);
  assert.equal(error.error.error.type, 'invalid_request_error');
  assert.match(error.message, /no\/such/);
});

test('a wrong token', async (t) => {
  const { client } = await startAnthropic(t);
  const stranger = client.withOptions({ apiKey: 'not-the-token-of-this-gateway' });
  const error = await failure(message(stranger), Anthropic.AuthenticationError);
  assert.equal(error.status, 401);
  assert.equal(error.error.type, 'error');
  assert.equal(error.error.error.type, 'authentication_error');
  assert.match(error.error.error.message, /flowkeep token/);
});

test('a rate limit of all accounts surfaces', async (t) => {
  const { client, world } = await startAnthropic(t);
  await world.behave(`model:${MODEL}`, 'status:429');
  const error = await failure(message(client), Anthropic.RateLimitError);
  assert.equal(error.status, 429);
});

test('a rate limit of one account does not', async (t) => {
  const { client, world } = await startAnthropic(t);
  await world.behave('account:alpha', 'status:429');
  for (let n = 0; n < 6; n += 1) {
    assert.equal((await message(client)).content[0].text, 'You said: Hello');
  }
});

for (const stream of [false, true]) {
  test(`a server error${stream ? ' of a stream' : ''}`, async (t) => {
    const { client } = await startAnthropic(t);
    const asked = message(client, { model: 'sim/status:500', stream });
    const error = await failure(asked, Anthropic.InternalServerError);
    assert.ok(error.status >= 500);
  });
}

test('the SDK retries a server error', async (t) => {
  const { client, world } = await startAnthropic(t);
  const error = await failure(
    message(client, { model: 'sim/status:500' }),
    Anthropic.InternalServerError,
  );
  const attempts = Number(error.headers.get('x-flowkeep-attempts'));
  assert.ok(attempts >= 1);
  await world.behave(`model:${MODEL}`, `status-then-ok:500:${attempts}`);
  const answer = await message(client.withOptions({ maxRetries: 4 }));
  assert.equal(answer.content[0].text, 'You said: Hello');
  const asked = (await world.entries()).filter(({ model }) => model === MODEL);
  assert.equal(asked.length, attempts + 1);
});

test('no keys says how to import', async (t) => {
  const { client } = await startAnthropic(t, { withKeys: false });
  const error = await failure(message(client), Anthropic.InternalServerError);
  assert.equal(error.status, 503);
  assert.equal(error.error.type, 'error');
  assert.match(error.error.error.message, /import/);
});

test('an upstream that is gone', async (t) => {
  const { client, world } = await startAnthropic(t);
  await world.simulator.stop();
  const error = await failure(message(client), Anthropic.InternalServerError);
  assert.ok([502, 503].includes(error.status), String(error.status));
  assert.equal(error.error.type, 'error');
});

test('a stream that breaks off throws', async (t) => {
  const { client } = await startAnthropic(t);
  const stream = await message(client, { model: 'sim/cut:5:rst', stream: true });
  const error = await failure(collect(stream), Anthropic.APIError);
  assert.match(error.message, /upstream/i);
});

test('what the upstream does not have', async (t) => {
  const { client } = await startAnthropic(t);
  await failure(client.messages.batches.list(), Anthropic.NotFoundError);
});
