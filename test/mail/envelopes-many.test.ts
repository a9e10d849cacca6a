/** Many sessions at once, long ones, and deliveries: none is lost below the bounds, none is mixed up. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {mostDeliveries} from '../../src/mail/deliveries.js';
import type {LogRecord} from '../../src/log/record.js';
import {parseSendmail} from '../../src/mail/sendmail/read-message.js';
import {mostConnections} from '../../src/mail/connections.js';
import {Envelopes} from '../../src/mail/envelopes.js';
import {mostEnvelopes} from '../../src/mail/open-envelopes.js';
import type {JoinOutcome} from '../../src/mail/join-outcome.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {authorshipOf} from '../../src/mail/sendmail/program.js';

const startMs = Date.UTC(2026, 10, 21);
let state: State;
let sessions: Envelopes;
beforeEach(() => {
  state = emptyState('unsaved');
  sessions = new Envelopes(state, 100, authorshipOf);
});

interface From {
  readonly pid?: number;
  readonly host?: string;
  readonly seconds?: number;
  readonly writer?: LogRecord['writer'];
}

const sendmail = {pid: 7, uid: 0, executable: '/usr/libexec/sendmail/sendmail'};

function take(message: string, {pid = 152, host = 'relay', seconds = 0, writer}: From = {}) {
  const event = parseSendmail(message);
  if (event === undefined) throw new Error(`no event: ${message}`);
  const atMs = startMs + seconds * 1000;
  const record = {atMs, host, program: 'sm-mta', pid, message, times: 1, writer};
  return sessions.take(record, event);
}

const evidenceIn = (outcomes: readonly JoinOutcome[]): string[] =>
  outcomes.flatMap((outcome) => {
    if (outcome.kind !== 'evidence') return [];
    const {client, subject, proof} = outcome.evidence;
    return `${client.text} ${subject} ${proof}`;
  });
const lostIn = (outcomes: readonly JoinOutcome[]): number =>
  outcomes.reduce((sum, o) => sum + (o.kind === 'unresolved' ? o.recipients : 0), 0);

const idOf = (pid: number): string => `6ALBjJc0${String(pid).padStart(6, '0')}`;
/** Each in its canonical form. */
const nth = (i: number): string =>
  `2001:db8::${((i >> 16) + 1).toString(16)}:${(i & 0xffff).toString(16)}`;
const bracket = (client: string): string =>
  client.includes(':') ? `[IPv6:${client}]` : `[${client}]`;
const unknown = (name: string, id: string): string =>
  `${id}: <${name}@example.net>... User unknown`;
const from = (client: string, id: string, counts = 'size=0, class=0, nrcpts=0'): string =>
  `${id}: from=<a@example.org>, ${counts}, proto=ESMTP, daemon=MTA, relay=${bracket(client)}`;
const taken = (client: string, id: string): string =>
  from(client, id, 'size=400, class=0, nrcpts=1');
const failed = (name: string, id: string): string =>
  `${id}: to=<${name}@example.net>, delay=00:00:01, mailer=esmtp, relay=[192.0.2.30] [192.0.2.30], dsn=5.1.1, stat=User unknown`;

describe('Sessions, many at once', () => {
  test(`${mostEnvelopes} interleaved envelopes: each gets its client, and none another's`, () => {
    const wrong: string[] = [];
    let lost = 0;
    for (const name of ['a', 'b'])
      for (let pid = 1; pid <= mostEnvelopes; pid++)
        lost += lostIn(take(unknown(`${name}${pid}`, idOf(pid)), {pid}));
    // In another order than they came.
    for (let i = 0; i < mostEnvelopes; i++) {
      const pid = ((i * 7919) % mostEnvelopes) + 1;
      const client = nth(pid);
      const told = evidenceIn(take(from(client, idOf(pid)), {pid})).join();
      const expected = ['a', 'b'].map((name) => `${client} <${name}${pid}@example.net> log`).join();
      if (told !== expected) wrong.push(told);
    }
    expect([wrong, lost, state.envelopes.size]).toEqual([[], 0, 0]);
  });

  test('above the bound the oldest are given up, in their order, and each name is counted', () => {
    const more = 10;
    let lost = 0;
    for (let pid = 1; pid <= mostEnvelopes + more; pid++)
      lost += lostIn(take(unknown('a', idOf(pid)), {pid}));
    expect([lost, state.envelopes.size]).toEqual([more, mostEnvelopes]);
    expect(evidenceIn(take(from('203.0.113.7', idOf(more)), {pid: more}))).toEqual([]);
    const first = more + 1;
    expect(evidenceIn(take(from('203.0.113.7', idOf(first)), {pid: first}))).toHaveLength(1);
  });

  test(`the last ${mostConnections} connections are known; the oldest beyond is not`, () => {
    for (let pid = 1; pid <= mostConnections + 1; pid++)
      take(`NOQUEUE: connect from ${bracket(nth(pid))}`, {pid});
    expect(state.connections.size).toBe(mostConnections);
    expect(take(unknown('a', idOf(1)), {pid: 1})).toEqual([]);
    expect(evidenceIn(take(unknown('a', idOf(2)), {pid: 2}))).toEqual([
      `${nth(2)} <a@example.net> log`,
    ]);
  });
});

