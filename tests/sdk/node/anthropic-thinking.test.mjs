// The Anthropic SDK: thinking and tools in one stream, and counted tokens.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';

import { WEATHER_INPUT, failure, startAnthropic } from './clients.mjs';
import { MODEL } from './world.mjs';

const TOOLS = [{ name: 'get_weather', description: 'The weather', input_schema: WEATHER_INPUT }];

const ask = (text) => ({ role: 'user', content: text });

test('a stream that thinks and calls a tool', async (t) => {
  const { client } = await startAnthropic(t);
  const question = {
    model: MODEL,
    max_tokens: 2048,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    tools: TOOLS,
    messages: [ask('What is the weather in Paris?')],
  };
  const stream = client.messages.stream(question);
  const kinds = [];
  const inputs = [];
  stream.on('streamEvent', (event) => {
    if (event.type === 'content_block_delta') kinds.push(event.delta.type);
  });
  stream.on('inputJson', (part) => inputs.push(part));
  const first = await stream.finalMessage();
  assert.ok(kinds.indexOf('thinking_delta') >= 0);
  assert.ok(kinds.indexOf('thinking_delta') < kinds.indexOf('input_json_delta'));
  assert.equal(first.stop_reason, 'tool_use');
  assert.deepEqual(
    first.content.map(({ type }) => type),
    ['thinking', 'tool_use'],
  );
  const [thought, use] = first.content;
  assert.ok(thought.thinking && thought.signature);
  assert.deepEqual(JSON.parse(inputs.join('')), { city: 'Paris' });
  assert.deepEqual(use.input, { city: 'Paris' });
  // Thoughts go back too: the vendor wants them.
  const result = { type: 'tool_result', tool_use_id: use.id, content: 'rain' };
  question.messages.push(
    { role: 'assistant', content: first.content },
    { role: 'user', content: [result] },
  );
  const second = await client.messages.stream(question).finalMessage();
  assert.deepEqual(
    second.content.map(({ type }) => type),
    ['thinking', 'text'],
  );
  assert.equal(second.content[1].text, 'The tool said: rain');
});

for (const model of ['claude-3-sonnet-20240229', 'claude-sonnet-4-5']) {
  test(`a model of Anthropic: ${model}`, async (t) => {
    const { client, world } = await startAnthropic(t);
    const question = { model, max_tokens: 64, messages: [ask('Hello')] };
    const { data, response } = await client.messages.create(question).withResponse();
    assert.equal(data.content.at(-1).text, 'You said: Hello');
    assert.equal(await client.messages.stream(question).finalText(), 'You said: Hello');
    const used = response.headers.get('x-flowkeep-model');
    const asked = (await world.entries()).filter(({ route }) => route === 'messages');
    assert.deepEqual(
      asked.map((entry) => entry.model),
      [used, used],
    );
  });
}

test('tokens are counted', async (t) => {
  const { client, world } = await startAnthropic(t);
  const count = async (text, more = {}) => {
    const messages = [ask(text)];
    return (await client.messages.countTokens({ model: MODEL, messages, ...more })).input_tokens;
  };
  const short = await count('Hello');
  assert.ok(short > 0);
  assert.ok((await count('Hello '.repeat(1000))) > short);
  assert.ok((await count('Hello', { tools: TOOLS })) > short);
  // Counted here: nothing is sent for it.
  const asked = (await world.entries()).filter(({ route }) => route.includes('messages'));
  assert.deepEqual(asked, []);
});

test('counting needs messages', async (t) => {
  const { client } = await startAnthropic(t);
  const asked = client.messages.countTokens({ model: MODEL, messages: 'Hello' });
  await failure(asked, Anthropic.BadRequestError);
});
