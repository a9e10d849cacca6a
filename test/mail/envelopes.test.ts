import {beforeEach, describe, expect, test} from '@jest/globals';
import {Envelopes} from '../../src/mail/envelopes.js';
import {
  type Envelope,
  longestSilenceMs,
  mostEnvelopes,
  mostHeld,
} from '../../src/mail/open-envelopes.js';
import type {JoinOutcome} from '../../src/mail/join-outcome.js';
import {parseSendmail} from '../../src/mail/sendmail/read-message.js';
import type {LogRecord} from '../../src/log/record.js';
import {parseAddress} from '../../src/net/address.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {Table} from '../../src/base/mechanisms/table.js';
import {authorshipOf} from '../../src/mail/sendmail/program.js';

/** As many as a judge with this threshold needs. */
const mostOfEnvelope = 100;
const startMs = Date.UTC(2026, 10, 21);
let table: Table<Envelope>;
let state: State;
let sessions: Envelopes;
beforeEach(() => {
  state = emptyState();
  table = state.envelopes;
  sessions = new Envelopes(state, mostOfEnvelope, authorshipOf);
});

const record = (message: string, pid = 152, host = 'relay', atMs = startMs): LogRecord => ({
  atMs,
  host,
  program: 'sm-mta',
  pid,
  message,
  times: 1,
  writer: undefined,
});

function say(message: string, pid?: number, host?: string, atMs?: number): string[] {
  const line = record(message, pid, host, atMs);
  const event = parseSendmail(message);
  if (event === undefined) throw new Error(`no event: ${message}`);
  return sessions.take(line, event).filter(isNoEnd).map(words);
}

/** How envelopes end is in `envelope-ends.test.ts`. */
const isNoEnd = ({kind}: JoinOutcome): boolean => kind !== 'envelopeEnded';

function words(outcome: JoinOutcome): string {
  switch (outcome.kind) {
    case 'evidence': {
      const {client, kind, subject, proof} = outcome.evidence;
      const what = kind === 'unknownRecipient' ? '' : `${kind} `;
      return `${client.text} ${what}${subject} ${proof}`;
    }
    case 'envelopeEnded':
      return `ended ${outcome.client.text} ${outcome.accepted} ${outcome.message}`;
    case 'delivered':
      return `delivered ${outcome.recipients.join(' ')}`;
    case 'dispute':
    case 'unheeded':
      return `${outcome.kind} ${outcome.clients.join(' ')}`;
    case 'loggedIn':
      return `login ${outcome.client.text}`;
    case 'unresolved':
      return `unresolved ${outcome.recipients}`;
  }
}

const unknown = (name: string, queueId = '6ALBjJc0000152'): string =>
  `${queueId}: <${name}@example.net>... User unknown`;
const from = (client: string, queueId = '6ALBjJc0000152'): string =>
  `${queueId}: from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=${client}`;

function learn(text: string, queueId = '6ALBjJc0000152', pid = 152): string[] {
  const client = parseAddress(text);
  if (client === undefined) throw new Error(text);
  const event = {kind: 'rcptFlood', queueId, client: undefined, subject: ''} as const;
  return sessions.take(record('', pid), event, {client, proof: 'kernel'}).map(words);
}

