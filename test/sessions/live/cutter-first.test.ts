/**
 * The process that is known to serve a client is ended before it is searched for; on real sockets and
 * processes. Any other process goes on.
 */
import {describe, expect, test} from '@jest/globals';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import {until} from '../../support/temp.js';
import {asUser, blocked, isAlive, Lane, other, prepareLanes, sendmailCopy} from './cutter-lane.js';

prepareLanes();

describe('the process that is known', () => {
  describeInNamespace('of a blocked client', 'default', (namespace) => {
    const connected = async (...become: string[]) => {
      const lane = new Lane(namespace);
      const relay = await lane.serve('0.0.0.0', 'fork', ...become);
      return {lane, relay, ...(await lane.connect('203.0.113.1', blocked, relay))};
    };

    test('gets its signal at once, and is logged once, with the others', async () => {
      const {lane, relay, guest, pid} = await connected();
      const first = {pid, client: blocked, networks: [blocked]};
      const cutter = lane.beginCut({first, cuts: [[blocked]]});
      const said = await lane.endOf(cutter);
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(
        new RegExp(`^notice cut ${blocked}: sendmail process ${pid}(?:, socket destroyed)?$`),
      );
      await until('its end', () => guest.output().includes('closed') && !isAlive(pid));
      const output = cutter.output();
      expect(output).toMatch(new RegExp(`^noted ${blocked}\nreleased\nfirst cut\n`));
      expect(relay.process.exitCode).toBeNull();
    });

    test('needs no block in force: also where nothing is searched for it ends, and is logged', async () => {
      const {lane, guest, pid} = await connected();
      const first = {pid, client: blocked, networks: [blocked], dies: true};
      expect(await lane.cut({first, cuts: []})).toEqual([
        `notice cut ${blocked}: sendmail process ${pid}`,
      ]);
      await until('its end', () => guest.output().includes('closed') && !isAlive(pid));
    });

    test.each([
      ['the client is exempt', {exempt: [blocked]}, {}],
      ['its block has ended', {ended: [blocked]}, {}],
      ['it is let through its block', {holes: [blocked]}, {networks: ['203.0.113.0/24']}],
      ['it is served at the port all the same', {served: {[blocked]: [25]}}, {}],
      ['it is at a submission port, where a user may pass the block', {submission: [25]}, {}],
      ['another client is blocked', {}, {networks: [other]}],
      ['it was shown for another client', {}, {client: other}],
      ['it is a later process with its number', {}, {later: -1}],
      ['a dry run', {settings: {dryRun: true}}, {}],
      ['no session is to be cut', {settings: {cutSessions: 'none'}}, {}],
      ['no process is to be ended', {settings: {cutSessions: 'sockets'}}, {}],
      ['it has another parent by now', {}, {parentPid: 1}],
      ['its block cannot be noted', {}, {diskRefuses: true}],
    ])('lives on: %s', async (_, terms, told) => {
      const {lane, guest, pid} = await connected();
      const first = {pid, client: blocked, networks: [blocked], dies: true, ...told};
      const cutter = lane.beginCut({...terms, first, cuts: []});
      expect(await lane.endOf(cutter)).toEqual([]);
      expect(cutter.output()).toContain('first left');
      expect([isAlive(pid), guest.output()]).toEqual([true, 'connected\n']);
    });

    test.each([
      ['another program with a sendmail child’s title', () => ['/usr/bin/perl']],
      ['a user’s process', () => [...asUser, sendmailCopy()]],
    ])('lives on: %s', async (_, become) => {
      const {lane, guest, pid} = await connected(...become());
      const first = {pid, client: blocked, networks: [blocked], dies: true};
      expect(await lane.cut({first, cuts: []})).toEqual([]);
      expect([isAlive(pid), guest.output()]).toEqual([true, 'connected\n']);
    });

    test('lives on: the listener, though it has the client’s socket', async () => {
      const lane = new Lane(namespace);
      const relay = await lane.serve('0.0.0.0', 'keep');
      await lane.connect('203.0.113.1', blocked, relay);
      const pid = relay.process.pid ?? 0;
      const first = {pid, client: blocked, networks: [blocked], dies: true};
      expect(await lane.cut({first, cuts: []})).toEqual([]);
      expect(relay.process.exitCode ?? relay.process.signalCode).toBeNull();
    });
  });
});
