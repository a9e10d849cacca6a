/** One GET: its bounds, and where it may lead. Servers at the loopback address answer. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createServer as createTlsServer} from 'node:https';
import net, {type AddressInfo} from 'node:net';
import {join} from 'node:path';
import {get, type GetBounds, type Got} from '../../../src/sys/contact/get.js';
import {rdapServer, type RdapServer, json, status} from '../../support/contact/rdap-server.js';
import {tempDirs} from '../../support/temp.js';

const tempDir = tempDirs();
let server: RdapServer;
beforeEach(async () => {
  server = await rdapServer();
});
afterEach(() => server.close());

const bounds = (more: Partial<GetBounds> = {}): GetBounds => ({
  ...{timeoutMs: 30_000, mostBytes: 100_000, mayReach: () => true},
  ...{stop: new AbortController().signal, ...more},
});
const at = (path: string, more?: Partial<GetBounds>): Promise<Got> =>
  get(`${server.base}${path}`, bounds(more));

test('an answer as it came', async () => {
  server.on('/x', json({a: 'ä'}, {expires: 'x', 'retry-after': '7', 'content-type': 'text/plain'}));
  expect(await at('x')).toEqual({
    ...{kind: 'reply', peer: '127.0.0.1'},
    reply: {
      ...{status: 200, location: undefined, retryAfter: '7', expires: 'x'},
      body: '{"a":"ä"}',
    },
  });
});

test.each([
  ['/y#part', 'y'],
  ['y?a=b', 'y?a=b'],
  ['https://other.example.net/z', 'https://other.example.net/z'],
  ['http://[', undefined],
])('a redirect to %s is not followed, but made whole', async (location, expected) => {
  server.on('/x', status(302, {location}));
  const got = await at('x');
  const whole =
    expected === undefined || expected.startsWith('https:') ? expected : server.base + expected;
  expect(got).toMatchObject({kind: 'reply', reply: {status: 302, location: whole, body: ''}});
  expect(server.asked).toHaveLength(1);
});

test('an answer of 5 MB is cut off and refused', async () => {
  let sent = 0;
  server.on('/x', (_, response) => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const more = (): void => {
      while (sent < 5_000_000 && !response.destroyed) {
        sent += piece.length;
        if (!response.write(piece)) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  const got = await at('x');
  expect(got).toEqual({kind: 'wrong', why: 'the answer is longer than 100000 bytes'});
});

test('a server that sends nothing, or stops in the middle, has a time', async () => {
  server.on('/silent', () => undefined);
  server.on('/slow', (_, response) => response.writeHead(200).write('{'));
  for (const path of ['silent', 'slow']) {
    expect(await at(path, {timeoutMs: 300})).toEqual({
      kind: 'silent',
      why: 'no answer within 0.3 s',
    });
  }
});

test('a connection that is cut, one that is refused, and an answer that is no HTTP', async () => {
  server.on('/cut', (request) => request.socket.destroy());
  expect((await at('cut')).kind).toBe('silent');
  expect((await get('http://127.0.0.1:1/', bounds())).kind).toBe('silent');
  const other = net.createServer((socket) => {
    socket
      .on('error', () => undefined)
      .resume()
      .end('220 mail ready\r\n');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const {port} = other.address() as AddressInfo;
  expect((await get(`http://127.0.0.1:${port}/`, bounds())).kind).toBe('silent');
  await new Promise((resolve) => other.close(resolve));
  expect((await get('no url', bounds())).kind).toBe('silent');
});

test('a header without end is refused', async () => {
  server.on('/x', (_, response) => response.writeHead(200, {x: 'y'.repeat(20_000)}).end('{}'));
  expect((await at('x')).kind).toBe('silent');
});

test('an address that may not be reached gets no connection, by number or by name', async () => {
  server.on('/x', json({}));
  const mayReach = (address: string): boolean => !/^(?:127\.|::1$)/.test(address);
  const {port} = new URL(server.base);
  for (const host of ['127.0.0.1', 'localhost', '127.1', '[::1]']) {
    const got = await get(`http://${host}:${port}/x`, bounds({mayReach}));
    expect([host, got.kind]).toEqual([host, 'wrong']);
  }
  expect(server.asked).toEqual([]);
  expect((await get(`http://localhost:${port}/x`, bounds())).kind).toBe('reply');
});

test('ends when it is stopped', async () => {
  const stop = new AbortController();
  server.on('/x', () => stop.abort());
  expect((await at('x', {stop: stop.signal})).kind).toBe('silent');
});

test('by https a certificate that nobody knows is refused', async () => {
  const folder = tempDir();
  const [key, certificate] = [join(folder, 'key'), join(folder, 'cert')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost'],
    ],
    {stdio: 'ignore'},
  );
  let asked = 0;
  const tls = createTlsServer(
    {key: readFileSync(key), cert: readFileSync(certificate)},
    (_, response) => {
      asked += 1;
      response.end('{}');
    },
  );
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  const {port} = tls.address() as AddressInfo;
  expect((await get(`https://localhost:${port}/`, bounds())).kind).toBe('silent');
  expect(asked).toBe(0);
  await new Promise((resolve) => tls.close(resolve));
});