describe('Sessions hold what names no client', () => {
  test('until the from= line of the same envelope names the client', () => {
    expect(say(unknown('a'))).toEqual([]);
    expect(say(unknown('b'))).toEqual([]);
    expect(say(from('host.example [203.0.113.7]'))).toEqual([
      '203.0.113.7 <a@example.net> log',
      '203.0.113.7 <b@example.net> log',
    ]);
    expect(table.size).toBe(0);
  });

  test('until the machine names the client; later lines need no further question', () => {
    say(unknown('a'));
    expect(sessions.needsClient(record(''), '6ALBjJc0000152', 'any')).toBe(true);
    expect(learn('203.0.113.7')).toEqual(['203.0.113.7 <a@example.net> kernel']);
    expect(sessions.needsClient(record(''), '6ALBjJc0000152', 'any')).toBe(false);
    expect(say(unknown('b'))).toEqual(['203.0.113.7 <b@example.net> kernel']);
    expect(say(from('[203.0.113.7]'))).toEqual([]);
    expect(table.size).toBe(0);
  });

  test('until a ruleset line of the same envelope names the client', () => {
    say(unknown('a'));
    const line =
      '6ALBjJc0000152: ruleset=check_rcpt, arg1=<x@e.example>, relay=[203.0.113.7], reject=550 5.7.1 <x@e.example>... Relaying denied';
    expect(say(line)).toEqual([
      '203.0.113.7 <a@example.net> log',
      '203.0.113.7 relayDenied <x@e.example> log',
    ]);
    expect(say(unknown('b'))).toEqual(['203.0.113.7 <b@example.net> log']);
  });

  test('a ruleset line that names the client counts at once', () => {
    const line =
      '6ALBjJc0000152: ruleset=check_rcpt, arg1=<x@example.net>, relay=[203.0.113.7], reject=550 5.1.1 <x@example.net>... User unknown';
    expect(say(line)).toEqual(['203.0.113.7 <x@example.net> log']);
  });

  test('a connect line (LogLevel 10) names the client of all envelopes of its process', () => {
    say('NOQUEUE: connect from host.example [203.0.113.7]');
    expect(say(unknown('a'))).toEqual(['203.0.113.7 <a@example.net> log']);
    expect(say(from('host.example [203.0.113.7]'))).toEqual([]);
    expect(say(unknown('b', '6ALBjJd1000152'))).toEqual(['203.0.113.7 <b@example.net> log']);
  });
});

describe('Sessions never mix', () => {
  test('two processes, interleaved', () => {
    say(unknown('a', '6ALBjJc0000152'), 152);
    say(unknown('b', '6ALBjJc0000153'), 153);
    expect(say(from('[203.0.113.8]', '6ALBjJc0000153'), 153)).toEqual([
      '203.0.113.8 <b@example.net> log',
    ]);
    expect(say(from('[203.0.113.7]', '6ALBjJc0000152'), 152)).toEqual([
      '203.0.113.7 <a@example.net> log',
    ]);
  });

  test('two hosts with the same pid and queue id', () => {
    say(unknown('a'), 152, 'mail1');
    expect(say(from('[203.0.113.8]'), 152, 'mail2')).toEqual([]);
    expect(say(from('[203.0.113.7]'), 152, 'mail1')).toEqual(['203.0.113.7 <a@example.net> log']);
  });

  test('two envelopes of one process: the client of one says nothing of the next', () => {
    say(unknown('a'));
    learn('203.0.113.7');
    say(from('[203.0.113.7]'));
    // The pid has been used again, and nothing in the log told.
    expect(say(unknown('b', '6ALBjXc0000152'))).toEqual([]);
    expect(sessions.needsClient(record(''), '6ALBjXc0000152', 'any')).toBe(true);
    expect(say(from('[203.0.113.9]', '6ALBjXc0000152'))).toEqual([
      '203.0.113.9 <b@example.net> log',
    ]);
  });

  test('a pid used again: a new connect line ends the old session', () => {
    say('NOQUEUE: connect from [203.0.113.7]');
    say('NOQUEUE: connect from [203.0.113.9]');
    expect(say(unknown('a'))).toEqual(['203.0.113.9 <a@example.net> log']);
  });

  test('a pid used again by a process of an unknown client: the old client is not believed', () => {
    say('NOQUEUE: connect from [203.0.113.7]');
    say('NOQUEUE: connect from root@localhost');
    expect(say(unknown('a'))).toEqual([]);
  });

  test('a pid used again long after a connect line: it is not believed any more', () => {
    say('NOQUEUE: connect from [203.0.113.7]');
    expect(say(unknown('a'), 152, 'relay', startMs + 600_001)).toEqual([]);
    expect(say(from('[203.0.113.9]'), 152, 'relay', startMs + 600_002)).toEqual([
      '203.0.113.9 <a@example.net> log',
    ]);
  });

  test('sources that disagree: nothing counts, and one dispute is reported', () => {
    say('NOQUEUE: connect from [203.0.113.9]');
    say(unknown('b'));
    expect(learn('203.0.113.7')).toEqual(['dispute 203.0.113.9 203.0.113.7']);
    expect(say(unknown('c'))).toEqual([]);
    expect(say(from('[203.0.113.9]'))).toEqual([]);
  });

  test('a from= line that contradicts the kernel', () => {
    say(unknown('a'));
    learn('203.0.113.7');
    expect(say(from('[198.51.100.66]'))).toEqual(['dispute 203.0.113.7 198.51.100.66']);
  });
});

