// The Anthropic SDK: messages, streams, tools, thinking.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';

import { WEATHER_INPUT, startAnthropic } from './clients.mjs';
import { LARGE_MODEL, MODEL, TOKEN, UNICODE, collect } from './world.mjs';

const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city',
  input_schema: WEATHER_INPUT,
};

function asked(text, more = {}) {
  const messages = [{ role: 'user', content: text }];
  return { model: MODEL, max_tokens: 1024, messages, ...more };
}

function toolResult(message, use, result) {
  const content = [{ type: 'tool_result', tool_use_id: use.id, content: result }];
  return [
    { role: 'assistant', content: message.content },
    { role: 'user', content },
  ];
}

const typesOf = (message) => message.content.map((block) => block.type);

test('message', async (t) => {
  const { client } = await startAnthropic(t);
  const message = await client.messages.create(asked('Hello', { system: 'Be brief' }));
  assert.deepEqual(typesOf(message), ['text']);
  assert.equal(message.content[0].text, 'You said: Hello');
  assert.equal(message.stop_reason, 'end_turn');
  assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
});

test('a bearer token does as well', async (t) => {
  const { world } = await startAnthropic(t);
  const client = new Anthropic({
    baseURL: world.anthropicBase,
    apiKey: null,
    authToken: TOKEN,
    maxRetries: 0,
  });
  const message = await client.messages.create(asked('Hello'));
  assert.equal(message.content[0].text, 'You said: Hello');
});

test('stream', async (t) => {
  const { client } = await startAnthropic(t);
  const stream = client.messages.stream(asked('Hello'));
  let text = '';
  stream.on('text', (delta) => (text += delta));
  const message = await stream.finalMessage();
  assert.equal(text, 'You said: Hello');
  assert.equal(message.content[0].text, text);
  const whole = await client.messages.create(asked('Hello'));
  assert.equal(message.usage.input_tokens, whole.usage.input_tokens);
  assert.equal(message.usage.output_tokens, whole.usage.output_tokens);
});

test('stream of bare events', async (t) => {
  const { client } = await startAnthropic(t);
  const events = await collect(await client.messages.create(asked('Hello', { stream: true })));
  assert.equal(events[0].type, 'message_start');
  assert.equal(events.at(-1).type, 'message_stop');
  const deltas = events.filter((event) => event.type === 'content_block_delta');
  assert.equal(deltas.map((event) => event.delta.text).join(''), 'You said: Hello');
});

test('tool use round trip', async (t) => {
  const { client } = await startAnthropic(t);
  const question = asked('What is the weather in Paris?', { tools: [WEATHER] });
  const first = await client.messages.create(question);
  assert.equal(first.stop_reason, 'tool_use');
  const use = first.content.find((block) => block.type === 'tool_use');
  assert.equal(use.name, 'get_weather');
  assert.deepEqual(use.input, { city: 'Paris' });
  question.messages.push(...toolResult(first, use, 'sunny'));
  const second = await client.messages.create(question);
  assert.equal(second.content.at(-1).text, 'The tool said: sunny');
});

test('tool use round trip in streams', async (t) => {
  const { client } = await startAnthropic(t);
  const question = asked('What is the weather in Paris?', { tools: [WEATHER] });
  const first = await client.messages.stream(question).finalMessage();
  assert.equal(first.stop_reason, 'tool_use');
  const use = first.content.find((block) => block.type === 'tool_use');
  assert.deepEqual(use.input, { city: 'Paris' });
  question.messages.push(...toolResult(first, use, 'rain'));
  assert.equal(await client.messages.stream(question).finalText(), 'The tool said: rain');
});

test('thinking', async (t) => {
  const { client } = await startAnthropic(t);
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const question = asked('Hello', { max_tokens: 2048, thinking });
  const whole = await client.messages.create(question);
  assert.deepEqual(typesOf(whole), ['thinking', 'text']);
  assert.ok(whole.content[0].thinking && whole.content[0].signature);
  const streamed = await client.messages.stream(question).finalMessage();
  assert.deepEqual(typesOf(streamed), ['thinking', 'text']);
  assert.equal(streamed.content[0].thinking, whole.content[0].thinking);
  assert.equal(streamed.content[1].text, 'You said: Hello');
});

test('unicode arrives as it was sent', async (t) => {
  const { client } = await startAnthropic(t);
  const whole = await client.messages.create(asked(UNICODE));
  assert.equal(whole.content[0].text, `You said: ${UNICODE}`);
  const streamed = await client.messages.stream(asked(UNICODE)).finalText();
  assert.equal(streamed, `You said: ${UNICODE}`);
});

test('a prompt of a megabyte', async (t) => {
  const { client } = await startAnthropic(t);
  const prompt = 'four'.repeat(1 << 18);
  const message = await client.messages.create(asked(prompt, { model: LARGE_MODEL }));
  assert.ok(message.usage.input_tokens > 200_000);
});

test('hanging up ends the upstream stream', async (t) => {
  const { client, world } = await startAnthropic(t);
  const model = 'sim/sse:20000:5000:8';
  const question = asked('Hello', { model, max_tokens: 100_000, stream: true });
  const stream = await client.messages.create(question);
  let seen = 0;
  for await (const _ of stream) {
    seen += 1;
    if (seen === 3) break;
  }
  const entry = await world.waitForEntry((one) => one.model === model && one.ended);
  assert.notEqual(entry.client_closed_at_ms, null);
  assert.equal(entry.completed, false);
});
