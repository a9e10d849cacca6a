/** Whose mail arrived, in whose name, and how we know; and for whom a login speaks. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {hashOf} from '../../src/base/hash.js';
import type {Evidence} from '../../src/mail/evidence.js';
import type {JoinOutcome} from '../../src/mail/join-outcome.js';
import {emptyState} from '../../src/guard/state.js';
import {Table} from '../../src/base/mechanisms/table.js';
import {
  counts,
  deliveredIn,
  failed,
  from,
  kernel,
  login,
  mailer,
  queueId,
  Relay,
  sent,
  startMs,
  unknown,
} from './samples.js';

let relay: Relay;
beforeEach(() => {
  relay = new Relay();
});

const namesIn = (outcomes: readonly JoinOutcome[]): string[] =>
  deliveredIn(outcomes).flatMap(({recipients}) => recipients);
const evidenceIn = (outcomes: readonly JoinOutcome[]): Evidence[] =>
  outcomes.flatMap((o) => (o.kind === 'evidence' ? [o.evidence] : []));

describe('mail that arrived', () => {
  test('is of the client of its envelope, whatever process delivers it, days later', () => {
    relay.say(from({counts: counts(1)}));
    const told = relay.say(sent('<anna@example.net>'), {pid: 9000, seconds: 3 * 86_400});
    expect(told).toEqual([
      {
        kind: 'delivered',
        client: expect.objectContaining({text: '203.0.113.7'}),
        proof: 'log',
        submitter: 'stranger',
        sender: 'named',
        senderHash: hashOf('<a@example.org>'),
        recipients: ['<anna@example.net>'],
        others: [],
        nextHost: expect.objectContaining({text: '192.0.2.30'}),
        atMs: startMs + 3 * 86_400_000,
      },
    ]);
  });

  test('of the null sender, of one written in another way', () => {
    relay.say(from({counts: counts(2), sender: '<>'}));
    expect(deliveredIn(relay.say(sent('<a@b>')))).toMatchObject([{sender: 'null', senderHash: 0}]);
    relay.say(from({counts: counts(1), sender: '"A"+x@EXAMPLE.org'}));
    expect(deliveredIn(relay.say(sent('<a@b>')))).toMatchObject([
      {sender: 'named', senderHash: hashOf('<a@example.org>')},
    ]);
  });

  test('of a local program has no client, and is our own', () => {
    relay.say(from({counts: counts(1), client: 'root@localhost', sender: 'root'}));
    expect(deliveredIn(relay.say(sent('<a@example.org>')))).toMatchObject([
      {client: undefined, submitter: 'own', sender: 'named', recipients: ['<a@example.org>']},
    ]);
  });

  test('of an envelope that is not known gives its name, and no client', () => {
    expect(deliveredIn(relay.say(sent('<a@b>')))).toMatchObject([
      {
        client: undefined,
        submitter: 'stranger',
        sender: 'null',
        recipients: ['<a@b>'],
        proof: 'log',
      },
    ]);
    // An alias, or the sender: nobody can tell.
    expect(relay.say(sent('<a@b>, ctladdr=<c@d> (8/0)'))).toEqual([]);
  });

  test('without a message is none', () => {
    relay.say(from({counts: 'size=0, class=0, nrcpts=3'}));
    expect(relay.state.deliveries.size).toBe(0);
  });
});

describe('in whose name', () => {
  test('an alias that the line names is what the client asked for', () => {
    relay.say(from({counts: counts(1)}));
    expect(namesIn(relay.say(sent('alice, ctladdr=<team@example.net> (8/0)')))).toEqual([
      '<team@example.net>',
    ]);
  });

  test('a local user as sender is not what the client asked for', () => {
    relay.say(from({counts: counts(1), sender: '<alice@example.net>'}));
    const line = sent('<anna@example.org>, ctladdr=<Alice@example.net> (1000/1000)');
    expect(namesIn(relay.say(line))).toEqual(['<anna@example.org>']);
  });

  test('a box of this host behind an alias is a name, once for each recipient that was accepted', () => {
    relay.say(from({counts: counts(1)}));
    const local =
      'to=alice, delay=00:00:01, xdelay=00:00:00, mailer=local, pri=30000, dsn=2.0.0, stat=Sent';
    const said = deliveredIn(relay.say(`${queueId}: ${local}`));
    expect(said).toMatchObject([{client: {text: '203.0.113.7'}, recipients: ['alice']}]);
    const more = deliveredIn(relay.say(`${queueId}: ${local.replace('alice', 'bob')}`));
    expect(more).toMatchObject([{client: undefined}]);
  });

  test('a name that stands behind an alias at another host is a name, too', () => {
    relay.say(from({counts: counts(1)}));
    expect(namesIn(relay.say(sent('alice@b')))).toEqual(['alice@b']);
    expect(relay.state.deliveries.size).toBe(0);
  });

  test('an alias that leads to many gives no more names than the client was given', () => {
    relay.say(from({counts: counts(2)}));
    const told = ['a', 'b', 'c', 'd'].flatMap((name) => relay.say(sent(`<${name}@b>`)));
    const ofClient = deliveredIn(told).filter(({client}) => client !== undefined);
    expect(ofClient).toHaveLength(2);
  });

  test('a name that was made up beside a true one makes both unsure', () => {
    relay.say(from({counts: counts(9)}));
    expect(deliveredIn(relay.say(sent('<made-up@b>,<alice@b>')))).toMatchObject([
      {recipients: ['<alice@b>'], others: ['<made-up@b>']},
    ]);
  });
});

describe('an envelope is forgotten', () => {
  test('when the log has named each of its recipients, arrived or not', () => {
    relay.say(from({counts: counts(3)}));
    relay.say(sent('<a@b>'));
    relay.say(failed('ghost'));
    expect(relay.state.deliveries.size).toBe(1);
    relay.say(sent('<c@d>'));
    expect(relay.state.deliveries.size).toBe(0);
  });

  test('not by a mailing in one line: of made-up names it may be one recipient', () => {
    relay.say(from({counts: counts(3)}));
    relay.say(sent('<a@b>,<c@d>,<e@f>'));
    expect(evidenceIn(relay.say(failed('ghost')))).toHaveLength(1);
  });
});

describe('proof', () => {
  const proofOf = (outcomes: readonly JoinOutcome[]): string[] =>
    deliveredIn(outcomes).map(({proof}) => proof);

  test.each([
    ['journal and journal', {writer: mailer}, {writer: mailer}, 'journal'],
    ['journal and a file', {writer: mailer}, {}, 'log'],
    ['a file and journal', {}, {writer: mailer}, 'log'],
    ['kernel and a file', {answer: kernel('203.0.113.7')}, {}, 'kernel'],
    [
      'kernel and a system user',
      {answer: kernel('203.0.113.7')},
      {writer: {...mailer, uid: 33}},
      'log',
    ],
  ])('%s', (_, ofEnvelope, ofDelivery, proof) => {
    relay.say(from({counts: counts(1)}), ofEnvelope);
    expect(proofOf(relay.say(sent('<a@b>'), ofDelivery))).toEqual([proof]);
  });

  test('a from= line that the kernel contradicts makes nothing of anybody’s', () => {
    const told = relay.say(from({counts: counts(1)}), {answer: kernel('203.0.113.9')});
    expect(told).toMatchObject([{kind: 'dispute', clients: ['203.0.113.9', '203.0.113.7']}]);
    expect(relay.state.deliveries.size).toBe(0);
  });

  test('the answer of the kernel at a refusal holds for the delivery', () => {
    relay.say(unknown('a'), {answer: kernel('203.0.113.7')});
    relay.say(from({counts: counts(1)}));
    expect(proofOf(relay.say(sent('<a@b>')))).toEqual(['kernel']);
  });
});

describe('our own users', () => {
  const submitterOf = (client: string, before: readonly string[] = [], seconds = 0): unknown => {
    for (const line of before) relay.say(line);
    relay.say(from({counts: counts(1), client}), {seconds});
    const [evidence] = evidenceIn(relay.say(failed('ghost'), {seconds}));
    expect(evidence?.nextHost?.text).toBe('192.0.2.30');
    return evidence?.submitter;
  };

  test.each([
    ['[203.0.113.7]', 'stranger'],
    ['[IPv6:2001:db8:0:0:0:0:0:7]', 'stranger'],
    ['localhost [127.0.0.1]', 'own'],
    ['[10.255.255.255]', 'own'],
    ['[11.0.0.0]', 'stranger'],
    ['[172.16.0.1]', 'own'],
    ['[172.32.0.0]', 'stranger'],
    ['[192.168.7.7]', 'own'],
    ['[169.254.1.1]', 'own'],
    ['[IPv6:::1]', 'own'],
    ['[IPv6:fd00::1]', 'own'],
    ['[IPv6:fe80::1]', 'own'],
    ['[IPv6:fec0::1]', 'stranger'],
  ])('%s is %s', (client, submitter) => {
    expect(submitterOf(client)).toBe(submitter);
  });

  test('the user of a login, in that process, and no other', () => {
    expect(submitterOf('[203.0.113.7]', [login()])).toBe('own');
    expect(submitterOf('[203.0.113.9]', [login()])).toBe('stranger');
    relay.say(login(), {pid: 153});
    expect(submitterOf('[203.0.113.9]')).toBe('stranger');
  });

  test('for as long as the process speaks, and ten minutes', () => {
    expect(submitterOf('[203.0.113.7]', [login()], 600)).toBe('own');
    expect(submitterOf('[203.0.113.7]', [], 1200)).toBe('own');
    expect(submitterOf('[203.0.113.7]', [], 1801)).toBe('stranger');
  });

  test('a new connection of the process ends a login, and a login ends none', () => {
    relay.say('NOQUEUE: connect from [203.0.113.7]');
    expect(submitterOf('[203.0.113.7]', [login()])).toBe('own');
    expect(submitterOf('[203.0.113.7]', ['NOQUEUE: connect from [203.0.113.7]'])).toBe('stranger');
    relay.say(unknown('a'));
    expect(relay.envelopes.view({...recordOfNothing}, queueId)?.client).toBe('203.0.113.7');
  });

  test('a login names nobody’s client', () => {
    relay.say(login());
    expect(relay.say(unknown('a'))).toEqual([]);
    expect(evidenceIn(relay.say(from({client: '[203.0.113.9]'})))).toMatchObject([
      {client: {text: '203.0.113.9'}},
    ]);
  });

  test('a login that a system user wrote is not believed', () => {
    relay.say(login(), {writer: {...mailer, uid: 33}});
    expect(submitterOf('[203.0.113.7]')).toBe('stranger');
  });

  test('the next host’s refusals of a local program’s mail are held against nobody', () => {
    relay.say(from({counts: counts(1), client: 'root@localhost', sender: 'root'}));
    expect(relay.say(failed('ghost'))).toEqual([]);
  });

  test('a login is forgotten with its process', () => {
    relay.say(login());
    relay.envelopes.forgetSilent(startMs + 600_001);
    expect(relay.state.connections.size).toBe(0);
  });
});

const recordOfNothing = {
  atMs: startMs,
  host: 'relay',
  program: 'sm-mta',
  pid: 152,
  message: '',
  times: 1,
  writer: undefined,
};

describe('saved and loaded', () => {
  test('deliveries, logins and envelopes go on as they were', () => {
    relay.say(login(), {pid: 153});
    relay.say(from({counts: counts(2), sender: '<>'}));
    relay.say(unknown('a', '6ALBjJc0000154'), {pid: 154, answer: kernel('203.0.113.7')});
    const copy = <Value>(saved: Table<Value>): Table<Value> =>
      new Table(JSON.parse(JSON.stringify([...saved.entries()])) as [string, Value][]);
    const {envelopes, connections, deliveries} = relay.state;
    relay = new Relay({
      ...emptyState(),
      envelopes: copy(envelopes),
      connections: copy(connections),
      deliveries: copy(deliveries),
    });
    expect(deliveredIn(relay.say(sent('<a@b>')))).toMatchObject([{sender: 'null'}]);
    relay.say(from({counts: counts(1), id: '6ALBjJc0000153'}), {pid: 153});
    expect(deliveredIn(relay.say(sent('<a@b>', 'x', '6ALBjJc0000153')))).toMatchObject([
      {submitter: 'own', nextHost: undefined},
    ]);
    const end = relay.say(from({id: '6ALBjJc0000154'}), {pid: 154});
    expect(end.map(({kind}) => kind)).toEqual(['envelopeEnded']);
  });

  test('a delivery that 1.0 has saved: a stranger’s, of no known sender', () => {
    const saved = {address: '203.0.113.7', proof: 'kernel', atMs: startMs} as const;
    relay.state.deliveries.set(`relay ${queueId}`, saved);
    const told = relay.say(sent('<a@b>'));
    expect(deliveredIn(told)).toMatchObject([
      {client: {text: '203.0.113.7'}, submitter: 'stranger', sender: 'null', proof: 'kernel'},
    ]);
    expect(evidenceIn(relay.say(failed('x')))).toMatchObject([{submitter: 'stranger'}]);
  });
});

test('a message that a submission hands to the mailer is no delivery: the mailer says what becomes of it', () => {
  const id = '6ALGrQPT000067';
  const local = {pid: 67};
  const says = `${id}: from=alice, size=21, class=0, nrcpts=1, msgid=<1@relay.example.net>, relay=localhost [[UNIX: localhost]]`;
  const to = (name: string, next: string): string =>
    `${id}: to=${name}, ctladdr=alice (1000/1000), delay=00:00:00, xdelay=00:00:00, mailer=relay, pri=30021, relay=${next}, dsn=2.0.0, stat=Sent (6ALGrQ7B000070 Message accepted for delivery)`;
  expect(relay.say(says, local)).toEqual([]);
  expect(relay.say(to('bob@example.net', '[127.0.0.1] [127.0.0.1]'), local)).toEqual([]);
  expect(relay.say(to('bob@example.net', 'localhost [IPv6:::1]'), local)).toEqual([]);
  expect(relay.state.envelopes.size).toBe(0);
});
