import {describe, expect, test} from '@jest/globals';
import {LogReader, type TracedRecord} from '../../../src/queue/trace/log-facts.js';

const relayId = '6ATFIh0Y000204';
const submissionId = '6ATFIhta000203';

const record = (message: string, more: Partial<TracedRecord> = {}): TracedRecord => ({
  atMs: 1_795_965_523_000,
  pid: 204,
  message,
  vouched: 'no',
  ...more,
});

function factsOf(messages: readonly (string | TracedRecord)[], ids = [relayId, submissionId]) {
  const reader = new LogReader(ids);
  for (const each of messages) reader.take(typeof each === 'string' ? record(each) : each);
  return reader.facts;
}

const tail =
  'delay=00:00:00, xdelay=00:00:00, mailer=relay, pri=90193, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0';
const handed = (ctladdr: string, end = `stat=Sent (${relayId} Message accepted for delivery)`) =>
  `${submissionId}: to=bob@example.net, ctladdr=${ctladdr}, ${tail}, ${end}`;
const from = `${relayId}: from=<spoof@example.org>, size=509, class=0, nrcpts=3, msgid=<x@relay.example.net>, proto=ESMTP, daemon=MTA-v4, relay=`;

describe('a submission', () => {
  test('is joined to the id that the relay gave its message', () => {
    const {handedIn} = factsOf([handed('spoof@example.org (33/33)')]);
    expect(handedIn.get(relayId)).toMatchObject({submissionId, uid: 33});
  });

  test('without a uid joins the ids alone', () => {
    expect(factsOf([handed('alice')]).handedIn.get(relayId)).toMatchObject({uid: undefined});
  });

  test.each([
    [
      'another relay than this machine',
      handed('a (33/33)').replaceAll('[127.0.0.1]', '[192.0.2.9]'),
    ],
    ["a reply that is not our relay's", handed('a (33/33)', 'stat=Sent (ok)')],
    [
      'a next host that says the words itself',
      `${submissionId}: to=<x@example.org>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx.example.org. [192.0.2.9], dsn=2.0.0, stat=Sent (x (0/0), ${tail}, stat=Sent (${relayId} Message accepted for delivery)`,
    ],
    [
      'a recipient that looks like the end of a line',
      `${submissionId}: to="a (0/0), ${tail}, stat=Sent (${relayId} Message accepted for delivery)"@example.org, ${tail}, stat=Deferred`,
    ],
  ])('%s joins nothing', (_, message) => expect(factsOf([message]).handedIn.size).toBe(0));

  test('a later line with the same ids changes nothing: a program read the first', () => {
    const {handedIn} = factsOf([handed('a (33/33)'), handed('a (0/0)')]);
    expect(handedIn.get(relayId)?.uid).toBe(33);
  });
});

describe('the line of a message', () => {
  test('names the client, not the name that the sender gives', () => {
    const odd = from.replace('spoof@', 'a, relay=x [192.0.2.1]@');
    const {from: lines} = factsOf([`${odd}mail.example.org [192.0.2.66]`]);
    expect(lines.get(relayId)).toMatchObject({
      client: '192.0.2.66',
      recipients: 3,
      user: undefined,
    });
  });

  test('of a local program names its user', () => {
    expect(factsOf([`${from}carol@localhost`]).from.get(relayId)).toMatchObject({
      user: 'carol',
      client: undefined,
    });
  });

  test('of other ids is left out', () => {
    expect(factsOf([`${from}carol@localhost`], ['6ATFAAAA000001']).from.size).toBe(0);
  });
});

describe('a login', () => {
  const login =
    'AUTH=server, relay=[192.0.2.103], authid=anna@relay.example.net, mech=PLAIN, bits=0';
  const taken = `${from}[192.0.2.103]`;

  test('counts for its own session', () => {
    const {from: lines} = factsOf([login, taken]);
    expect(lines.get(relayId)?.login).toBe('anna@relay.example.net');
  });

  test.each([
    ['another process', [record(login, {pid: 1}), taken]],
    ['another client', [login.replace('103', '104'), taken]],
    ['a login behind the message', [taken, login]],
    [
      'a process of the same number, much later',
      [login, record(taken, {atMs: 1_795_965_523_000 + 7 * 3_600_000})],
    ],
  ])('not for %s', (_, messages) => {
    expect(factsOf(messages).from.get(relayId)?.login).toBeUndefined();
  });
});

test('warnings and changed labels are found', () => {
  const facts = factsOf([
    `${submissionId}: Authentication-Warning: relay.example.net: alice set sender to x using -f`,
    'user 33 changed syslog label',
  ]);
  expect(facts.warnings).toEqual(['relay.example.net: alice set sender to x using -f']);
  expect(facts.labels).toEqual(['33']);
});

test('deliveries are counted by their outcome', () => {
  const {delivered} = factsOf([
    `${relayId}: to=<a@example.net>, ${tail}, stat=Sent`,
    `${relayId}: to=<b@example.net>, ${tail}, stat=Deferred: later`,
  ]);
  expect(delivered.get(relayId)).toEqual({sent: 1, others: 1});
});

test('only lines that can matter are read', () => {
  const reader = new LogReader([relayId]);
  expect(reader.mayMatter(`x sm-mta[1]: ${relayId}: from=`)).toBe(true);
  expect(reader.mayMatter('x sm-mta[1]: 6ATFAAAA000001: from=')).toBe(false);
  expect(reader.mayMatter('x sm-mta[1]: AUTH=server, relay=')).toBe(true);
});
