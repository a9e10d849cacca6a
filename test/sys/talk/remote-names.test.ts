/** Names of remote addresses, asked of a name server that a test answers for. */
import {expect, test} from '@jest/globals';
import dgram from 'node:dgram';
import {RemoteNames} from '../../../src/sys/talk/remote-names.js';

/** The labels of a name, each with its length (RFC 1035 section 3.1). */
const encoded = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')),
    Buffer.from([0]),
  ]);

async function server(
  name: string,
): Promise<{address: string; asked: () => number; close: () => void}> {
  let asked = 0;
  const socket = dgram.createSocket('udp4').on('message', (query, {port}) => {
    asked += 1;
    const data = encoded(name);
    const header = Buffer.from([query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const fixed = Buffer.from([0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 60, 0, data.length]);
    socket.send(Buffer.concat([header, question, fixed, data]), port, '127.0.0.1');
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked: () => asked,
    close: () => socket.close(),
  };
}

test.each([
  ['mx.example.net', 'mx.example.net'],
  ['a_b-c.example.net', 'a_b-c.example.net'],
  ['x y.example.net', undefined],
  ['\x1b[31m.example.net', undefined],
  ['-oQ.example.net', undefined],
])('the name %j is %j', async (name, expected) => {
  const {address, asked, close} = await server(name);
  const names = new RemoteNames([address]);
  expect([await names.of('192.0.2.25'), await names.of('192.0.2.25')]).toEqual([
    expected,
    expected,
  ]);
  // Asked once for both.
  expect(asked()).toBe(1);
  close();
});

test('a name server that is not there is no trouble', async () => {
  expect(await new RemoteNames(['127.0.0.1:1']).of('192.0.2.25')).toBeUndefined();
  expect(await new RemoteNames(['127.0.0.1:1']).of('no address')).toBeUndefined();
});
