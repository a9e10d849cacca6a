/** What each request about complaints answers, and changes. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Config} from '../../src/config/schema.js';
import {serveComplaint} from '../../src/control/complaint.js';
import type {Answer, ComplaintRequest} from '../../src/control/protocol.js';
import {bookOf, countDay, maySend, openBook} from '../../src/complaint/spool/book.js';
import type {Complaint, Step} from '../../src/complaint/spool/complaint.js';
import type {ComplaintTables} from '../../src/complaint/spool/tables.js';
import {attacker, dayMs, emptyTables, startMs} from '../complaint/support.js';
import {configIn} from '../support/config.js';

let tables: ComplaintTables;
let config: Config;

beforeEach(() => {
  tables = emptyTables();
  openBook(tables.complaintBook, () => 'ff');
  const own = {complaints: 'ask', complaintFrom: 'security@example.org'} as const;
  config = {...configIn('/nowhere'), ...own};
});

const ask = (
  request: Exclude<ComplaintRequest, {command: 'accuse' | 'complaintContact'}>,
): Answer => {
  const mail = {subject: 's', text: 't', raw: 'r'};
  const compose = ({contact}: Complaint) =>
    contact === undefined
      ? ({kind: 'wrong', why: 'nobody'} as const)
      : ({kind: 'mail', mail} as const);
  return serveComplaint(request, {config, tables, compose, due: 3}, startMs);
};

function put(id: string, network: string, step: Step, madeMs = startMs): void {
  tables.complaints.set(id, {
    ...{id, network, madeMs, step},
    contact: {mailbox: `abuse@${id}.example.net`, source: 'registry', certainty: 'published'},
    about: {kind: 'guessing', network, attackers: [attacker(network.split('/')[0] ?? '')]},
  });
}
const stepOf = (id: string): Step | undefined => tables.complaints.get(id)?.step;
const composed = {kind: 'composed', go: 'no'} as const;

describe('complain', () => {
  test('shows what waits, and why', () => {
    put('a', '192.0.2.0/24', composed);
    put('b', '198.51.100.0/24', {kind: 'handed', atMs: startMs});
    expect(ask({command: 'complain'})).toMatchObject({
      ...{kind: 'letters', message: '1 complaint; 3 clients more, still to be looked up'},
      letters: [
        {id: 'a', subject: 's', text: 't', raw: 'r', waits: expect.stringMatching(/--send/)},
      ],
    });
    expect(stepOf('a')).toEqual(composed);
  });

  test('of a time and of a network only', () => {
    put('a', '192.0.2.0/24', composed, startMs - 7200_000);
    put('b', '198.51.100.0/24', composed);
    const shown = (more: {seconds?: number; network?: string}): unknown => {
      const answer = ask({command: 'complain', ...more});
      return answer.kind === 'letters' ? answer.letters.map(({id}) => id) : answer;
    };
    expect(shown({seconds: 3600})).toEqual(['b']);
    expect(shown({network: '192.0.2.7'})).toEqual(['a']);
    expect(shown({network: '203.0.113.0/24'})).toEqual([]);
    expect(shown({network: 'x'})).toMatchObject({kind: 'refused'});
  });

  test.each<readonly [string, Partial<Config>, RegExp]>([
    ['off', {complaints: 'off'}, /complaints is "off"/],
    ['without a sender', {complaintFrom: ''}, /complaint_from is not set/],
    ['in a dry run', {dryRun: true}, /dry_run is set/],
  ])('sends nothing where it is %s', (_, more, why) => {
    config = {...config, ...more};
    put('a', '192.0.2.0/24', composed);
    const answer = ask({command: 'complain', send: 'sure'});
    expect(answer).toMatchObject({kind: 'refused', message: expect.stringMatching(why)});
    expect(stepOf('a')).toEqual(composed);
    expect(maySend(bookOf(tables.complaintBook)!)).toBe(false);
  });

  test('sends after 7 days on which they were shown, or when an operator is sure', () => {
    put('a', '192.0.2.0/24', composed);
    expect(ask({command: 'complain', send: 'yes'})).toMatchObject({
      ...{kind: 'refused', message: expect.stringMatching(/0 of 7 days/)},
    });
    for (let day = 0; day < 7; day++) countDay(tables.complaintBook, startMs + day * dayMs);
    expect(ask({command: 'complain', send: 'yes'})).toMatchObject({kind: 'done'});
    expect(stepOf('a')).toEqual({kind: 'composed', go: 'yes'});
  });

  test('with send = sure lets the rest go by themselves from then on', () => {
    expect(ask({command: 'complain', send: 'sure'})).toMatchObject({
      ...{kind: 'done', message: expect.stringMatching(/^0 complaints to be sent/)},
    });
    expect(maySend(bookOf(tables.complaintBook)!)).toBe(true);
  });
});

describe('complaints', () => {
  test('all, one, and one that is not there', () => {
    put('a', '192.0.2.0/24', composed);
    put('b', '198.51.100.0/24', {kind: 'held', atMs: startMs, reason: 'unknown', why: 'w'});
    expect(ask({command: 'complaints'})).toMatchObject({
      ...{due: 3, complaints: [{id: 'a'}, {id: 'b', step: 'held', why: 'w'}]},
    });
    expect(ask({command: 'complaints', id: 'b'})).toMatchObject({complaints: [{id: 'b'}]});
    expect(ask({command: 'complaints', id: 'c\n'})).toEqual({
      ...{kind: 'refused', message: expect.stringMatching(/: no such complaint$/)},
    });
  });
});

describe('the lists of networks and clients without complaints', () => {
  test('complaints that wait for them are withdrawn, those that went stay as they are', () => {
    const handed = {kind: 'handed', atMs: startMs} as const;
    put('a', '192.0.2.0/24', composed);
    put('b', '198.51.100.0/24', {kind: 'lookedUp'});
    put('c', '203.0.113.0/24', handed);
    expect(ask({command: 'complaintForget', contact: 'ABUSE@a.example.net'})).toMatchObject({
      kind: 'done',
    });
    expect(ask({command: 'complaintNever', network: '198.51.100.7'})).toMatchObject({kind: 'done'});
    ask({command: 'complaintNever', network: '203.0.113.0/24'});
    expect([stepOf('a')?.kind, stepOf('b')?.kind, stepOf('c')]).toEqual([
      ...['withdrawn', 'withdrawn', handed],
    ]);
  });

  test.each([
    {command: 'complaintForget', contact: 'no mailbox'},
    {command: 'complaintNever', network: 'no network'},
  ] as const)('%j is refused, and nothing is kept', (request) => {
    expect(ask(request)).toMatchObject({kind: 'refused'});
    expect(tables.complaintLeftOut.size).toBe(0);
  });
});

describe('the answer to a complaint', () => {
  const back = (is: 'bounce' | 'delay' | 'automatic' | 'person', id = 'a') =>
    ask({command: 'complaintAnswer', id, is, why: 'w\n'});
  const handed = {kind: 'handed', atMs: startMs - 1000} as const;

  test('a bounce: the mailbox is dead, and a later answer changes nothing', () => {
    put('a', '192.0.2.0/24', handed);
    expect(back('bounce')).toMatchObject({kind: 'done'});
    expect(stepOf('a')).toMatchObject({kind: 'bounced', sentMs: handed.atMs});
    expect(tables.complaintLeftOut.get('abuse@a.example.net')).toMatchObject({kind: 'dead'});
    back('person');
    expect(stepOf('a')?.kind).toBe('bounced');
  });

  test('a person’s answer stays where a program answers later, and not the other way round', () => {
    put('a', '192.0.2.0/24', handed);
    back('automatic');
    expect(stepOf('a')).toMatchObject({kind: 'answered', by: 'automatic'});
    back('person');
    back('automatic');
    expect(stepOf('a')).toMatchObject({kind: 'answered', by: 'person', sentMs: handed.atMs});
  });

  test('a delay changes nothing', () => {
    put('a', '192.0.2.0/24', handed);
    expect(back('delay')).toMatchObject({kind: 'done'});
    expect(stepOf('a')).toEqual(handed);
  });

  test('to a complaint that never went, or that is not there, is refused', () => {
    put('a', '192.0.2.0/24', composed);
    put('b', '198.51.100.0/24', {kind: 'held', atMs: startMs, reason: 'refused', why: ''});
    for (const id of ['a', 'b', 'c']) {
      expect(back('bounce', id)).toEqual({
        ...{kind: 'refused', message: 'no complaint of this number was sent'},
      });
    }
    expect(tables.complaintLeftOut.size).toBe(0);
  });

  test('to one of which nobody knew whether it went: it did', () => {
    put('a', '192.0.2.0/24', {kind: 'held', atMs: startMs, reason: 'unknown', why: ''});
    back('person');
    expect(stepOf('a')).toMatchObject({kind: 'answered', by: 'person'});
  });
});

describe('called again', () => {
  test.each([
    {command: 'complaintForget', contact: 'Abuse@isp.example'},
    {command: 'complaintNever', network: '192.0.2.0/24'},
    {command: 'complain', send: 'sure'},
  ] as const)('$command changes nothing, and says so', (request) => {
    put('a', '192.0.2.0/24', composed);
    expect(ask(request)).toMatchObject({kind: 'done'});
    expect(ask(request)).toMatchObject({kind: 'unchanged'});
  });

  test('a complaint that waits for its next try is sent at once', () => {
    ask({command: 'complain', send: 'sure'});
    put('a', '192.0.2.0/24', {...composed, go: 'yes', againMs: startMs + dayMs});
    expect(ask({command: 'complain', send: 'sure'})).toMatchObject({kind: 'done'});
    expect(stepOf('a')).toEqual({kind: 'composed', go: 'yes'});
  });
});
