/**
 * The last look and the hand-over, with real connections: what it finds in each state, and that a client which
 * resets at any moment after it is still known to the command.
 */
import {afterEach, describe, expect} from '@jest/globals';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';
import {connectionOf} from '../../../src/sys/greeting/connection.js';
import type {HandOver} from '../../../src/sys/greeting/hand-over.js';
import type {Look} from '../../../src/sys/greeting/last-look.js';
import {allPids, socketInodeAt} from '../../../src/sys/proc/links.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const test = whereAvailable({tools: ['perl']});
const newDir = tempDirs();
const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A client of ours, and our end of its connection, unread. */
async function connect(host = '127.0.0.1'): Promise<{client: net.Socket; server: net.Socket}> {
  const listener = net.createServer({pauseOnConnect: true, allowHalfOpen: true});
  servers.push(listener);
  listener.listen(0, host);
  await once(listener, 'listening');
  const client = net.connect({port: (listener.address() as net.AddressInfo).port, host});
  client.on('error', () => undefined);
  const [server] = (await once(listener, 'connection')) as [net.Socket];
  return {client, server};
}

/** Hands it to a program for perl. */
function hand(server: net.Socket, look: Look, program: string, ...words: string[]): HandOver {
  const connection = connectionOf(server);
  if (connection === undefined) throw new Error('no client');
  return lookNow(connection.hand(look, [perl, '-e', program, ...words], () => undefined));
}

function lookNow(handed: HandOver): HandOver {
  handed.look();
  return handed;
}

const perl = '/usr/bin/perl';
const greets = `use Socket; $| = 1; print "220 hello\\r\\n"; print scalar <STDIN>`;

async function heard(client: net.Socket): Promise<string> {
  let text = '';
  client.on('data', (data: Buffer) => (text += data.toString('latin1')));
  await once(client, 'close');
  return text;
}

describe('the last look finds', () => {
  for (const host of ['127.0.0.1', '::1'])
    test(`a silent client: it is handed over, ${host}`, async () => {
      const {client, server} = await connect(host);
      const text = heard(client);
      const handed = hand(server, 'silence', greets);
      client.once('data', () => client.write('EHLO x\r\n'));
      expect(await handed.verdict).toEqual({kind: 'handed'});
      expect(await handed.ended).toEqual([0, null]);
      expect(await text).toBe('220 hello\r\nEHLO x\r\n');
    });

  test('a client that spoke: 554, and the command never runs', async () => {
    const {client, server} = await connect();
    const text = heard(client);
    client.write('EHLO \x1b[2J\r\nMAIL\r\n');
    await until('the bytes are sent', () => client.writableLength === 0);
    const handed = hand(server, 'silence', 'exit 9');
    expect(await handed.verdict).toEqual({kind: 'early', said: 'EHLO ?[2J??MAIL'});
    expect(await text).toMatch(/^554 5\.5\.0 .*\r\n$/);
    expect((await handed.ended)[0]).not.toBe(9);
  });

  for (const leave of ['end', 'resetAndDestroy'] as const)
    test(`a client that left: ${leave}`, async () => {
      const {client, server} = await connect();
      const connection = connectionOf(server);
      client[leave]();
      await until('it is gone', () => client.destroyed || client.writableFinished);
      const handed = lookNow(connection!.hand('silence', ['/bin/false'], () => undefined));
      expect(await handed.verdict).toEqual({kind: 'left'});
    });

  test('a client that spoke, where only the peer matters: the command reads all of it', async () => {
    const {client, server} = await connect();
    const text = heard(client);
    client.write('EHLO early\r\n');
    const handed = hand(server, 'peer', greets);
    expect(await handed.verdict).toEqual({kind: 'handed'});
    expect(await text).toBe('220 hello\r\nEHLO early\r\n');
  });

  test('a client that spoke while the program waited for its turn', async () => {
    const {client, server} = await connect();
    const text = heard(client);
    const handed = connectionOf(server)!.hand('silence', ['/bin/false'], () => undefined);
    client.write('EHLO x\r\n');
    await until('the bytes are sent', () => client.writableLength === 0);
    handed.look();
    expect(await handed.verdict).toEqual({kind: 'early', said: 'EHLO x'});
    expect(await text).toMatch(/^554 5\.5\.0 .*\r\n$/);
  });

  test('no command: 421, and why', async () => {
    const {client, server} = await connect();
    const text = heard(client);
    const handed = lookNow(connectionOf(server)!.hand('silence', ['/no/such'], () => undefined));
    expect(await handed.verdict).toEqual({
      kind: 'failed',
      why: expect.stringContaining('/no/such: No such file'),
    });
    expect(await text).toMatch(/^421 4\.3\.2 /);
  });
});

/** Asks who its client is after so long, as a mailer that reads its configuration first. */
const asks = `use Socket; select undef, undef, undef, $ARGV[1]; open my $f, '>>', $ARGV[0];
  syswrite $f, (defined getpeername STDIN) ? "peer\\n" : "none\\n"; print "220 x\\r\\n"`;

test('a client that resets at any moment is known to the command, or the command never runs', async () => {
  const answers = join(newDir(), 'answers');
  const verdicts: string[] = [];
  for (let i = 0; i < 100; i++) {
    const {client, server} = await connect();
    const connection = connectionOf(server)!;
    // From before the look to after the question.
    const handed = connection.hand(
      'silence',
      [perl, '-e', asks, answers, '0.005'],
      () => undefined,
    );
    // At once, or when the program waits for its turn.
    const lookMs = (i % 2) * 40;
    setTimeout(() => handed.look(), lookMs);
    const resetMs = Math.max(0, lookMs - 5) + (i % 50) * 0.4;
    setTimeout(() => {
      client.write('MAIL FROM:<>\r\n');
      client.resetAndDestroy();
    }, resetMs);
    verdicts.push((await handed.verdict).kind);
    await handed.ended;
  }
  expect(new Set(verdicts)).toContain('handed');
  const said = fs.readFileSync(answers, 'utf8').trim().split('\n');
  expect(said.length).toBe(verdicts.filter((verdict) => verdict === 'handed').length);
  expect(said.filter((word) => word !== 'peer')).toEqual([]);
});

test('without the last look it is not known: the danger is there', async () => {
  const answers = join(newDir(), 'answers');
  const {client, server} = await connect();
  const child = spawn(perl, ['-e', asks, answers, '0.3'], {
    stdio: [server, server, 'ignore'],
  });
  server.destroy();
  client.resetAndDestroy();
  await once(child, 'exit');
  expect(fs.readFileSync(answers, 'utf8')).toBe('none\n');
});

/** The processes that have the socket. */
const holders = (inode: string): string[] =>
  allPids().filter((pid) => socketInodeAt(`/proc/${pid}/fd/0`) === inode);

test('once the command has spoken a reset is seen again', async () => {
  const {client, server} = await connect();
  const {fd} = (server as unknown as {readonly _handle: {readonly fd: number}})._handle;
  const inode = socketInodeAt(`/proc/self/fd/${fd}`) ?? '';
  const waits = `$| = 1; print "220 x\\r\\n"; exit 7 if !defined sysread(STDIN, my $b, 1) && $! == 104; exit 8`;
  const handed = hand(server, 'silence', waits);
  await once(client, 'data');
  expect(await handed.verdict).toEqual({kind: 'handed'});
  // The keeper of the filter has taken it away, and let go.
  await until('only the command has the connection', () => holders(inode).length === 1);
  client.resetAndDestroy();
  expect(await handed.ended).toEqual([7, null]);
});
