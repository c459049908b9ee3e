// The OpenAI SDK: chats, streams, tools, models.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WEATHER_INPUT, startOpenAI } from './clients.mjs';
import { LARGE_MODEL, MODEL, UNICODE, collect } from './world.mjs';

const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: WEATHER_INPUT,
  },
};

function asked(text, more = {}) {
  return { model: MODEL, messages: [{ role: 'user', content: text }], ...more };
}

function textOf(chunks) {
  return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
}

test('chat', async (t) => {
  const { client } = await startOpenAI(t);
  const answer = await client.chat.completions.create(asked('Hello'));
  assert.equal(answer.choices[0].message.content, 'You said: Hello');
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.ok(answer.usage.prompt_tokens > 0 && answer.usage.completion_tokens > 0);
  assert.equal(
    answer.usage.total_tokens,
    answer.usage.prompt_tokens + answer.usage.completion_tokens,
  );
});

test('answers tell account, attempts and id', async (t) => {
  const { client } = await startOpenAI(t);
  const { response } = await client.chat.completions.create(asked('Hello')).withResponse();
  assert.equal(response.headers.get('x-flowkeep-attempts'), '1');
  assert.ok(response.headers.get('x-flowkeep-account'));
  assert.ok(response.headers.get('x-flowkeep-request-id'));
});

test('twenty chats at the same time', async (t) => {
  const { client } = await startOpenAI(t);
  const numbers = [...Array(20).keys()];
  const answers = await Promise.all(
    numbers.map((n) => client.chat.completions.create(asked(`number ${n}`))),
  );
  assert.deepEqual(
    answers.map((answer) => answer.choices[0].message.content),
    numbers.map((n) => `You said: number ${n}`),
  );
});

test('stream', async (t) => {
  const { client } = await startOpenAI(t);
  const stream = await client.chat.completions.create(
    asked('Hello', { stream: true, stream_options: { include_usage: true } }),
  );
  const chunks = await collect(stream);
  assert.equal(textOf(chunks), 'You said: Hello');
  const reasons = chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter(Boolean);
  assert.deepEqual(reasons, ['stop']);
  const usage = chunks.findLast((chunk) => chunk.usage).usage;
  const whole = await client.chat.completions.create(asked('Hello'));
  assert.equal(usage.prompt_tokens, whole.usage.prompt_tokens);
  assert.equal(usage.completion_tokens, whole.usage.completion_tokens);
});

test('stream helper', async (t) => {
  const { client } = await startOpenAI(t);
  const final = await client.chat.completions.stream(asked('Hello')).finalChatCompletion();
  assert.equal(final.choices[0].message.content, 'You said: Hello');
});

test('tool call round trip', async (t) => {
  const { client } = await startOpenAI(t);
  const question = asked('What is the weather in Paris?', { tools: [WEATHER] });
  const first = await client.chat.completions.create(question);
  assert.equal(first.choices[0].finish_reason, 'tool_calls');
  const message = first.choices[0].message;
  const [call] = message.tool_calls;
  assert.equal(call.function.name, 'get_weather');
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Paris' });
  question.messages.push(message, { role: 'tool', tool_call_id: call.id, content: 'sunny' });
  const second = await client.chat.completions.create(question);
  assert.equal(second.choices[0].message.content, 'The tool said: sunny');
});

test('tool call round trip in streams', async (t) => {
  const { client } = await startOpenAI(t);
  const question = asked('What is the weather in Paris?', { tools: [WEATHER] });
  const first = await client.chat.completions.stream(question).finalChatCompletion();
  assert.equal(first.choices[0].finish_reason, 'tool_calls');
  const { tool_calls: calls } = first.choices[0].message;
  assert.equal(calls.length, 1);
  assert.deepEqual(JSON.parse(calls[0].function.arguments), { city: 'Paris' });
  question.messages.push(
    { role: 'assistant', content: '', tool_calls: calls },
    { role: 'tool', tool_call_id: calls[0].id, content: 'rain' },
  );
  const stream = await client.chat.completions.create({ ...question, stream: true });
  assert.equal(textOf(await collect(stream)), 'The tool said: rain');
});

test('reasoning is passed on', async (t) => {
  const { client } = await startOpenAI(t);
  const answer = await client.chat.completions.create(asked('Hello', { enable_thinking: true }));
  assert.ok(answer.choices[0].message.reasoning_content);
  assert.ok(answer.usage.completion_tokens_details.reasoning_tokens > 0);
});

test('models', async (t) => {
  const { client } = await startOpenAI(t);
  const ids = (await collect(client.models.list())).map((model) => model.id);
  assert.ok(ids.includes(MODEL) && ids.includes(LARGE_MODEL));
  assert.equal(new Set(ids).size, ids.length);
});

test('unicode arrives as it was sent', async (t) => {
  const { client } = await startOpenAI(t);
  const whole = await client.chat.completions.create(asked(UNICODE));
  assert.equal(whole.choices[0].message.content, `You said: ${UNICODE}`);
  const stream = await client.chat.completions.create(asked(UNICODE, { stream: true }));
  assert.equal(textOf(await collect(stream)), `You said: ${UNICODE}`);
});

test('a prompt of a megabyte', async (t) => {
  const { client, world } = await startOpenAI(t);
  const answer = await client.chat.completions.create(
    asked('four'.repeat(1 << 18), { model: LARGE_MODEL }),
  );
  assert.ok(answer.usage.prompt_tokens > 200_000);
  const entry = await world.waitForEntry(({ model }) => model === LARGE_MODEL);
  assert.ok(entry.body_bytes > 1 << 20);
});

test('hanging up ends the upstream stream', async (t) => {
  const { client, world } = await startOpenAI(t);
  const model = 'sim/sse:20000:5000:8';
  const stream = await client.chat.completions.create(asked('Hello', { model, stream: true }));
  let seen = 0;
  for await (const _ of stream) {
    seen += 1;
    if (seen === 3) break;
  }
  const entry = await world.waitForEntry((one) => one.model === model && one.ended);
  assert.notEqual(entry.client_closed_at_ms, null);
  assert.equal(entry.completed, false);
});
