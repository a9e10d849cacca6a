/** A log that is there already, in whatever wrapping: pieces of whole lines, and every byte of them. */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterAll, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {longestLineBytes} from '../../../src/base/bytes.js';
import {canUnpack} from '../../../src/sys/disk/unpack.js';
import {openLogInput, pieceBytes} from '../../../src/sys/follow/log-input.js';

const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-input-'));
afterAll(() => rmSync(folder, {recursive: true}));

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A piece is overwritten by the next one, so each is taken out at once. */
async function piecesOf(path: string, room?: Uint8Array): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of openLogInput(path, room).pieces) pieces.push(piece.toString('latin1'));
  return pieces;
}

const line = (i: number): string => `line ${i} ${'x'.repeat(i % 200)}\n`;
const long = Array.from({length: 30_000}, (_, i) => line(i)).join('');

describe('openLogInput() gives all of', () => {
  test.each([
    ['a file of several pieces', 'plain.log', long, long],
    ['a packed one', 'packed.gz', gzipSync(long), long],
    [
      'packed ones behind one another',
      'members.gz',
      Buffer.concat([gzipSync('a\nb'), gzipSync('c\n'), gzipSync(long)]),
      `a\nbc\n${long}`,
    ],
    ['a packed one of another name', 'packed.log', gzipSync('a\n'), 'a\n'],
    ['one without a newline at the end', 'open.log', 'a\nb', 'a\nb'],
    ['a packed one without a newline at the end', 'open.gz', gzipSync('a\nb'), 'a\nb'],
    ['an empty one', 'empty.log', '', ''],
    ['nothing, packed', 'empty.gz', gzipSync(''), ''],
    ['one byte', 'one.log', 'a', 'a'],
    [
      'bytes of any kind',
      'binary.log',
      Buffer.from([0, 255, 10, 128, 13, 10, 0]),
      '\0\xff\n\x80\r\n\0',
    ],
  ])('%s', async (_, name, content, expected) => {
    const pieces = await piecesOf(file(name, content));
    expect(pieces.join('') === expected).toBe(true);
    for (const piece of pieces.slice(0, -1)) expect(piece.endsWith('\n')).toBe(true);
  });

  test('a named pipe', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', 'printf "a\\nb\\nc" > "$0"', path]);
    expect((await piecesOf(path)).join('')).toBe('a\nb\nc');
    writer.kill();
  });

  test('lines of any length, in a buffer of the caller; of one too long at least so much', async () => {
    const known = (text: string): string[] =>
      text.split('\n').map((each) => (each.length > longestLineBytes ? 'too long' : each));
    const room = new Uint8Array(2 * pieceBytes);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3 * longestLineBytes), {maxLength: 60}),
        fc.boolean(),
        async (lengths, isPacked) => {
          const text = lengths.map((length) => 'x'.repeat(length)).join('\n');
          const path = file('any', isPacked ? gzipSync(text) : text);
          expect(known((await piecesOf(path, room)).join(''))).toEqual(known(text));
        },
      ),
      {numRuns: 20},
    );
  });
});

describe('openLogInput() reads what other packers make', () => {
  test.each([
    ['xz', 'xz', '-c'],
    ['bzip2', 'bzip2', '-c'],
    ['zstd', 'zstd', '-qc'],
  ] as const)('%s, whatever its name is, and through a pipe', async (packing, program, word) => {
    if (!canUnpack(packing)) return void process.stderr.write(`skipped: needs ${program}\n`);
    const packed = spawnSync(program, [word], {input: long}).stdout;
    const path = file('packed.log', packed);
    expect((await piecesOf(path)).join('') === long).toBe(true);
    const pipe = join(folder, `pipe-${packing}`);
    execFileSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', 'cat "$0" > "$1"', path, pipe]);
    expect((await piecesOf(pipe)).join('') === long).toBe(true);
    writer.kill();
    const half = file('half.log', packed.subarray(0, packed.length >> 1));
    await expect(piecesOf(half)).rejects.toThrow(half);
  });

  test('gzip through a pipe too', async () => {
    const path = file('piped.gz', gzipSync('a\nb'));
    const pipe = join(folder, 'pipe-gzip');
    execFileSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', 'cat "$0" > "$1"', path, pipe]);
    expect((await piecesOf(pipe)).join('')).toBe('a\nb');
    writer.kill();
  });

  test('a zip archive is refused, by its name', async () => {
    const path = file('archive.log', 'PK\x03\x04 and more');
    await expect(piecesOf(path)).rejects.toThrow(`${path}: it is a zip archive: unpack it first`);
  });
});

describe('openLogInput() is bounded', () => {
  test.each(['plain', 'packed'])(
    'a line without end is kept as far as shows that, %s',
    async (how) => {
      const text = `a\n${'x'.repeat(5 * pieceBytes)}\nb\n`;
      const pieces = await piecesOf(file(how, how === 'plain' ? text : gzipSync(text)));
      const read = pieces.join('').split('\n');
      expect([read[0], read[2], read[3]]).toEqual(['a', 'b', '']);
      expect(read[1]?.length).toBeGreaterThan(longestLineBytes);
      expect(Math.max(...pieces.map(({length}) => length))).toBeLessThan(
        pieceBytes + 2 * longestLineBytes,
      );
    },
  );
});

describe('openLogInput() refuses', () => {
  test('a directory', () => {
    mkdirSync(join(folder, 'directory'));
    const path = join(folder, 'directory');
    expect(() => openLogInput(path)).toThrow(`${path}: expected a file, found a directory`);
  });

  test('a missing file, by its name', () => {
    expect(() => openLogInput(join(folder, 'none'))).toThrow(join(folder, 'none'));
  });

  test.each([
    ['cut off', gzipSync(long).subarray(0, 5000)],
    ['spoilt', Buffer.concat([gzipSync(long).subarray(0, 5000), Buffer.alloc(5000, 0xaa)])],
    ['cut off in its head', gzipSync(long).subarray(0, 5)],
  ])('a packed file that is %s, by its name', async (name, content) => {
    const path = file(name, content);
    await expect(piecesOf(path)).rejects.toThrow(path);
  });
});

test('the facts of a file: its name, size, last change, and how far it was read', async () => {
  const path = file('known.log', 'a\nb\n');
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  const input = openLogInput(path);
  expect([input.name, input.sizeBytes, input.changedMs]).toEqual([path, 4, 1_700_000_000_000]);
  expect(input.readBytes()).toBe(0);
  for await (const piece of input.pieces) expect(piece).toHaveLength(4);
  expect(input.readBytes()).toBe(4);
});
