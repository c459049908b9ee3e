// The OpenAI SDK: responses, which the upstream does not have.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import OpenAI from 'openai';

import { MODEL, TOKEN, UNICODE, collect, startWorld } from './world.mjs';

const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city',
  strict: true,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};
const QUESTION = { role: 'user', content: 'What is the weather in Paris?' };

async function start(t) {
  const world = await startWorld(t);
  const client = new OpenAI({ baseURL: world.openaiBase, apiKey: TOKEN, maxRetries: 0 });
  return { world, client };
}

test('response', async (t) => {
  const { client } = await start(t);
  const answer = await client.responses.create({
    model: MODEL,
    input: 'Hello',
    instructions: 'be brief',
    store: false,
  });
  assert.equal(answer.output_text, 'You said: Hello');
  assert.equal(answer.status, 'completed');
  assert.equal(answer.error, null);
  const { input_tokens: input, output_tokens: output, total_tokens: total } = answer.usage;
  assert.ok(input > 0 && output > 0);
  assert.equal(total, input + output);
});

test('stream', async (t) => {
  const { client } = await start(t);
  const stream = await client.responses.create({ model: MODEL, input: UNICODE, stream: true });
  const events = await collect(stream);
  assert.deepEqual(
    events.map((event) => event.sequence_number),
    [...events.keys()],
  );
  assert.equal(events[0].type, 'response.created');
  assert.equal(events.at(-1).type, 'response.completed');
  const deltas = events.filter(({ type }) => type === 'response.output_text.delta');
  assert.equal(deltas.map(({ delta }) => delta).join(''), `You said: ${UNICODE}`);
});

test('stream helper', async (t) => {
  const { client } = await start(t);
  const stream = client.responses.stream({ model: MODEL, input: 'Hello' });
  let snapshot = '';
  stream.on('response.output_text.delta', (event) => {
    snapshot = event.snapshot;
  });
  const final = await stream.finalResponse();
  assert.equal(snapshot, 'You said: Hello');
  assert.equal(final.output_text, 'You said: Hello');
  const whole = await client.responses.create({ model: MODEL, input: 'Hello' });
  assert.deepEqual(final.usage, whole.usage);
});

test('tool call round trip', async (t) => {
  const { client } = await start(t);
  const asked = { model: MODEL, input: [QUESTION], tools: [WEATHER] };
  const first = await client.responses.create(asked);
  const [call] = first.output;
  assert.equal(call.type, 'function_call');
  assert.equal(call.name, 'get_weather');
  assert.deepEqual(JSON.parse(call.arguments), { city: 'Paris' });
  const result = { type: 'function_call_output', call_id: call.call_id, output: 'sunny' };
  const second = await client.responses.create({
    ...asked,
    input: [QUESTION, ...first.output, result],
  });
  assert.equal(second.output_text, 'The tool said: sunny');
});

test('tool call round trip in streams', async (t) => {
  const { client } = await start(t);
  const asked = { model: MODEL, input: [QUESTION], tools: [WEATHER] };
  const stream = client.responses.stream(asked);
  let snapshot = '';
  stream.on('response.function_call_arguments.delta', (event) => {
    snapshot = event.snapshot;
  });
  const first = await stream.finalResponse();
  const [call] = first.output;
  assert.equal(snapshot, call.arguments);
  assert.deepEqual(call.parsed_arguments, { city: 'Paris' });
  const { parsed_arguments: _, ...sent } = call;
  const result = { type: 'function_call_output', call_id: call.call_id, output: 'rain' };
  const second = client.responses.stream({ ...asked, input: [QUESTION, sent, result] });
  assert.equal((await second.finalResponse()).output_text, 'The tool said: rain');
});

test('reasoning is accumulated', async (t) => {
  const { client } = await start(t);
  const stream = client.responses.stream({
    model: MODEL,
    input: 'Hello',
    include: ['reasoning.encrypted_content'],
    enable_thinking: true,
  });
  let thoughts = '';
  stream.on('response.reasoning_text.delta', ({ delta }) => {
    thoughts += delta;
  });
  const final = await stream.finalResponse();
  const [thought, message] = final.output;
  assert.equal(thought.type, 'reasoning');
  assert.equal(thought.content[0].text, thoughts);
  assert.ok(thoughts.length > 0 && thought.encrypted_content.endsWith(thoughts));
  assert.equal(message.content[0].text, 'You said: Hello');
  assert.ok(final.usage.output_tokens_details.reasoning_tokens > 0);
});

test('a limit makes it incomplete', async (t) => {
  const { client } = await start(t);
  const asked = { model: MODEL, input: 'Hello', max_output_tokens: 1 };
  const final = await client.responses.stream(asked).finalResponse();
  assert.equal(final.status, 'incomplete');
  assert.equal(final.incomplete_details.reason, 'max_output_tokens');
});

test('what needs a memory is refused', async (t) => {
  const { client } = await start(t);
  const asked = { model: MODEL, input: 'Hello', previous_response_id: 'resp_1' };
  await assert.rejects(client.responses.create(asked), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, 'previous_response_id');
    return true;
  });
});

test('a broken stream fails', async (t) => {
  const { client } = await start(t);
  const asked = { model: 'sim/cut:3', input: 'Hello' };
  const final = await client.responses.stream(asked).finalResponse();
  assert.equal(final.status, 'failed');
  assert.ok(final.error.message);
});

test('hanging up ends the upstream stream', async (t) => {
  const { client, world } = await start(t);
  const model = 'sim/sse:20000:5000:8';
  const stream = await client.responses.create({ model, input: 'Hello', stream: true });
  let seen = 0;
  for await (const _ of stream) {
    seen += 1;
    if (seen === 8) break;
  }
  const entry = await world.waitForEntry((one) => one.model === model && one.ended);
  assert.notEqual(entry.client_closed_at_ms, null);
  assert.equal(entry.completed, false);
});
