/**
 * A second mailer is a folder: guard, stamps and questions work with a dialect that shares nothing with
 * sendmail's. The mailer here numbers no envelope, one process of it serves many clients, it sets no
 * titles, and each line names its client.
 */
import {describe, expect, test} from '@jest/globals';
import {Guard} from '../../src/guard/guard.js';
import {type Ask, askNobody} from '../../src/guard/joining.js';
import type {ReadRecord} from '../../src/guard/outcome.js';
import {emptyState} from '../../src/guard/state.js';
import {Frames} from '../../src/log/frames.js';
import type {Dialect, OnePerClient} from '../../src/mail/dialect.js';
import type {PieceJoiner} from '../../src/mail/pieces.js';
import {parseAddress} from '../../src/net/address.js';
import {lineScan} from '../../src/scan/scanner.js';
import {nameClient, servedBy} from '../../src/sessions/attribute.js';
import {serverToEnd} from '../../src/sessions/cut.js';
import {questionAbout} from '../../src/sessions/question.js';
import {isSame, stuckChild} from '../../src/sessions/reap.js';
import {Exemptions} from '../../src/score/exempt.js';
import {settings as ofSendmail} from '../score/samples.js';
import {holder, socket} from '../sessions/samples.js';

const whole: PieceJoiner = {lost: 0, take: (record) => record};

/** `refused <anna@example.net> from 203.0.113.7` and `taken 3 from 203.0.113.7`. */
const plain: Dialect = {
  names: ['plain/smtpd'],
  looksLike: () => 'foreign',
  frames: () =>
    new Frames({
      lengthIn: () => 0,
      dayLength: 0,
      dayOf: () => undefined,
      timeOf: () => undefined,
    }),
  scan: {kind: 'everyLine'},
  pieces: {mayBePiece: () => false, join: () => whole},
  read: ({message}) => {
    const [, subject, text = ''] = /^refused (\S+) from (\S+)$/.exec(message) ?? [];
    const client = parseAddress(text);
    return subject === undefined
      ? undefined
      : {kind: 'unknownRecipient', queueId: undefined, subject, client};
  },
  readTransit: () => undefined,
  authorshipOf: ({uid, executable}) =>
    uid === 101 && executable === '/usr/libexec/plain/smtpd' ? 'mailer' : 'other',
  isProgram: (executable) => executable === '/usr/libexec/plain/smtpd',
  processes: {kind: 'shared'},
};

/** The same with a process for each client, of which neither queue id nor title tells anything. */
const untitled: OnePerClient = {
  kind: 'onePerClient',
  envelopeBegan: ({atMs}) => atMs,
  readTitle: () => undefined,
  isListenerTitle: () => false,
};
const forking: Dialect = {...plain, processes: untitled};

const settings = {...ofSendmail, mailerNames: ['plain/smtpd'], dialect: plain};
const nobodyExempt = new Exemptions({file: '', entries: [], problems: []}, undefined, []);
const client = parseAddress('203.0.113.7')!;
const refused = (name: string, from = client.text): string =>
  `Nov 21 12:00:00 relay plain/smtpd[53]: refused <${name}@example.net> from ${from}`;

const nowMs = Date.UTC(2026, 10, 21, 13);

/** The lines of one log. */
function guardOf(dialect: Dialect): (text: string, ask?: Ask) => string[] {
  const guard = new Guard({...settings, dialect}, emptyState());
  const frames = dialect.frames();
  let offset = 0;
  return (text, ask = askNobody) => {
    const framed = frames.read({source: 'log', offset, text}, nowMs);
    offset += text.length + 1;
    if (framed.kind === 'none') return [framed.why];
    const outcomes = guard.take(framed.record, nowMs, nobodyExempt, ask);
    return outcomes.map((each) =>
      each.kind === 'block' ? `block ${each.block.network}: ${each.block.reason}` : each.kind,
    );
  };
}

describe('the guard', () => {
  test('blocks who guesses, from lines that name their client and no envelope', () => {
    const say = guardOf(plain);
    const names = Array.from({length: ofSendmail.policy.threshold}, (_, i) => `name${i}`);
    const told = names.map((name) => say(refused(name)));
    expect(told.slice(0, -1)).toEqual(names.slice(1).map(() => ['counted']));
    const reason = `${names.length} names that never took mail here (name8, name9, +8), none delivered, score 10.0 of 10, proof log`;
    expect(told.at(-1)).toEqual(['counted', `block ${client.text}: ${reason}`]);
  });

  test('knows two clients of one process apart, and asks the machine about neither', () => {
    const say = guardOf(plain);
    const ask: Ask = () => {
      throw new Error('asked');
    };
    expect(say(refused('anna'), ask)).toEqual(['counted']);
    expect(say(refused('anna', '203.0.113.9'), ask)).toEqual(['counted']);
  });

  test('asks about a process that serves one client, at the time of the line', () => {
    const say = guardOf(forking);
    const asked: unknown[] = [];
    const ask: Ask = (question) => {
      asked.push(question);
      return {client, proof: 'kernel'};
    };
    expect(say(refused('anna'), ask)).toEqual(['counted']);
    expect(asked).toEqual([
      {pid: 53, numberedBy: 'log', envelopeMs: new Date(2026, 10, 21, 12).getTime()},
    ]);
  });

  test('reads no line of another program, and none that another program wrote', () => {
    const guard = new Guard(settings, emptyState());
    const record = {
      atMs: nowMs,
      host: 'relay',
      program: 'plain/smtpd',
      pid: 53,
      message: 'refused <anna@example.net> from 203.0.113.7',
      times: 1,
      writer: undefined,
    };
    const why = (read: ReadRecord): string => (read.kind === 'ignored' ? read.why : read.kind);
    expect(why(guard.read(record))).toBe('event');
    expect(why(guard.read({...record, program: 'sm-mta'}))).toBe('not of plain/smtpd');
    const writer = {pid: 53, uid: 101, executable: '/usr/libexec/plain/smtpd'};
    expect(why(guard.read({...record, writer}))).toBe('event');
    const root = {...writer, uid: 0, executable: '/usr/libexec/sendmail/sendmail'};
    expect(why(guard.read({...record, writer: root}))).toMatch(/no mailer wrote it/);
  });
});

