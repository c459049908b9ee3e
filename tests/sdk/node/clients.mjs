// The SDKs as a test uses them: a world of its own, no retries.
import assert from 'node:assert/strict';

import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

import { TOKEN, startWorld } from './world.mjs';

/** What a tool for the weather takes. */
export const WEATHER_INPUT = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
};

export async function startOpenAI(test, options) {
  const world = await startWorld(test, options);
  const client = new OpenAI({ baseURL: world.openaiBase, apiKey: TOKEN, maxRetries: 0 });
  return { world, client };
}

export async function startAnthropic(test, options) {
  const world = await startWorld(test, options);
  const client = new Anthropic({ baseURL: world.anthropicBase, apiKey: TOKEN, maxRetries: 0 });
  return { world, client };
}

/** The error, which must be of this class. */
export async function failure(promise, kind) {
  const error = await promise.then(
    () => assert.fail('it was answered'),
    (reason) => reason,
  );
  assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
  return error;
}
