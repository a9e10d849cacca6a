/** Where only a verified word counts, a line that anybody can write changes nothing of what is verified. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {
  counts,
  deliveredIn,
  endedIn,
  failed,
  from,
  kernel,
  login,
  mailer,
  sent,
  unknown,
} from './samples.js';
import {queueId, Relay} from './samples.js';
import type {JoinOutcome} from '../../src/mail/join-outcome.js';
import {emptyState} from '../../src/guard/state.js';

const guesser = '203.0.113.7';
const victim = '198.51.100.66';
const journal = {writer: mailer};

const against = (outcomes: readonly JoinOutcome[]): string[] =>
  outcomes.flatMap((outcome) =>
    outcome.kind === 'evidence'
      ? [`${outcome.evidence.client.text} ${outcome.evidence.proof}`]
      : outcome.kind === 'dispute' || outcome.kind === 'unheeded'
        ? [outcome.kind]
        : [],
  );

describe('under verified', () => {
  let relay: Relay;
  beforeEach(() => {
    relay = new Relay(emptyState(), 'verified');
  });

  const guess = (name: string): string[] =>
    against(relay.say(unknown(name), {answer: kernel(guesser)}));
  const forged: Record<string, readonly string[]> = {
    'connect from': [`NOQUEUE: connect from [${victim}]`],
    'connect of a local program': ['NOQUEUE: connect from root@localhost'],
    'from=': [from({client: `[${victim}]`})],
    'from= of many recipients': [from({client: `[${guesser}]`, counts: counts(99_999)})],
    'from= of a local program': [from({client: 'root@localhost', counts: counts(3)})],
    'a login': [login(`[${guesser}]`), login(`[${victim}]`)],
    'a ruleset': [
      `${queueId}: ruleset=check_rcpt, arg1=<x@b>, relay=[${victim}], reject=550 5.1.1 <x@b>... User unknown`,
    ],
    'two rulesets that differ': [victim, '198.51.100.67'].map(
      (each) =>
        `${queueId}: ruleset=check_rcpt, arg1=<x@b>, relay=[${each}], reject=550 5.7.1 <x@b>... Relaying denied`,
    ),
    'a sign': [`${queueId}: [${victim}]: Possible SMTP RCPT flood, throttling.`],
    deliveries: [sent('<a@b>'), failed('ghost')],
  };

  test.each(Object.entries(forged))('%s does not hide a guesser', (_, lines) => {
    for (const line of lines) relay.say(line);
    expect(guess('one')).toContain(`${guesser} kernel`);
    for (const line of lines) {
      const said = against(relay.say(line));
      expect(said).not.toContain('dispute');
      expect(said.filter((each) => each.startsWith(victim) && !each.endsWith('log'))).toEqual([]);
    }
    expect(guess('two')).toEqual([`${guesser} kernel`]);
  });

  test('a contradiction is reported', () => {
    guess('one');
    expect(against(relay.say(from({client: `[${victim}]`})))).toEqual(['unheeded']);
    const vrfy = `[${victim}]: VRFY root`;
    expect(against(relay.say(vrfy, {answer: kernel(guesser)}))).toEqual(['unheeded']);
  });

  test('nobody earns credit by a line of a file, not even where the kernel knows its process', () => {
    const taken = from({client: `[${guesser}]`, counts: counts(99_999)});
    for (const answer of [undefined, kernel(guesser)]) {
      expect(endedIn(relay.say(taken, {answer}))).toEqual([]);
      expect(deliveredIn(relay.say(sent('<a@b>'))).filter(({proof}) => proof !== 'log')).toEqual(
        [],
      );
    }
    guess('one');
    expect(endedIn(relay.say(taken))).toMatchObject([{accepted: 0, message: 'taken'}]);
  });

  test('by the journal they do, and its lines dispute', () => {
    const taken = from({client: `[${guesser}]`, counts: counts(1)});
    expect(endedIn(relay.say(taken, journal))).toMatchObject([{accepted: 1, proof: 'journal'}]);
    expect(deliveredIn(relay.say(sent('<a@b>'), journal))).toMatchObject([{proof: 'journal'}]);
    guess('one');
    expect(against(relay.say(from({client: `[${victim}]`}), journal))).toEqual(['dispute']);
  });

  test('the kernel is believed about a process of root whose program is gone', () => {
    const writer = {...mailer, executable: ''};
    const taken = from({client: `[${guesser}]`, counts: counts(1)});
    expect(endedIn(relay.say(taken, {writer, answer: kernel(guesser)}))).toMatchObject([
      {accepted: 1, proof: 'kernel'},
    ]);
  });

  test('a name that the next host did not know is no proof against a client', () => {
    relay.say(from({client: `[${guesser}]`, counts: counts(1)}), journal);
    expect(against(relay.say(failed('ghost')))).toEqual([`${guesser} log`]);
    relay.say(from({client: `[${guesser}]`, counts: counts(1)}), journal);
    expect(against(relay.say(failed('ghost'), journal))).toEqual([`${guesser} journal`]);
  });
});

describe('a line of a file in the name of a live session', () => {
  const innocent = victim;
  const idle = {answer: kernel(innocent, 425)};
  const lines: readonly string[] = [
    ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'].map((name) => unknown(name)),
    ...['wiz', 'debug', 'showq'].map(
      (command) => `${queueId}: "${command}" command from [${innocent}] (${innocent})`,
    ),
    ...['a', 'b'].map((name) => `${queueId}: [${innocent}]: VRFY ${name}`),
    ...['a', 'b'].map(
      (name) =>
        `${queueId}: ruleset=check_rcpt, arg1=<${name}@b.example>, relay=[${innocent}], reject=550 5.7.1 <${name}@b.example>... Relaying denied`,
    ),
    `${queueId}: AUTH failure (PLAIN): authentication failure (-13) SASL(-13): x, user=a, relay=[${innocent}]`,
  ];
  const proofs = (relay: Relay, from: typeof idle | {answer?: undefined}): string[] =>
    lines.flatMap((line) => against(relay.say(line, from))).filter((each) => !each.endsWith('log'));

  test('proves nothing while it waits', () => {
    expect(proofs(new Relay(emptyState(), 'verified'), idle)).toEqual([]);
  });

  test('proves nothing either when it came before the session began', () => {
    const relay = new Relay(emptyState(), 'verified');
    for (const line of lines) relay.say(line);
    expect(proofs(relay, idle)).toEqual([]);
  });

  test('none of the heavy signs is proven, whatever the session has written', () => {
    const relay = new Relay(emptyState(), 'verified');
    const said = ['wiz', 'debug'].flatMap((command, i) =>
      against(
        relay.say(`${queueId}: "${command}" command from [${innocent}] (${innocent})`, {
          answer: kernel(innocent, 425 + 1000 * i),
        }),
      ),
    );
    expect(said).toEqual([`${innocent} log`, `${innocent} log`]);
  });

  test('by the journal, and under any, all are proven', () => {
    const relay = new Relay(emptyState(), 'verified');
    const byJournal = lines.flatMap((line) => against(relay.say(line, {...journal, ...idle})));
    expect(byJournal).toHaveLength(lines.length);
    expect(proofs(new Relay(), idle)).toHaveLength(lines.length);
  });
});

test('under any, a contradiction is a dispute as before', () => {
  const relay = new Relay();
  relay.say(unknown('one'), {answer: kernel(guesser)});
  expect(against(relay.say(from({client: `[${victim}]`})))).toEqual(['dispute']);
});

test('two containers whose processes have one number: the journal tells them apart', () => {
  const relay = new Relay(undefined, 'verified');
  const by = (pid: number, message: string) =>
    relay.say(message, {pid: 34, writer: {...mailer, pid}});
  by(5001, 'NOQUEUE: connect from [203.0.113.66]');
  by(5002, 'NOQUEUE: connect from [198.51.100.7]');
  const said = by(5001, unknown('anna', '6ALBjJc0000034'));
  expect(said).toMatchObject([{evidence: {client: {text: '203.0.113.66'}, proof: 'journal'}}]);
});