describe('Sessions, long ones', () => {
  test('of an hour: a name each minute, in one envelope', () => {
    for (let minute = 0; minute < 60; minute++) {
      const seconds = minute * 60;
      expect(take(unknown(`n${minute}`, idOf(152)), {seconds})).toEqual([]);
      expect(sessions.forgetSilent(startMs + seconds * 1000)).toEqual([]);
    }
    const told = take(from('203.0.113.7', idOf(152)), {seconds: 3600}).slice(0, -1);
    expect(told).toHaveLength(60);
    const times = told.map((o) => (o.kind === 'evidence' ? o.evidence.atMs - startMs : -1));
    expect(times).toEqual(Array.from({length: 60}, (_, minute) => minute * 60_000));
  });

  test('of ten envelopes: each by itself, or all by one connect line', () => {
    const ids = Array.from({length: 10}, (_, i) => `6ALBjJc${i}000152`);
    for (const id of ids) expect(take(unknown('a', id))).toEqual([]);
    for (const id of ids) {
      const client = `203.0.113.${ids.indexOf(id)}`;
      expect(evidenceIn(take(from(client, id)))).toEqual([`${client} <a@example.net> log`]);
    }
    take('NOQUEUE: connect from [203.0.113.77]', {pid: 153});
    for (const [i, id] of ids.entries()) {
      // As long as it says something within ten minutes, it is the same session.
      const told = take(unknown('a', id), {pid: 153, seconds: 599 * (i + 1)});
      expect(evidenceIn(told)).toEqual(['203.0.113.77 <a@example.net> log']);
    }
  });

  test('an envelope that began before the connect line of its process is not of that client', () => {
    take(unknown('a', idOf(152)));
    take('NOQUEUE: connect from [203.0.113.9]', {seconds: 5});
    expect(take(unknown('b', idOf(152)), {seconds: 6})).toEqual([]);
    expect(evidenceIn(take(from('203.0.113.7', idOf(152)), {seconds: 7}))).toHaveLength(2);
  });
});

describe('Sessions, deliveries', () => {
  test('are joined by queue id and host, whatever process delivers, however late', () => {
    take(taken('203.0.113.7', idOf(152)));
    const late = {pid: 9000, seconds: 4 * 86_400};
    expect(evidenceIn(take(failed('ghost', idOf(152)), late))).toEqual([
      '203.0.113.7 <ghost@example.net> log',
    ]);
    expect(take(failed('ghost', idOf(152)), {host: 'mx2'})).toMatchObject([{kind: 'unresolved'}]);
    expect(take(failed('ghost', idOf(153)))).toMatchObject([
      {kind: 'unresolved', recipients: 1, why: 'envelopeUnknown'},
    ]);
  });

  test('of mail in dispute are nobody’s', () => {
    take('NOQUEUE: connect from [203.0.113.9]');
    expect(take(taken('203.0.113.7', idOf(152)), {seconds: 1})).toMatchObject([{kind: 'dispute'}]);
    expect(take(failed('ghost', idOf(152)))).toMatchObject([{kind: 'unresolved'}]);
  });

  test(`are known for the last ${mostDeliveries} envelopes`, () => {
    for (let pid = 1; pid <= mostDeliveries + 1; pid++) take(taken(nth(pid), idOf(pid)), {pid});
    expect(state.deliveries.size).toBe(mostDeliveries);
    expect(take(failed('x', idOf(1)))).toMatchObject([{kind: 'unresolved'}]);
    expect(evidenceIn(take(failed('x', idOf(2))))).toEqual([`${nth(2)} <x@example.net> log`]);
  });
});

describe('Sessions, lines that the journal vouches for', () => {
  test.each([
    [sendmail, sendmail, 'journal'],
    // Anybody can write a line of a file: neither of the recipient nor of the client.
    [undefined, sendmail, 'log'],
    [sendmail, undefined, 'log'],
    [undefined, undefined, 'log'],
    [{...sendmail, executable: ''}, sendmail, 'log'],
  ])('recipient by %j, client by %j: proof %s', (ofRecipient, ofClient, proof) => {
    take(unknown('a', idOf(152)), {writer: ofRecipient});
    const told = take(from('203.0.113.7', idOf(152)), {writer: ofClient});
    expect(evidenceIn(told)).toEqual([`203.0.113.7 <a@example.net> ${proof}`]);
  });

  test('a connect line from a file makes no proof of a line from the journal', () => {
    take('NOQUEUE: connect from [203.0.113.7]');
    const writer = {...sendmail, pid: 152};
    const told = take(unknown('a', idOf(152)), {writer, seconds: 1});
    expect(evidenceIn(told)).toEqual(['203.0.113.7 <a@example.net> log']);
  });
});
