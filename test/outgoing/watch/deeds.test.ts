/** The deeds after each report of the observer, and their order. No process is looked at. */
import {expect, test} from '@jest/globals';
import {durationText} from '../../../src/base/duration.js';
import type {Connection} from '../../../src/outgoing/connection.js';
import {
  mostDestinations,
  mostPrograms,
  mostProgramsOfUser,
} from '../../../src/outgoing/warn/limits.js';
import {
  type Deed,
  deedsOf,
  type Moment,
  WatchMemory,
  type WatchRules,
  type WatchSettings,
} from '../../../src/outgoing/watch/deeds.js';
import type {Observation} from '../../../src/outgoing/watch/observation.js';
import {network} from '../../net/samples.js';
import {connection, connectionTo, seenTo, startMs} from '../samples.js';

const rulesOf = (settings: Partial<WatchSettings> = {}): WatchRules => ({
  settings: {
    ...{outbound: 'hold', outboundInterval: 10, allowedDestinations: [], warnInterval: 3600},
    ...settings,
  },
  network: connection.network,
});
const moment = (passedMs = 0): Moment => ({
  nowMs: startMs + passedMs,
  monotonicMs: 1000 + passedMs,
});
const held = {phase: 'opening'} as const;

/** A connection of the sample program, which is not allowed. */
const seen = (
  changed: Partial<Connection> = {},
  standing: 'allowed' | 'perhaps' | 'other' = 'other',
  remote = '203.0.113.9',
): Extract<Observation, {kind: 'sighting'}> => ({
  kind: 'sighting',
  sighting: {...seenTo(remote), connection: connectionTo(remote, changed)},
  standing,
});
const looked = (
  connections: readonly Connection[],
  beganMs: number,
): Extract<Observation, {kind: 'looked'}> => ({
  ...{kind: 'looked', scope: 'own', beganMs, connections},
  extent: 'all',
});
const kinds = (deeds: readonly Deed[]): string[] => deeds.map(({kind}) => kind);

test.each([
  ['it may not, and waits', 'hold', 'other', held, ['count', 'release', 'warn']],
  ['it may, and waits', 'hold', 'allowed', held, ['count', 'release']],
  ['it perhaps may, and waits', 'hold', 'perhaps', held, ['count', 'release']],
  ['it waits no longer', 'hold', 'other', {phase: 'open'}, ['count', 'warn']],
  ['it has ended', 'hold', 'other', {phase: 'ended', inode: '0'}, ['count', 'warn']],
  ['another network', 'hold', 'other', {...held, network: 'net:[1]'}, ['count', 'warn']],
  ['no local port yet', 'hold', 'other', {...held, localPort: 0}, ['count', 'warn']],
  ['nothing is held', 'reject', 'other', held, ['count', 'warn']],
  ['only warnings', 'warn', 'other', held, ['count', 'warn']],
  ['only warnings, it may', 'warn', 'allowed', held, ['count']],
  ['only warnings, it perhaps may', 'warn', 'perhaps', held, ['count']],
  ['only looking', 'observe', 'other', held, ['count']],
] as const)('a sighting: %s (%s, %s)', (_, outbound, standing, changed, expected) => {
  const rules = rulesOf({outbound});
  const observation = seen(changed, standing);
  const deeds = deedsOf(observation, rules, new WatchMemory(), moment());
  expect(kinds(deeds)).toEqual(expected);
  expect(deeds[0]).toEqual({kind: 'count', sighting: observation.sighting, standing});
  const released = deeds.flatMap((deed) => (deed.kind === 'release' ? deed.connection : []));
  expect(released.every((each) => each === observation.sighting.connection)).toBe(true);
});

test('an allowed destination counts as allowed for every program, and the connection is released', () => {
  const rules = rulesOf({allowedDestinations: [network('203.0.113.0/24')]});
  const observation = seen(held, 'other');
  const deeds = deedsOf(observation, rules, new WatchMemory(), moment());
  expect(deeds).toEqual([
    {kind: 'count', sighting: observation.sighting, standing: 'allowed'},
    {kind: 'release', connection: observation.sighting.connection},
  ]);
  const other = seen(held, 'other', '198.51.100.9');
  expect(kinds(deedsOf(other, rules, new WatchMemory(), moment()))).toContain('warn');
});

test('each is counted and released; a program and a destination have one warning in an interval', () => {
  const [rules, memory] = [rulesOf(), new WatchMemory()];
  const take = (passedMs: number): readonly Deed[] =>
    deedsOf(seen(held), rules, memory, moment(passedMs));
  expect(take(0).at(-1)).toMatchObject({kind: 'warn', times: 1});
  expect(kinds(take(1))).toEqual(['count', 'release']);
  expect(kinds(take(3_599_999))).toEqual(['count', 'release']);
  expect(take(3_600_000).at(-1)).toMatchObject({kind: 'warn', times: 3});
});

