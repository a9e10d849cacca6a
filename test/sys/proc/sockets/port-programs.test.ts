/** Which programs take connections at a port, on this machine. */
import {afterAll, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import net from 'node:net';
import {programsAtPort} from '../../../../src/sys/proc/sockets/port-programs.js';

const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill()));

test.each(['127.0.0.1', '::'])('a program that listens at %s', async (host) => {
  const script = `require('net').createServer().listen(0, '${host}', function () { console.log(this.address().port) })`;
  const child = spawn(process.execPath, ['-e', script, 'blocksmtp', 'gate']);
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const found = await programsAtPort(Number(String(line)));
  expect(found).toMatchObject([{pid: child.pid, path: process.execPath}]);
  expect(found[0]?.words.slice(-3)).toEqual(['blocksmtp', 'gate', '']);
});

test('a port at which nobody listens', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  expect(await programsAtPort(port)).toEqual([]);
});
