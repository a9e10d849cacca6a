/** What happens while the cutter searches: a block ends, or a connection is taken late. */
import {describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {lookAgainMs} from '../../../src/sessions/cut.js';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import type {Child} from '../../support/child.js';
import {sleep, until} from '../../support/temp.js';
import {blocked, isAlive, Lane, other, place, prepareLanes, sendmailCopy} from './cutter-lane.js';

prepareLanes();

describe('the cutter', () => {
  describeInNamespace('cuts', 'default', (namespace) => {
    test.each(['both', 'processes', 'sockets'])(
      'no client that is unblocked during the search: %s',
      async (cutSessions) => {
        const lane = new Lane(namespace);
        const relay = await lane.serve('0.0.0.0', 'fork');
        const one = await lane.connect(blocked, blocked, relay);
        const two = await lane.connect(blocked, other, relay);
        const lifted = {network: blocked, since: place('lifted'), atSave: true};
        const said = await lane.cut({settings: {cutSessions}, cuts: [[blocked, other]], lifted});
        await until('the end of the other', () => two.guest.output().includes('closed'));
        expect(said).toEqual([expect.stringContaining(`notice cut ${other}: `)]);
        expect([isAlive(one.pid), one.guest.output()]).toEqual([true, 'connected\n']);
      },
    );

    test('no client that is unblocked while sockets are destroyed, call after call', async () => {
      const lane = new Lane(namespace);
      namespace.run('ip', ['route', 'add', 'local', '10.7.0.0/16', 'dev', 'lo']);
      const all = Array.from({length: 300}, (_, i) => `10.7.${i >> 8}.${i & 255}`);
      await lane.serve('0.0.0.0', 'keep');
      const guest = await lane.connectMany('10.7.9.9', all);
      const lifted = {network: '10.7.0.0/16', since: place('called')};
      const tool = lane.script(`: >${lifted.since}; exec ${place('ss')} "$@"`);
      const said = await lane.cutWith(tool, {
        ...{settings: {cutSessions: 'sockets'}, cuts: [['10.7.0.0/16']], lifted},
      });
      expect(said.at(-1)).toBe('notice cut 206 more clients'); // of 256, the first call
      const closed = (): number => (guest.output().match(/closed/g) ?? []).length;
      await until('their end', () => closed() >= 256);
      expect(closed()).toBe(256);
    });
  });

  describeInNamespace('looks again', 'default', (namespace) => {
    const processes = {settings: {cutSessions: 'processes'}, cuts: [[blocked, other]]};
    const begin = async (lane: Lane, more: object = {}): Promise<Child> => {
      const cutter = lane.beginCut({...processes, stays: place('enough'), ...more});
      await until('a first look', () => cutter.output().includes('looked'));
      return cutter;
    };
    const end = (lane: Lane, cutter: Child): Promise<string[]> => {
      fs.writeFileSync(place('enough'), '');
      return lane.endOf(cutter);
    };
    const looks = (cutter: Child): number => (cutter.output().match(/^saved /gm) ?? []).length;

    test.each(['waits', 'hesitates'] as const)(
      'for a connection whose child comes late, as the listener %s',
      async (way) => {
        const lane = new Lane(namespace);
        const relay = await lane.serve('0.0.0.0', way);
        const guest = await lane.connectMany(blocked, [blocked]);
        if (way === 'hesitates') await until('it', () => relay.output().includes('taken'));
        const cutter = await begin(lane);
        relay.process.stdin.write('\n');
        await until('its end', () => guest.output().includes('closed'));
        const pid = /child (\d+)/.exec(relay.output())?.[1];
        expect(await end(lane, cutter)).toEqual([`notice cut ${blocked}: sendmail process ${pid}`]);
        expect(relay.process.exitCode ?? relay.process.signalCode).toBeNull();
      },
    );

    test('for no client that was unblocked meanwhile', async () => {
      const lane = new Lane(namespace);
      const relay = await lane.serve('0.0.0.0', 'waits');
      const one = await lane.connectMany(blocked, [blocked]);
      const two = await lane.connectMany(blocked, [other]);
      const lifted = {network: blocked, since: place('lifted')};
      const cutter = await begin(lane, {lifted});
      fs.writeFileSync(lifted.since, '');
      relay.process.stdin.write('\n');
      await until('the end of the other', () => two.output().includes('closed'));
      expect(await end(lane, cutter)).toEqual([expect.stringContaining(`notice cut ${other}: `)]);
      expect(one.output()).toBe('connected\n');
    });

    test('so often and no more, and logs a process only once', async () => {
      const lane = new Lane(namespace);
      const ignores = [sendmailCopy(), '-e', '$SIG{TERM} = "IGNORE";'];
      const relay = await lane.serve('203.0.113.1', 'fork', ...ignores);
      const {pid} = await lane.connect('203.0.113.1', blocked, relay);
      await lane.connect(other, blocked, await lane.serve(other, 'keep'));
      const cutter = await begin(lane, {hurry: 100});
      await until('all looks', () => looks(cutter) === 1 + lookAgainMs.length);
      await sleep(500); // another one would have come, by the measure of the last
      expect(looks(cutter)).toBe(1 + lookAgainMs.length);
      expect(await end(lane, cutter)).toEqual([`notice cut ${blocked}: sendmail process ${pid}`]);
    });
  });
});
