/** The socket tables on the real kernel: when they are read again, and when what was read is as good. */
import {afterEach, beforeEach, expect, jest} from '@jest/globals';
import type {Connection} from '../../../src/outgoing/connection.js';
import {believedMs, Outgoing, type Seen} from '../../../src/sys/outgoing/outgoing.js';
import {networkOfProcess} from '../../../src/sys/proc/links.js';
import {openSenders, remote, type Senders} from '../../outgoing/live/senders.js';
import {until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const test = whereAvailable({
  root: true,
  tools: ['unshare', 'nsenter', 'setpriv', 'ip', 'perl'],
  works: ['unshare', '--net', 'true'],
});
const port = 2627;
let senders: Senders;
let outgoing: Outgoing;
let network = '';

beforeEach(async () => {
  senders = await openSenders(port);
  const {pid = 0} = senders.start(4711, 'sleep', ['60']);
  await until('its network', () => {
    network = networkOfProcess(pid);
    return network !== '' && network !== networkOfProcess(process.pid);
  });
  outgoing = new Outgoing([port]);
});
afterEach(() => {
  jest.restoreAllMocks();
  senders.close();
});

/** To an address that nobody has it goes on opening until the neighbour is given up, after 3 s. */
const connect = (address: string): void => {
  const how = address === remote[4] ? '' : 'Blocking => 0';
  const script = `use IO::Socket::IP;
    $socket = IO::Socket::IP->new(PeerHost => '${address}', PeerPort => ${port}, ${how}); sleep 60`;
  senders.start(4711, 'perl', ['-e', script]);
};

/** What is known of that network, where there is anything. */
const look = async (): Promise<Seen | undefined> => {
  const all = await outgoing.look('all');
  return all.find((seen) => connectionsOf(seen).length > 0);
};
const connectionsOf = (seen: Seen | undefined): readonly Connection[] =>
  seen?.kind === 'connections' ? seen.connections.filter((each) => each.network === network) : [];
const countIs = async (count: number): Promise<void> =>
  until(`${count}`, async () => connectionsOf(await look()).length === count, undefined, 50);

test('while nothing is opened no table is read again, and a new connection is seen at the next look', async () => {
  await countIs(0);
  connect(remote[4]);
  await countIs(1);
  await until('it is open', async () => connectionsOf(await look())[0]?.phase === 'open');
  const first = await look();
  // The very same: it was not read.
  expect(await look()).toBe(first);
  connect(remote[4]);
  await countIs(2);
  expect(await outgoing.around(process.pid)).not.toBe(await look());
});

test('a connection that is opening is looked at each time', async () => {
  connect('192.0.2.99');
  await countIs(1);
  const first = await look();
  expect(connectionsOf(first)).toMatchObject([{phase: 'opening'}]);
  const second = await look();
  expect(second).not.toBe(first);
  expect(connectionsOf(second)).toEqual(connectionsOf(first));
});

test('a table that was read is believed for a while only', async () => {
  connect(remote[4]);
  await until('it is open', async () => connectionsOf(await look())[0]?.phase === 'open');
  const first = await look();
  const now = performance.now();
  const clock = jest.spyOn(performance, 'now').mockReturnValue(now + believedMs - 1000);
  expect(await look()).toBe(first);
  clock.mockReturnValue(now + believedMs);
  expect(await look()).not.toBe(first);
});
