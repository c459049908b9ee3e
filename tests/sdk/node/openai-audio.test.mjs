// The OpenAI SDK: speech and transcriptions.
import assert from 'node:assert/strict';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';

import OpenAI, { toFile } from 'openai';

import { failure, startOpenAI } from './clients.mjs';

const COSY = 'FunAudioLLM/CosyVoice2-0.5B';
const SENSE = 'FunAudioLLM/SenseVoiceSmall';

function speak(client, more = {}) {
  return client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello', ...more });
}

async function bytesOf(answer) {
  return Buffer.from(await answer.arrayBuffer());
}

test("OpenAI's names", async (t) => {
  const { client, world } = await startOpenAI(t);
  const answer = await speak(client, { input: 'Hello, 世界', response_format: 'wav' });
  assert.equal(answer.headers.get('content-type'), 'audio/wav');
  assert.equal(answer.headers.get('x-flowkeep-model'), COSY);
  assert.equal((await bytesOf(answer)).subarray(0, 4).toString(), 'RIFF');
  const entry = await world.waitForEntry(({ route }) => route === 'audio/speech');
  assert.equal(entry.model, COSY);
  assert.equal(entry.work.speech_bytes, Buffer.byteLength('Hello, 世界'));
});

test("OpenAI's voices", async (t) => {
  const { client } = await startOpenAI(t);
  for (const voice of ['ash', 'coral', 'echo', 'fable', 'nova', 'onyx', 'sage', 'shimmer']) {
    const answer = await speak(client, { model: 'tts-1-hd', voice });
    assert.ok((await bytesOf(answer)).length > 0, voice);
  }
});

test('a voice of the vendor', async (t) => {
  const { client } = await startOpenAI(t);
  const answer = await speak(client, {
    model: COSY,
    voice: `${COSY}:anna`,
    response_format: 'opus',
  });
  assert.equal((await bytesOf(answer)).subarray(0, 4).toString(), 'OggS');
});

test('speech is streamed to a file', async (t) => {
  const { client } = await startOpenAI(t);
  const folder = mkdtempSync(path.join(tmpdir(), 'flowkeep-speech-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const target = path.join(folder, 'speech.mp3');
  const input = 'Hello '.repeat(500);
  const streamed = await speak(client, { input });
  await pipeline(Readable.fromWeb(streamed.body), createWriteStream(target));
  const whole = await bytesOf(await speak(client, { input }));
  assert.ok(whole.length > 0);
  assert.deepEqual(readFileSync(target), whole);
});

test('hanging up ends the speech', async (t) => {
  const { client, world } = await startOpenAI(t);
  const model = 'sim/sse:20000:5000:800';
  const answer = await speak(client, { model, voice: `${COSY}:anna` });
  const reader = answer.body.getReader();
  assert.equal((await reader.read()).done, false);
  await reader.cancel();
  const entry = await world.waitForEntry((one) => one.model === model && one.ended);
  assert.notEqual(entry.client_closed_at_ms, null);
  assert.equal(entry.completed, false);
});

test("a voice of one's own", async (t) => {
  const { client, world } = await startOpenAI(t);
  const audio = 'data:audio/wav;base64,UklGRg==';
  const sample = { model: COSY, customName: 'mine', text: 'Hello', audio };
  const { uri } = await (await world.post('/v1/uploads/audio/voice', sample)).json();
  for (let n = 0; n < 6; n += 1) {
    assert.ok((await bytesOf(await speak(client, { model: COSY, voice: uri }))).length > 0);
  }
  const asked = (await world.entries()).filter(({ touched }) => touched.length > 0);
  assert.equal(asked.length, 7);
  assert.equal(new Set(asked.map(({ account }) => account)).size, 1);
});

for (const wrong of [
  { voice: `${COSY}:nobody` },
  { voice: 'speech:mine:nobody:hasit' },
  { response_format: 'flac' },
  { speed: 9 },
  { model: 'no/such' },
]) {
  test(`what cannot be said: ${JSON.stringify(wrong)}`, async (t) => {
    const { client } = await startOpenAI(t);
    const error = await failure(speak(client, wrong), OpenAI.BadRequestError);
    assert.match(error.headers.get('content-type'), /^application\/json/);
  });
}

for (const model of ['whisper-1', SENSE]) {
  test(`transcription by ${model}`, async (t) => {
    const { client, world } = await startOpenAI(t);
    const file = await toFile(Buffer.alloc(96_000), 'speech.wav', { type: 'audio/wav' });
    const heard = await client.audio.transcriptions.create({ model, file });
    assert.equal(heard.text, 'Heard 96000 bytes.');
    const entry = await world.waitForEntry(({ route }) => route === 'audio/transcriptions');
    assert.equal(entry.model, SENSE);
    assert.equal(entry.uploads[0].file_name, 'speech.wav');
    assert.equal(entry.uploads[0].bytes, 96_000);
  });
}

test('a transcription by an unknown model', async (t) => {
  const { client } = await startOpenAI(t);
  const file = await toFile(Buffer.alloc(100), 'speech.wav');
  const asked = client.audio.transcriptions.create({ model: 'no/such', file });
  await failure(asked, OpenAI.BadRequestError);
});