test('the clock that may be set decides on warnings, the other one on releases', () => {
  const [rules, memory] = [rulesOf(), new WatchMemory()];
  deedsOf(seen(held), rules, memory, {nowMs: startMs, monotonicMs: 1000});
  const setBack = {nowMs: startMs - 1, monotonicMs: 2000};
  expect(kinds(deedsOf(seen(held), rules, memory, setBack))).toEqual(['count', 'release', 'warn']);
  const after = {nowMs: 0, monotonicMs: 2002};
  expect(kinds(deedsOf(looked([], 2001), rules, memory, after))).toEqual(['withdraw', 'noteLook']);
});

const addition = (what: string, interval: number): string =>
  `outgoing: more of ${what} is counted only, for ${durationText(interval)} (blocksmtp senders)`;

test.each([
  ['this program', mostDestinations, (i: number) => seenTo(`198.51.100.${i}`)],
  [
    'programs of this user',
    mostProgramsOfUser,
    (i: number) => seenTo('203.0.113.9', {executable: `/srv/${i}`}),
  ],
  ['whatever programs', mostPrograms, (i: number) => seenTo('203.0.113.9', {uid: 1000 + i})],
])('the last warning of %s says that there may be more', (what, most, sightingOf) => {
  const [rules, memory] = [rulesOf({warnInterval: 7200}), new WatchMemory()];
  const additions = Array.from({length: most + 3}, (_, i) => {
    const sighting = sightingOf(i);
    const deeds = deedsOf({kind: 'sighting', sighting, standing: 'other'}, rules, memory, moment());
    return deeds.flatMap((deed) => (deed.kind === 'warn' ? (deed.addition ?? 'none') : []));
  }).flat();
  const expected = Array<string>(most).fill('none');
  expected[most - 1] = addition(what, 7200);
  expect(additions).toEqual(expected);
});

test('a look: a waiting connection is released again, and one that waits no longer is withdrawn', () => {
  const [rules, memory] = [rulesOf(), new WatchMemory()];
  const [one, other] = [seen({...held, localPort: 1}), seen({...held, localPort: 2})];
  deedsOf(one, rules, memory, moment(0));
  deedsOf(other, rules, memory, moment(1));
  const third = connectionTo('203.0.113.9', {...held, localPort: 3});
  const open = {...one.sighting.connection, phase: 'open'} as const;
  const own = [open, other.sighting.connection, third];
  expect(deedsOf(looked(own, 1002), rules, memory, moment(5))).toEqual([
    {kind: 'withdraw', connection: one.sighting.connection},
    {kind: 'release', connection: other.sighting.connection},
    {kind: 'release', connection: third},
    {kind: 'noteLook', monotonicMs: 1005},
  ]);
  // Each release is withdrawn once, including that of the third, which only a look has seen.
  expect(deedsOf(looked([], 1006), rules, memory, moment(7))).toEqual([
    {kind: 'withdraw', connection: other.sighting.connection},
    {kind: 'withdraw', connection: third},
    {kind: 'noteLook', monotonicMs: 1007},
  ]);
  expect(kinds(deedsOf(looked([], 1008), rules, memory, moment(9)))).toEqual(['noteLook']);
});

test('a connection released since a look began may be missing in it, and stays released', () => {
  const [rules, memory] = [rulesOf(), new WatchMemory()];
  deedsOf(seen(held), rules, memory, moment(5));
  expect(kinds(deedsOf(looked([], 1005), rules, memory, moment(6)))).toEqual(['noteLook']);
  const part = {...looked([], 1006), extent: 'part'} as Observation;
  expect(kinds(deedsOf(part, rules, memory, moment(7)))).toEqual(['noteLook']);
  expect(kinds(deedsOf(looked([], 1006), rules, memory, moment(7)))).toContain('withdraw');
});

test('a look at all networks releases nothing', () => {
  const memory = new WatchMemory();
  deedsOf(seen(held), rulesOf(), memory, moment());
  const deeds = deedsOf({kind: 'looked', scope: 'all'}, rulesOf(), memory, moment(9));
  expect(deeds).toEqual([{kind: 'sweep'}]);
});

test('the reason why the kernel does not report is logged when it changes', () => {
  const [rules, memory] = [rulesOf(), new WatchMemory()];
  const take = (observation: Observation): readonly Deed[] =>
    deedsOf(observation, rules, memory, moment());
  const without = (why: string): Observation => ({kind: 'source', hears: 'tables', why});
  const deed = (why: string): Deed => ({
    ...{kind: 'say', level: 'notice'},
    message: `outgoing: the kernel tells of no connections (${why}): who connects and is gone within 10s is not seen`,
  });
  expect(take({kind: 'source', hears: 'events'})).toEqual([]);
  expect(take(without('no tracefs'))).toEqual([deed('no tracefs')]);
  expect(take(without('no tracefs'))).toEqual([]);
  expect(take({kind: 'source', hears: 'events'})).toEqual([]);
  expect(take(without('no tracefs'))).toEqual([]);
  expect(take(without('the trace has ended'))).toEqual([deed('the trace has ended')]);
  expect(take(without('no tracefs'))).toEqual([deed('no tracefs')]);
});
