/** A clamd that is there, dead, slow, full, or gone in the middle: only a whole answer is a verdict. */
import fs from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';
import {afterEach, expect, test} from '@jest/globals';
import {mostScanBytes, scanFile} from '../../../src/sys/complained/clamd.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets) socket.destroy();
});

/** @param serve gets each connection */
async function clamd(path: string, serve: (socket: net.Socket) => void): Promise<void> {
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    serve(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

/** Answers when the stream has ended; tells what it got. */
function whole(answer: string, got: (body: Buffer) => void) {
  return (socket: net.Socket): void => {
    const parts: Buffer[] = [];
    socket.on('data', (part) => {
      parts.push(part);
      const all = Buffer.concat(parts);
      if (!all.subarray(-4).equals(Buffer.alloc(4))) return;
      got(all);
      socket.end(answer);
    });
  };
}

async function scanned(text: string | Buffer, socket: string, timeoutMs?: number) {
  const file = join(newDir(), 'message');
  fs.writeFileSync(file, text);
  const descriptor = fs.openSync(file, 'r');
  try {
    return await scanFile(socket, descriptor, timeoutMs);
  } finally {
    fs.closeSync(descriptor);
  }
}

test('the stream is what clamd expects, piece by piece, and nothing twice', async () => {
  const socket = join(newDir(), 's');
  let got: Buffer = Buffer.alloc(0);
  await clamd(
    socket,
    whole('stream: X FOUND\0', (all) => {
      got = all;
    }),
  );
  const text = Buffer.alloc(150_000, 'abc');
  expect(await scanned(text, socket)).toEqual({kind: 'found', name: 'X'});
  expect(got.subarray(0, 10).toString('latin1')).toBe('zINSTREAM\0');
  const body: Buffer[] = [];
  let at = 10;
  for (let length = got.readUInt32BE(at); length > 0; length = got.readUInt32BE(at)) {
    body.push(got.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  expect(Buffer.concat(body).equals(text)).toBe(true);
  expect(at + 4).toBe(got.length);
});

test('an empty message is one too', async () => {
  const socket = join(newDir(), 's');
  await clamd(
    socket,
    whole('stream: OK\0', () => undefined),
  );
  expect(await scanned('', socket)).toEqual({kind: 'clean'});
});

test.each([
  ['nobody listens', () => undefined, /ENOENT/],
  ['it says nothing', () => clamdSilent, /no answer in 0.2 s/, 200],
  [
    'it reads nothing',
    () => (socket: net.Socket) => void socket.pause(),
    /no answer in 0.2 s/,
    200,
  ],
  ['it closes at once', () => (socket: net.Socket) => void socket.destroy(), /closed|no verdict/],
  ['it gives half an answer', () => whole('stream: OK', () => undefined), /clamd says: stream: OK/],
  [
    'the stream is too long for it',
    () => (socket: net.Socket) =>
      void socket.once('data', () => socket.end('INSTREAM size limit exceeded. ERROR\0')),
    /size limit|closed/,
  ],
  [
    'it gives a verdict before it has seen all',
    () => (socket: net.Socket) =>
      void socket.once('data', () => {
        socket.write('stream: OK\0');
        socket.destroy();
      }),
    /closed|ECONN|no verdict/,
  ],
])('not scanned: %s', async (_, make, why, timeoutMs = 45_000) => {
  const socket = join(newDir(), 's');
  const serve = make();
  if (serve !== undefined) await clamd(socket, serve);
  const verdict = await scanned(Buffer.alloc(8_000_000, 'x'), socket, timeoutMs);
  expect(verdict).toMatchObject({kind: 'unscanned', why: expect.stringMatching(why)});
});

const clamdSilent = (socket: net.Socket): void => void socket.resume();

test('not scanned: the socket of one that was killed', async () => {
  const socket = join(newDir(), 's');
  fs.writeFileSync(socket, '');
  expect(await scanned('x', socket)).toMatchObject({kind: 'unscanned'});
});

test('not scanned: a file beyond the bound, which is not sent at all', async () => {
  const file = join(newDir(), 'large');
  fs.writeFileSync(file, '');
  fs.truncateSync(file, mostScanBytes + 1);
  const descriptor = fs.openSync(file, 'r');
  const verdict = await scanFile('/nowhere', descriptor);
  fs.closeSync(descriptor);
  expect(verdict).toEqual({kind: 'unscanned', why: 'larger than 128 MB'});
});
