/** The table of `watch`: its columns stand still, and what is cut keeps what tells the most. */
import {expect, test} from '@jest/globals';
import {cells, line} from '../../../src/cli/commands/watch.js';
import type {Owner, Sighting} from '../../../src/outgoing/owner.js';
import {goneOwner} from '../../../src/sys/proc/owners.js';
import {bareSighting, connection, connectionTo, sightingOf} from '../../outgoing/samples.js';

const starts = [0, 16, 30, 39, 49, 83, 125, 151, 177];
const cellsOf = (sighting: Sighting, name?: string): string[] => {
  const row = line(cells(sighting, name)).trimEnd();
  return starts.map((start, i) => row.slice(start, starts[i + 1]).trimEnd());
};

test('a text that fits stays as it is', () => {
  expect(cellsOf(sightingOf(), 'mx.example').slice(1)).toEqual([
    ...['www-data', '4711', 'certain', '203.0.113.9:25 mx.example', '/usr/bin/perl /tmp/x.pl'],
    ...['/tmp', '/usr/sbin/apache2 (4700)', 'unit apache2.service'],
  ]);
});

test('a text that does not fit is cut, and moves nothing', () => {
  const long: Partial<Owner> = {
    user: 'systemd-timesync',
    script: `/srv/${'customers/'.repeat(10)}x.pl`,
    directory: `/srv/${'customers/'.repeat(10)}up`,
    parents: [{pid: 4_194_303, startTicks: 1, program: '/usr/lib/postfix/sbin/master'}],
  };
  const [, ...rest] = cellsOf(sightingOf(long), `mx.${'a'.repeat(200)}.example`);
  expect(rest).toEqual([
    ...['sy...imesync', '4711', 'certain', '203.0.113.9:25 mx.aaaaaaaaaaa...'],
    ...[expect.stringMatching(/^\/usr\/bin\/perl \/srv\/.*\.\.\.\/x\.pl$/)],
    ...[expect.stringMatching(/^\/srv\/cust.*\.\.\.\/up$/), '/usr/...master (4194303)'],
    ...['unit apache2.service'],
  ]);
});

test('an address that is too long keeps both ends', () => {
  const remote = '2001:db8:1111:2222:3333:4444:5555:6666';
  const sighting = {...sightingOf(), connection: connectionTo(remote)};
  expect(cellsOf(sighting, 'mx.example')[4]).toBe('[2001:d...333:4444:5555:6666]:25');
});

test('an unknown user has no name', () => {
  const left = {...connection, inode: '0', uid: 0};
  const unknown: Sighting = {...bareSighting, connection: left, sureness: 'unknown'};
  const gone: Sighting = {...unknown, sureness: 'gone', owner: goneOwner(4711, 'perl', 1)};
  expect(cellsOf(unknown).slice(1, 4)).toEqual(['-', '-', 'unknown']);
  expect(cellsOf(gone).slice(1, 6)).toEqual(['-', '4711', 'gone', '203.0.113.9:25', 'perl']);
  expect(cellsOf(bareSighting)[1]).toBe('33');
});
