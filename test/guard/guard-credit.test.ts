/** Accepted mail in the guard: for whom it speaks, when, and what earns nothing; and what is proof. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {Guard, askNobody} from '../../src/guard/guard.js';
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
beforeEach(() => {
  guard = new Guard(settings, emptyState());
});

const client = '203.0.113.7';
const id = (i: number): string => `6ALC${String(i).padStart(4, '0')}000152`;

function say(
  message: string,
  {
    seconds = 0,
    writer,
    ask = askNobody,
  }: Partial<LogRecord> & {seconds?: number; ask?: typeof askNobody} = {},
): Outcome[] {
  const atMs = startMs + seconds * 1000;
  const record = {atMs, host: 'relay', program: 'sm-mta', pid: 152, message, times: 1, writer};
  return guard.take(record, nowMs, noFriends, ask);
}

const guess = (i: number, name: number): string =>
  `${id(i)}: <name${name}@example.net>... User unknown`;
const end = (i: number, accepted: number, sizeBytes: number): string =>
  `${id(i)}: from=<a@example.org>, size=${sizeBytes}, class=0, nrcpts=${accepted}, proto=ESMTP, daemon=MTA, relay=[${client}]`;
const isBlocked = (outcomes: readonly Outcome[]): boolean =>
  outcomes.some(({kind}) => kind === 'block');

/** So many names in one envelope, and what its from= line says. */
function envelope(i: number, names: number, accepted: number, sizeBytes: number): Outcome[] {
  const held = Array.from({length: names}, (_, name) => say(guess(i, i * 100 + name))).flat();
  return [...held, ...say(end(i, accepted, sizeBytes))];
}

describe('accepted mail', () => {
  test('of the very line that tells the client speaks for it', () => {
    expect(isBlocked(envelope(1, 10, 0, 0))).toBe(true);
    guard = new Guard(settings, emptyState());
    expect(isBlocked(envelope(1, 10, 100, 5000))).toBe(false);
  });

  test('without a message gains nothing: names that do exist are guesses, too', () => {
    expect(isBlocked(envelope(1, 10, 100, 0))).toBe(true);
  });

  test('of later envelopes speaks, too, and not of earlier ones: nothing spoke against it then', () => {
    for (let i = 1; i < 50; i++) expect(envelope(i, 0, 50, 5000)).toEqual([]);
    expect(isBlocked(envelope(50, 9, 0, 0))).toBe(false);
    expect(isBlocked(envelope(51, 0, 100, 5000))).toBe(false);
    expect(isBlocked(envelope(52, 9, 0, 0))).toBe(false);
    guard = new Guard(settings, emptyState());
    for (let i = 1; i < 50; i++) envelope(i, 0, 50, 5000);
    expect(isBlocked(envelope(50, 10, 0, 0))).toBe(true);
  });

  test('counts once, not for each name that the line releases', () => {
    // 10 unknown of 49 is more than a fifth; were the credit given twice, it would not be.
    expect(isBlocked(envelope(1, 10, 39, 5000))).toBe(true);
  });

  test('of a from= line with two counts is none: one is the client’s own', () => {
    const held = Array.from({length: 10}, (_, name) => say(guess(1, name))).flat();
    const hostile = `${id(1)}: from=<"a, size=9, class=0, nrcpts=999"@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[${client}]`;
    expect(isBlocked([...held, ...say(hostile)])).toBe(true);
  });
});

describe('attribution verified', () => {
  const sendmail = {pid: 152, uid: 0, executable: '/usr/sbin/sendmail'};
  const kinds = (outcomes: readonly Outcome[]): string[] => outcomes.map(({kind}) => kind);
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
    expect(kinds(say(end(1, 0, 0), {writer: ofClient}))).toEqual([kind]);
  });

  test.each([
    ['kernel', 'counted'],
    ['title', 'unproven'],
  ] as const)('what the machine says by its %s: %s', (proof, kind) => {
    const ask = () => ({client: address(client), proof});
    expect(kinds(say(guess(1, 1), {ask}))).toEqual([kind]);
  });

  test('a hundred unproven names never block, and leave nothing behind', () => {
    expect(isBlocked(envelope(1, 100, 0, 0))).toBe(false);
    for (let name = 0; name < 9; name++) say(guess(2, name), {writer: sendmail});
    const told = say(end(2, 0, 0), {writer: sendmail});
    expect(told.map((o) => (o.kind === 'counted' ? Math.round(o.score) : -1))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  test('a line that another program’s journal entry tells is nothing at all', () => {
    const stranger = {...sendmail, uid: 1000, executable: '/usr/bin/logger'};
    expect(say(guess(1, 1), {writer: stranger})).toEqual([]);
    expect(say(end(1, 0, 0), {writer: sendmail})).toEqual([]);
  });
});
