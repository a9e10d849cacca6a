/** Which proof the guard asks for, of blame and of credit alike. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {Guard} from '../../src/guard/guard.js';
import {askNobody} from '../../src/guard/joining.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {emptyState} from '../../src/guard/state.js';
import type {LogRecord} from '../../src/log/record.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions} from '../../src/score/exempt.js';
import {address} from '../net/samples.js';
import {settings, startMs} from '../score/samples.js';

const noFriends = new Exemptions(parseWhitelist('none', ''), undefined, []);
const nowMs = startMs + 3_600_000;
let guard: Guard;

const client = '203.0.113.7';
const id = (i: number): string => `6ALC${String(i).padStart(4, '0')}000152`;

function say(
  message: string,
  {writer, ask = askNobody}: Partial<LogRecord> & {ask?: typeof askNobody} = {},
): Outcome[] {
  const record = {atMs: startMs, host: 'relay', program: 'sm-mta', pid: 152, message, times: 1};
  return guard.take({...record, writer}, nowMs, noFriends, ask);
}

const guess = (i: number, name: number): string =>
  `${id(i)}: <name${name}@example.net>... User unknown`;
const end = (i: number): string =>
  `${id(i)}: from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[${client}]`;
const told = (outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.filter(({kind}) => kind !== 'envelopeEnded');
const isBlocked = (outcomes: readonly Outcome[]): boolean =>
  outcomes.some(({kind}) => kind === 'block');

test('a from= line with two counts earns none: one is the client’s own', () => {
  guard = new Guard(settings, emptyState());
  const held = Array.from({length: 10}, (_, name) => say(guess(1, name))).flat();
  const hostile = `${id(1)}: from=<"a, size=9, class=0, nrcpts=999"@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[${client}]`;
  expect(isBlocked([...held, ...say(hostile)])).toBe(true);
});

describe('attribution verified', () => {
  const sendmail = {pid: 152, uid: 0, executable: '/usr/sbin/sendmail'};
  const kinds = (outcomes: readonly Outcome[]): string[] => told(outcomes).map(({kind}) => kind);
  beforeEach(() => {
    guard = new Guard({...settings, attribution: 'verified'}, emptyState());
  });

  test.each([
    ['two lines of a file', undefined, undefined, 'unproven'],
    ['two of the journal', sendmail, sendmail, 'counted'],
    ['a name of a file, a client of the journal', undefined, sendmail, 'unproven'],
    ['a name of the journal, a client of a file', sendmail, undefined, 'unproven'],
  ])('%s: %s', (_, ofName, ofClient, kind) => {
    expect(say(guess(1, 1), {writer: ofName})).toEqual([]);
    expect(kinds(say(end(1), {writer: ofClient}))).toEqual([kind]);
  });

  test.each([
    ['kernel', 'counted'],
    ['title', 'unproven'],
  ] as const)('the facts of the machine by its %s: %s', (proof, kind) => {
    const ask = () => ({client: address(client), proof});
    expect(kinds(say(guess(1, 1), {ask}))).toEqual([kind]);
  });

  test('a hundred unproven names never block, and leave nothing behind', () => {
    const held = Array.from({length: 100}, (_, name) => say(guess(1, name))).flat();
    expect(isBlocked([...held, ...say(end(1))])).toBe(false);
    for (let name = 0; name < 9; name++) say(guess(2, name), {writer: sendmail});
    const last = told(say(end(2), {writer: sendmail}));
    expect(last.map((o) => (o.kind === 'counted' ? o.score : -1))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  test('a line in the journal entry of another program counts nothing at all', () => {
    const stranger = {...sendmail, uid: 1000, executable: '/usr/bin/logger'};
    expect(say(guess(1, 1), {writer: stranger})).toEqual([]);
    expect(told(say(end(1), {writer: sendmail}))).toEqual([]);
  });
});
