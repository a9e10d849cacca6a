/** What happens while the cutter searches: a client is let go, or a connection is taken late. */
import {describe, expect, test} from '@jest/globals';
import {describeInNamespace} from '../firewall/namespace.js';
import {until} from '../sys/support/temp.js';
import {blocked, isAlive, Lane, other, place, prepareLanes} from './support/cutter-lane.js';

prepareLanes();

describe('the cutter', () => {
  describeInNamespace('cuts', 'default', (namespace) => {
    test.each(['both', 'processes', 'sockets'])(
      'nobody who is let go during the search: %s',
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

    test('nobody who is let go while sockets are destroyed, call after call', async () => {
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
});
