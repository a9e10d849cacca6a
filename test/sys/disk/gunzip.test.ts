import {Readable} from 'node:stream';
import {gzipSync} from 'node:zlib';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {gunzip} from '../../../src/sys/disk/gunzip.js';

const chunkBytes = 256;

async function unpacked(packed: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of gunzip(packed, chunkBytes)) {
    expect(chunk.length).toBeLessThanOrEqual(chunkBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The bytes in chunks of one size, as a file gives them. */
function inChunks(bytes: Buffer, size: number): Readable {
  const starts = Array.from({length: Math.ceil(bytes.length / size)}, (_, index) => index * size);
  return Readable.from(starts.map((start) => bytes.subarray(start, start + size)));
}

describe('gunzip()', () => {
  test('gives what was packed, wherever the packed bytes are split', async () => {
    const content = fc.uint8Array({maxLength: 2_000}).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(content, fc.integer({min: 1, max: 500}), async (bytes, size) => {
        const given = await unpacked(inChunks(gzipSync(bytes), size));
        expect(given.equals(bytes)).toBe(true);
      }),
    );
  });

  test('a packed stream that ends too early is an error', async () => {
    const packed = gzipSync('a line\n'.repeat(1_000));
    const half = inChunks(packed.subarray(0, packed.length / 2), 16);
    await expect(unpacked(half)).rejects.toThrow('unexpected end of file');
  });

  test('what is no gzip is an error', async () => {
    await expect(unpacked(Readable.from([Buffer.from('plain')]))).rejects.toThrow('header');
  });

  test('an error of the packed stream is its error', async () => {
    const packed = new Readable({read: () => packed.destroy(new Error('the disk fails'))});
    await expect(unpacked(packed)).rejects.toThrow('the disk fails');
  });

  test('reads nothing before it is asked', async () => {
    let reads = 0;
    const bytes = gzipSync('a line\n');
    const packed = new Readable({read: () => void packed.push(reads++ === 0 ? bytes : null)});
    const chunks = gunzip(packed, chunkBytes);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads).toBe(0);
    expect((await chunks.next()).value?.toString()).toBe('a line\n');
  });
});
