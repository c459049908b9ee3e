import assert from 'node:assert/strict';
import test from 'node:test';

import { packIco } from '../lib/icon-container.mjs';

test('each picture is found where the directory says', () => {
  const ico = packIco([
    { size: 16, png: Buffer.from('small') },
    { size: 256, png: Buffer.from('large picture') },
  ]);
  assert.deepEqual([ico.readUInt16LE(2), ico.readUInt16LE(4)], [1, 2]);
  const entry = (index) => ({
    size: ico.readUInt8(6 + 16 * index),
    length: ico.readUInt32LE(14 + 16 * index),
    at: ico.readUInt32LE(18 + 16 * index),
  });
  const bytes = ({ at, length }) => ico.subarray(at, at + length).toString();
  assert.deepEqual([entry(0).size, bytes(entry(0))], [16, 'small']);
  assert.deepEqual([entry(1).size, bytes(entry(1))], [0, 'large picture']);
});