describe('Sessions are bounded', () => {
  test('an honest envelope takes no memory', () => {
    expect(say(from('[203.0.113.7]'))).toEqual([]);
    expect(table.size).toBe(0);
  });

  test(`${mostOfEnvelope} distinct recipients of one envelope are held: no judge needs more`, () => {
    for (let i = 0; i < mostOfEnvelope; i++) say(unknown(`n${i}`));
    say(unknown('N0'));
    say(unknown('more'));
    expect(say(from('[203.0.113.7]'))).toHaveLength(mostOfEnvelope);
  });

  test(`${mostHeld} recipients are held in all; then the oldest session is given up`, () => {
    const sessionsNeeded = mostHeld / mostOfEnvelope;
    const queueId = (pid: number): string => `6ALBjJc0${String(pid).padStart(6, '0')}`;
    const lost: string[] = [];
    for (let pid = 1; pid <= sessionsNeeded; pid++) {
      for (let i = 0; i < mostOfEnvelope; i++)
        lost.push(...say(unknown(`n${i}`, queueId(pid)), pid));
    }
    expect(lost).toEqual([]);
    const next = sessionsNeeded + 1;
    expect(say(unknown('more', queueId(next)), next)).toEqual([`unresolved ${mostOfEnvelope}`]);
    expect(say(from('[203.0.113.7]', queueId(1)), 1)).toEqual([]);
    expect(say(from('[203.0.113.7]', queueId(2)), 2)).toHaveLength(mostOfEnvelope);
  });

  test(`${mostEnvelopes} sessions are held; then the oldest is given up, and none below`, () => {
    const queueId = (pid: number): string => `6ALBjJc0${String(pid).padStart(6, '0')}`;
    const lost: string[] = [];
    for (let pid = 1; pid <= mostEnvelopes; pid++)
      lost.push(...say(unknown('a', queueId(pid)), pid));
    expect(lost).toEqual([]);
    const more = mostEnvelopes + 1;
    expect(say(unknown('a', queueId(more)), more)).toEqual(['unresolved 1']);
    expect(say(from('[203.0.113.7]', queueId(1)), 1)).toEqual([]);
    expect(say(from('[203.0.113.7]', queueId(2)), 2)).toHaveLength(1);
    expect(table.size).toBe(mostEnvelopes - 1);
  });

  test('a session silent for longer than sendmail waits is forgotten, and reported', () => {
    say(unknown('a'));
    expect(sessions.forgetSilent(startMs + longestSilenceMs - 1)).toEqual([]);
    expect(sessions.forgetSilent(startMs + longestSilenceMs).map(words)).toEqual(['unresolved 1']);
    expect(table.size).toBe(0);
  });
});

describe('Sessions are plain data', () => {
  test('they go on after being saved and loaded as JSON', () => {
    say(unknown('a'));
    say('NOQUEUE: connect from [203.0.113.9]', 153);
    const copy = <Value>(saved: Table<Value>): Table<Value> =>
      new Table(JSON.parse(JSON.stringify([...saved.entries()])) as [string, Value][]);
    const {envelopes, connections, deliveries} = state;
    const loaded = [copy(envelopes), copy(connections), copy(deliveries)] as const;
    sessions = new Envelopes(
      {envelopes: loaded[0], connections: loaded[1], deliveries: loaded[2]},
      mostOfEnvelope,
      authorshipOf,
    );
    expect(say(from('[203.0.113.7]'))).toEqual(['203.0.113.7 <a@example.net> log']);
    expect(say(unknown('b', '6ALBjJc0000153'), 153)).toEqual(['203.0.113.9 <b@example.net> log']);
  });
});
