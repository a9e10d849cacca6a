/** Which sighting belongs to which canary, and when a sighting names it. */
import {expect, test} from '@jest/globals';
import {parseAddress} from '../../src/net/address.js';
import type {Connection} from '../../src/outgoing/connection.js';
import {type Canary, coverageOf} from '../../src/outgoing/coverage.js';
import type {Owner} from '../../src/outgoing/owner.js';

const canary = (number: number): Canary => ({
  ...{pid: 100 + number, remote: `203.0.113.${number}`},
  ...{beganMs: 0, endedMs: 1, result: number === 5 ? 'failed' : 'connected'},
});
const told = (number: number, owner?: Partial<Owner>) => ({
  connection: {remote: parseAddress(`203.0.113.${number}`)} as Connection,
  ...(owner && {owner: {uid: -1, executable: '', ...owner} as Owner}),
});

test('each connection counts once, for the most that is known about it', () => {
  const canaries = [1, 2, 3, 4, 5].map(canary);
  const sightings = [
    told(1),
    told(2, {pid: 102}),
    told(2, {pid: 102, uid: 7}),
    told(3, {pid: 103, uid: 7, executable: '/usr/bin/perl'}),
    // The number of another process.
    told(4, {pid: 103, uid: 7, executable: '/usr/bin/perl'}),
    told(77, {pid: 105}),
  ];
  expect(coverageOf(canaries, sightings)).toEqual({
    ...{canaries: 5, connected: 4, seen: 4, withPid: 2, withUser: 2, withProgram: 1},
  });
});
