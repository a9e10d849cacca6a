/** How an envelope ends in which something was refused, and what stands in its evidence. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {firstAskedAgain, lastAskedAgain} from '../../src/mail/envelopes.js';
import {longestSilenceMs, mostEnvelopes} from '../../src/mail/open-envelopes.js';
import {address} from '../net/samples.js';
import {
  counts,
  endedIn,
  from,
  kernel,
  mailer,
  queueId,
  recordOf,
  Relay,
  startMs,
  unknown,
} from './samples.js';

let relay: Relay;
beforeEach(() => {
  relay = new Relay();
});

const key = `relay 152 ${queueId}`;

describe('the end of an envelope', () => {
  test('comes behind its evidence, and has all that was known', () => {
    relay.say(unknown('a'));
    const outcomes = relay.say(from(), {seconds: 9});
    expect(outcomes.map(({kind}) => kind)).toEqual(['evidence', 'envelopeEnded']);
    expect(endedIn(outcomes)).toEqual([
      {
        kind: 'envelopeEnded',
        envelope: key,
        client: address('203.0.113.7'),
        proof: 'log',
        sender: 'named',
        accepted: 0,
        message: 'none',
        atMs: startMs + 9000,
      },
    ]);
    expect(outcomes[0]).toMatchObject({evidence: {envelope: key}});
  });

  test.each([
    [from({sender: '<>'}), {sender: 'null', accepted: 0, message: 'none'}],
    [from({counts: counts(3)}), {sender: 'named', accepted: 3, message: 'taken'}],
    [from({counts: 'size=18, class=0, nrcpts=1'}), {accepted: 1, message: 'none'}],
    [from({sender: '<"x, from=<>"@b>'}), {sender: 'named'}],
  ])('%s', (line, expected) => {
    relay.say(unknown('a'));
    expect(endedIn(relay.say(line))).toEqual([expect.objectContaining(expected)]);
  });

  test('is not reported where nothing was refused and no message came, connect line or not', () => {
    expect(endedIn(relay.say(from()))).toEqual([]);
    relay.say('NOQUEUE: connect from [203.0.113.7]');
    expect(endedIn(relay.say(from()))).toEqual([]);
    relay.say(`${queueId}: [203.0.113.7]: Possible SMTP RCPT flood, throttling.`);
    expect(endedIn(relay.say(from()))).toEqual([]);
  });

  test('of a message is reported: until it is delivered its recipients speak for the client', () => {
    expect(endedIn(relay.say(from({counts: counts(3)})))).toMatchObject([
      {message: 'taken', accepted: 3},
    ]);
  });

  test('is reported for each envelope by itself', () => {
    const next = '6ALBjJc1000152';
    relay.say(unknown('a'));
    relay.say(unknown('b', next));
    expect(endedIn(relay.say(from()))).toHaveLength(1);
    expect(endedIn(relay.say(from()))).toEqual([]);
    expect(endedIn(relay.say(from({id: next})))).toMatchObject([{envelope: `relay 152 ${next}`}]);
  });

  test('has the better proof', () => {
    relay.say(unknown('a'), {answer: kernel('203.0.113.7')});
    expect(endedIn(relay.say(from()))).toMatchObject([{proof: 'kernel'}]);
    relay.say(unknown('a'));
    expect(endedIn(relay.say(from(), {writer: mailer}))).toMatchObject([{proof: 'journal'}]);
    // What the journal knows of the connect line says nothing of a line of a file.
    relay.say('NOQUEUE: connect from [203.0.113.7]', {writer: mailer});
    relay.say(unknown('a'));
    expect(endedIn(relay.say(from()))).toMatchObject([{proof: 'log'}]);
  });

  test('in dispute is nobody’s', () => {
    relay.say(unknown('a'), {answer: kernel('203.0.113.9')});
    expect(relay.say(from({counts: counts(1)}))).toMatchObject([{kind: 'dispute'}]);
    expect(relay.state.deliveries.size).toBe(0);
  });

  test('of a local program leaves open the envelope of a client', () => {
    relay.say(unknown('a'));
    expect(relay.say(from({client: 'root@localhost', counts: counts(1)}))).toEqual([]);
    expect(endedIn(relay.say(from()))).toHaveLength(1);
  });
});

describe('an envelope that no from= ends', () => {
  test('a client that hangs up or falls silent gets a from= of sendmail’s', () => {
    relay.say(unknown('a'));
    const lost = `${queueId}: lost input channel from [203.0.113.7] to MTA after rcpt`;
    expect(relay.say(lost).map(({kind}) => kind)).toEqual(['evidence']);
    expect(endedIn(relay.say(from()))).toHaveLength(1);
  });

  test('of a process that was ended: after the silence, without mail, mildly', () => {
    relay.say(unknown('a'), {answer: kernel('203.0.113.7')});
    relay.say(unknown('b'), {seconds: 60});
    const silentMs = startMs + 60_000 + longestSilenceMs;
    expect(relay.envelopes.forgetSilent(silentMs - 1)).toEqual([]);
    expect(relay.envelopes.forgetSilent(silentMs)).toEqual([
      {
        kind: 'envelopeEnded',
        envelope: key,
        client: address('203.0.113.7'),
        proof: 'kernel',
        sender: 'null',
        accepted: 0,
        message: 'none',
        atMs: startMs + 60_000,
      },
    ]);
    expect(relay.envelopes.forgetSilent(silentMs)).toEqual([]);
  });

  test('whose client is unknown is unresolved, as before, and one in dispute is nothing', () => {
    relay.say(unknown('a'));
    expect(relay.envelopes.forgetSilent(startMs + longestSilenceMs)).toMatchObject([
      {kind: 'unresolved', recipients: 1},
    ]);
    relay.say('NOQUEUE: connect from [203.0.113.9]');
    relay.say(unknown('a'), {answer: kernel('203.0.113.7')});
    expect(relay.envelopes.forgetSilent(startMs + longestSilenceMs)).toEqual([]);
  });

  test('that is pushed out by others ends at once', () => {
    relay = new Relay();
    relay.say(unknown('a'), {answer: kernel('203.0.113.7')});
    const ends = [];
    for (let pid = 1000; pid < 1000 + mostEnvelopes; pid++) {
      const id = `6ALBjJc0${String(pid).padStart(6, '0')}`;
      ends.push(...endedIn(relay.say(unknown('a', id), {pid})));
    }
    expect(ends).toMatchObject([{envelope: key, message: 'none'}]);
  });

  test('that 1.0 has saved ends too: something was refused in it', () => {
    const client = {address: '203.0.113.7', proof: 'kernel'} as const;
    const saved = {client, held: [], firstMs: startMs, lastMs: startMs};
    relay.state.envelopes.set(key, saved);
    expect(endedIn(relay.say(from()))).toHaveLength(1);
  });
});

describe('the machine is asked', () => {
  const needs = (wanted: 'any' | 'verified' = 'any'): boolean =>
    relay.envelopes.needsClient(recordOf(''), queueId, wanted);

  test(`again from the ${firstAskedAgain}th refusal to the ${lastAskedAgain}th, if the kernel answered`, () => {
    const asked: number[] = [];
    for (let nth = 1; nth <= lastAskedAgain + 5; nth++) {
      const isAsked = needs();
      if (isAsked) asked.push(nth);
      relay.say(unknown(`n${nth}`), isAsked ? {answer: kernel('203.0.113.7', nth * 50)} : {});
    }
    const again = Array.from(
      {length: lastAskedAgain - firstAskedAgain + 1},
      (_, i) => firstAskedAgain + i,
    );
    expect(asked).toEqual([1, ...again]);
  });

  test('not again where a line named the client, unless that is no proof', () => {
    relay.say('NOQUEUE: connect from [203.0.113.7]');
    for (let nth = 1; nth <= 20; nth++) relay.say(unknown(`n${nth}`));
    expect([needs('any'), needs('verified')]).toEqual([false, true]);
  });

  test('and its word on the answers stands in the evidence of that line only', () => {
    const bytes = (outcomes: ReturnType<Relay['say']>): unknown[] =>
      outcomes.map((o) => o.kind === 'evidence' && o.evidence.answeredBytes);
    relay.say(unknown('a'));
    expect(bytes(relay.say(unknown('b'), {answer: kernel('203.0.113.7', 1234)}))).toEqual([
      undefined,
      1234,
    ]);
    expect(bytes(relay.say(unknown('c')))).toEqual([undefined]);
  });
});
