import {spawnSync} from 'node:child_process';
import {Readable} from 'node:stream';
import {gzipSync} from 'node:zlib';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {canUnpack, packingOf, unpack} from '../../../src/sys/disk/unpack.js';

const chunkBytes = 256;

async function unpacked(packed: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of unpack('gzip', packed, chunkBytes)) {
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

describe('unpack() of gzip', () => {
  test('gives the packed text, wherever the packed bytes are split', async () => {
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

  test('a stream that is no gzip is an error', async () => {
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
    const chunks = unpack('gzip', packed, chunkBytes);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads).toBe(0);
    expect((await chunks.next()).value?.toString()).toBe('a line\n');
  });
});

/** What each packs with; `-c` writes to the output. */
const packers = [
  ['xz', 'xz', ['-c']],
  ['xz', 'xz', ['-9c']],
  ['bzip2', 'bzip2', ['-c']],
  ['bzip2', 'bzip2', ['-1c']],
  ['zstd', 'zstd', ['-qc']],
  ['lz4', 'lz4', ['-qc']],
] as const;

const pack = (program: string, words: readonly string[], input: string | Buffer): Buffer =>
  spawnSync(program, words, {input, maxBuffer: 1 << 26}).stdout;

async function allOf(packed: Readable, packing: Parameters<typeof unpack>[0]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of unpack(packing, packed, chunkBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('unpack() by the program of', () => {
  const log = Array.from({length: 40_000}, (_, i) => `a line ${i} \xe9\n`).join('');

  test.each(packers)('%s, as %s %j packs', async (packing, program, words) => {
    if (!canUnpack(packing)) return void process.stderr.write(`skipped: needs ${program}\n`);
    for (const content of ['', 'a\n', log]) {
      const packed = pack(program, words, Buffer.from(content, 'latin1'));
      expect(packingOf(packed)).toBe(packing);
      const given = await allOf(inChunks(packed, 70_000), packing);
      expect(given.toString('latin1') === content).toBe(true);
    }
  });

  test.each(packers)('%s, cut off or spoilt: an error (%s %j)', async (packing, program, words) => {
    if (!canUnpack(packing)) return void process.stderr.write(`skipped: needs ${program}\n`);
    const packed = pack(program, words, log);
    const cut = packed.subarray(0, packed.length >> 1);
    await expect(allOf(inChunks(cut, 4096), packing)).rejects.toThrow(`packed by ${packing}`);
    const spoilt = Buffer.concat([cut, Buffer.alloc(cut.length, 0xaa)]);
    await expect(allOf(inChunks(spoilt, 4096), packing)).rejects.toThrow(`packed by ${packing}`);
  });

  test('a reader that stops in the middle leaves no program behind', async () => {
    if (!canUnpack('xz')) return void process.stderr.write('skipped: needs xz\n');
    const chunks = unpack('xz', inChunks(pack('xz', ['-c'], log.repeat(20)), 4096), chunkBytes);
    expect((await chunks.next()).done).toBe(false);
    const children = (): string =>
      spawnSync('pgrep', ['-P', String(process.pid), '-x', 'xz'], {encoding: 'utf8'}).stdout;
    await chunks.return(undefined);
    const endMs = Date.now() + 15_000;
    while (children() !== '' && Date.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(children()).toBe('');
  });
});

describe('packingOf()', () => {
  test.each([
    ['a line of a log', 'Nov 21 11:51:44 relay sm-mta[7]: x'],
    ['a text that begins as bzip2 does', 'BZh9 is no stamp'],
    ['nothing', ''],
    ['half of the bytes', '\xfd7zX'],
  ])('%s is not packed', (_, text) => {
    expect(packingOf(Buffer.from(text, 'latin1'))).toBeUndefined();
  });

  test('a zip archive is known, and refused', async () => {
    const head = Buffer.from('PK\x03\x04 and more');
    expect([packingOf(head), canUnpack('zip')]).toEqual(['zip', false]);
    await expect(allOf(inChunks(head, 4), 'zip')).rejects.toThrow('unpack it first');
  });

  test('a file that compress has packed is read by gzip', async () => {
    // `a\n` by compress(1).
    const packed = Buffer.from([0x1f, 0x9d, 0x90, 0x61, 0x14, 0x00]);
    expect(packingOf(packed)).toBe('compress');
    expect((await allOf(inChunks(packed, 10), 'compress')).toString()).toBe('a\n');
  });
});
