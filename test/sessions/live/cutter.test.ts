/**
 * The cutter on real sockets and processes, in a network of its own: who is cut and who must not be,
 * and what it says where it cannot. The real sendmail is in `test/system/cut.test.ts`.
 */
import {describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import {type Child} from '../../support/child.js';
import {until} from '../../support/temp.js';
import {
  asUser,
  blocked,
  isAlive,
  Lane,
  other,
  place,
  prepareLanes,
  sendmailCopy,
} from './cutter-lane.js';

prepareLanes();

const ways = [
  ['IPv4', '0.0.0.0', '203.0.113.1', blocked, other],
  ['IPv6', '::', '2001:db8::1', '2001:db8::7', '2001:db8::8'],
  ['IPv4 on a socket for both', '::', '203.0.113.1', blocked, other],
] as const;

describe('the cutter', () => {
  describeInNamespace('cuts', 'default', (namespace) => {
    test.each(ways)('%s: the blocked one, and no other', async (_, host, to, guilty, innocent) => {
      const lane = new Lane(namespace);
      const relay = await lane.serve(host, 'fork');
      for (const cutSessions of ['sockets', 'processes', 'both']) {
        const one = await lane.connect(to, guilty, relay);
        const two = await lane.connect(to, innocent, relay);
        const said = await lane.cut({settings: {cutSessions}, cuts: [[guilty]]});
        await until('its end', () => one.guest.output().includes('closed'));
        if (cutSessions !== 'sockets') await until('its end', () => !isAlive(one.pid));
        expect(said).toEqual([expect.stringContaining(`notice cut ${guilty}: `)]);
        expect(said[0]?.includes(`process ${one.pid}`)).toBe(cutSessions !== 'sockets');
        expect(two.guest.output()).not.toContain('closed');
        expect(isAlive(two.pid)).toBe(true);
        expect(relay.process.exitCode).toBeNull();
      }
    });

    test('only after the state is saved: with the process goes the proof of its lines', async () => {
      const lane = new Lane(namespace);
      const relay = await lane.serve('0.0.0.0', 'fork');
      const {guest} = await lane.connect('203.0.113.1', blocked, relay);
      await lane.cut({cuts: [[other]]});
      expect(lane.saved).toEqual([]); // nothing to cut
      await lane.cut({cuts: [[blocked]]});
      expect(lane.saved).toEqual(['saved 1']);
      await until('its end', () => guest.output().includes('closed'));
    });

    test('all of a network, at most 256 in a call, logged in few lines; not an exempt client', async () => {
      const lane = new Lane(namespace);
      namespace.run('ip', ['route', 'add', 'local', '10.7.0.0/16', 'dev', 'lo']);
      const all = Array.from({length: 300}, (_, i) => `10.7.${i >> 8}.${i & 255}`);
      await lane.serve('0.0.0.0', 'keep');
      const guest = await lane.connectMany('10.7.9.9', all);
      const said = await lane.cut({cuts: [['10.7.0.0/16']], exempt: ['10.7.1.1']});
      const closed = (): string[] => guest.output().match(/\S+(?= closed)/g) ?? [];
      await until('their end', () => closed().length >= 299);
      expect(closed()).not.toContain('10.7.1.1');
      expect(said).toHaveLength(51);
      expect(said.at(-1)).toBe('notice cut 249 more clients');
    });

    test('no client in a hole of the blocked network', async () => {
      const lane = new Lane(namespace);
      namespace.run('ip', ['route', 'add', 'local', '10.8.0.0/24', 'dev', 'lo']);
      await lane.serve('0.0.0.0', 'keep');
      const guest = await lane.connectMany('10.8.0.99', ['10.8.0.1', '10.8.0.2', '10.8.0.3']);
      const said = await lane.cut({cuts: [['10.8.0.0/24']], holes: ['10.8.0.2']});
      const closed = (): string[] => guest.output().match(/\S+(?= closed)/g) ?? [];
      await until('their end', () => closed().length >= 2);
      expect(closed().sort()).toEqual(['10.8.0.1', '10.8.0.3']);
      expect(said).toHaveLength(2);
    });

    test('no client whose block has ended meanwhile', async () => {
      const lane = new Lane(namespace);
      const {guest, pid} = await lane.connect(
        blocked,
        blocked,
        await lane.serve('0.0.0.0', 'fork'),
      );
      expect(await lane.cut({cuts: [[blocked]], ended: [blocked]})).toEqual([]);
      expect([isAlive(pid), guest.output()]).toEqual([true, 'connected\n']);
    });

    test('nothing in a dry run, which only logs it', async () => {
      const lane = new Lane(namespace);
      const {guest, pid} = await lane.connect(
        blocked,
        blocked,
        await lane.serve('0.0.0.0', 'fork'),
      );
      const said = await lane.cut({settings: {dryRun: true}, cuts: [[blocked]]});
      expect(said).toEqual([`notice would cut ${blocked}: sendmail process ${pid}, socket`]);
      expect([isAlive(pid), guest.output()]).toEqual([true, 'connected\n']);
    });
  });

  describeInNamespace('a process that only looks like one to cut', 'default', (namespace) => {
    test.each([
      ['another program with a sendmail child’s title', () => ['/usr/bin/perl']],
      ['a user’s process with an inherited socket', () => [...asUser, sendmailCopy()]],
    ])('%s lives on', async (_, become) => {
      const lane = new Lane(namespace);
      const {pid} = await lane.connect(
        blocked,
        blocked,
        await lane.serve('0.0.0.0', 'fork', ...become()),
      );
      expect(await lane.cut({settings: {cutSessions: 'processes'}, cuts: [[blocked]]})).toEqual([]);
      expect(isAlive(pid)).toBe(true);
    });

    test('the listener lives on, though it has the client’s socket for a moment', async () => {
      const lane = new Lane(namespace);
      const relay = await lane.serve('0.0.0.0', 'keep');
      await lane.connect(blocked, blocked, relay);
      expect(await lane.cut({settings: {cutSessions: 'processes'}, cuts: [[blocked]]})).toEqual([]);
      expect(relay.process.exitCode ?? relay.process.signalCode).toBeNull();
    });

    test('a delivery to the blocked client’s own server lives on', async () => {
      const lane = new Lane(namespace);
      await lane.serve(blocked, 'keep');
      const delivery = lane.deliver(blocked, '203.0.113.1');
      await until('a connection', () => delivery.output().includes('connected'));
      expect(await lane.cut({cuts: [[blocked]]})).toEqual([]);
      expect(delivery.output()).toBe('connected\n');
    });
  });

  describeInNamespace('where it cannot cut', 'default', (namespace) => {
    const session = async (): Promise<{lane: Lane; guest: Child}> => {
      const lane = new Lane(namespace);
      const {guest} = await lane.connect(blocked, blocked, await lane.serve('0.0.0.0', 'keep'));
      return {lane, guest};
    };
    const thrice = {settings: {cutSessions: 'sockets'}, cuts: [[blocked], [blocked], [blocked]]};
    const once = (why: string): string[] => [expect.stringContaining(why) as unknown as string];

    test('logs once that it has no right', async () => {
      const {lane, guest} = await session();
      const powerless = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin'];
      expect(await lane.cut(thrice, ...powerless)).toEqual(once('CAP_NET_ADMIN'));
      expect(guest.output()).toBe('connected\n');
    });

    test('logs once that the kernel does not destroy sockets', async () => {
      const {lane} = await session();
      const said = await lane.cutWith(lane.script('exit 0'), thrice);
      expect(said).toEqual(once('CONFIG_INET_DIAG_DESTROY'));
    });

    test('an ss that lists without destroying, as it does without inet_diag, has destroyed nothing', async () => {
      const {lane} = await session();
      const listing = `echo 'ESTAB 0 0 203.0.113.7:25 203.0.113.7:4711'`;
      expect(await lane.cutWith(lane.script(listing), thrice)).toEqual(once('not destroyed'));
    });

    test('logs once that ss is missing, and the processes end all the same', async () => {
      const lane = new Lane(namespace);
      const {guest, pid} = await lane.connect(
        blocked,
        blocked,
        await lane.serve('0.0.0.0', 'fork'),
      );
      const said = await lane.cutWith('/dev/null', {cuts: [[blocked], [blocked]]});
      await until('its end', () => !isAlive(pid) && guest.output().includes('closed'));
      expect(said.filter((line) => line.startsWith('warning'))).toEqual(once('iproute2'));
      expect(said.filter((line) => line.startsWith('notice'))).toEqual([
        `notice cut ${blocked}: sendmail process ${pid}`,
      ]);
    });
  });

  describeInNamespace('a burst', 'default', (namespace) => {
    test('of a thousand blocks is one cut', async () => {
      const lane = new Lane(namespace);
      namespace.run('ip', ['route', 'add', 'local', '10.7.0.0/16', 'dev', 'lo']);
      const all = Array.from({length: 1000}, (_, i) => `10.7.${i >> 8}.${i & 255}`);
      await lane.serve('0.0.0.0', 'keep');
      const guest = await lane.connectMany('10.7.9.9', all.slice(0, 200));
      const counting = lane.script(`echo call >>${place('calls')}; exec ${place('ss')} "$@"`);
      await lane.cutWith(counting, {cuts: [], burst: all});
      await until('their end', () => (guest.output().match(/closed/g) ?? []).length === 200);
      expect(fs.readFileSync(place('calls'), 'utf8')).toBe('call\n');
    });
  });
});