test('a stamp without a year keeps the latest one, whatever the message begins with', () => {
  const framed = plain
    .frames()
    // An id of sendmail's, of 2001.
    .read(
      {source: 'log', offset: 0, text: refused('x').replace('refused', '1fLBjJc0000152: x')},
      nowMs,
    );
  const atMs = framed.kind === 'record' ? framed.record.atMs : 0;
  expect(new Date(atMs).getFullYear()).toBe(2026);
});

describe('questions', () => {
  const record = {
    atMs: 5,
    host: 'relay',
    program: 'x',
    pid: 53,
    message: '',
    times: 1,
    writer: undefined,
  };
  const event = {kind: 'unknownRecipient', subject: '<a@b>', client: undefined} as const;
  const about = (dialect: Dialect, queueId: string | undefined): unknown =>
    questionAbout(
      record,
      {...event, queueId},
      {dialect, ownHost: 'relay', attribution: 'any'},
      () => true,
    );

  test('are asked of no shared process', () => {
    expect(about(plain, undefined)).toBeUndefined();
    expect(about(plain, '24440284422')).toBeUndefined();
  });

  test('of one for each client with the time that the dialect gives', () => {
    const asked = {pid: 53, numberedBy: 'log', envelopeMs: 5};
    expect(about(forking, undefined)).toEqual(asked);
    expect(about(forking, '1xXQgy-0000DO-0Y')).toEqual({...asked, queueId: '1xXQgy-0000DO-0Y'});
    const elsewhere: Dialect = {...plain, processes: {...untitled, envelopeBegan: () => undefined}};
    expect(about(elsewhere, '1xXQgy-0000DO-0Y')).toBeUndefined();
  });
});

describe('processes', () => {
  const executable = {path: '/usr/libexec/plain/smtpd', owner: 'root'} as const;
  const process = holder({executable, title: 'smtpd -n smtp -t inet'});
  const question = {pid: 152, numberedBy: 'log', envelopeMs: 5000} as const;
  const limits = {idleSeconds: 1, ageSeconds: 1};
  const observation = {holder: process, ageSeconds: 7200, idleMs: new Map([[socket().inode, 7e6]])};

  test('of which one serves many: none is a line’s, and none is ended', () => {
    const mailer = {dialect: plain, ports: [25]};
    expect(nameClient([process], question, mailer)).toBeUndefined();
    expect(serverToEnd(process, () => true, mailer)).toBeUndefined();
    expect(stuckChild(observation, limits, mailer)).toBeUndefined();
  });

  test('of which each serves one: its socket tells, and a blocked client’s is ended', () => {
    const mailer = {dialect: forking, ports: [25]};
    expect(nameClient([process], question, mailer)).toEqual({client, proof: 'kernel'});
    expect(servedBy(process, mailer)).toEqual({client, proof: 'kernel'});
    expect(serverToEnd(process, () => true, mailer)?.client).toEqual(client);
    // Without a title nobody knows whether it waits for a command.
    expect(stuckChild(observation, limits, mailer)).toBeUndefined();
  });

  test('a sendmail is not this mailer', () => {
    const mailer = {dialect: forking, ports: [25]};
    expect(servedBy(holder(), mailer)).toBeUndefined();
    const stuck = {...process, rule: 'age', client, named: undefined, ageSeconds: 1} as const;
    const same = (now: typeof process): boolean => isSame({...stuck, idleSeconds: 1}, now, forking);
    expect([same(process), same(holder())]).toEqual([true, false]);
  });
});

describe('an old log', () => {
  test('is given line by line, without empty and too long lines', () => {
    const log = ['a', '', 'x'.repeat(16 * 1024), 'y'.repeat(16 * 1024 + 1), 'last'].join('\n');
    const scan = lineScan(plain.scan, ['plain']);
    const given = (text: string): string[] => {
      const lines: string[] = [];
      scan.room.set(Array.from(text, (character) => character.charCodeAt(0)));
      scan.each(text.length, (start, end) => lines.push(text.slice(start, end)));
      return lines;
    };
    // What a longer piece has left behind a shorter one is not read again.
    expect(given(`${'z'.repeat(40_000)}\nbehind\n`)).toEqual(['behind']);
    expect(given(log)).toEqual(['a', 'x'.repeat(16 * 1024), 'last']);
    expect(given('one\ntwo\n')).toEqual(['one', 'two']);
    expect(scan.lines).toBe(2 + 5 + 2);
  });
});
