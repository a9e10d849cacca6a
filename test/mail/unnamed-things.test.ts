/** A failure of which no line names the user counts once for each session. */
import {describe, expect, test} from '@jest/globals';
import {Relay} from './samples.js';

const client = '[203.0.113.7]';
const failure = (id: string, user = ''): string =>
  `${id}AUTH failure (LOGIN): authentication failure (-13) SASL(-13): checkpass failed${user}, relay=${client}`;
const attack = (id: string, command = 'AUTH'): string =>
  `${id}${client}: possible SMTP attack: command=${command}, count=5`;
const ids = ['6ALBjJc0000152: ', '6ALBjKc0000152: ', '6ALBjLc0000153: '];

/** What is counted: each different subject once. */
function subjects(lines: readonly string[], seconds = 0): string[] {
  const relay = new Relay();
  const all = lines.flatMap((line, at) =>
    relay
      .say(line, {pid: 152 + at, seconds: seconds * at})
      .flatMap((outcome) => (outcome.kind === 'evidence' ? [outcome.evidence.subject] : [])),
  );
  return [...new Set(all)];
}

describe('login failures', () => {
  test('without a user: one for each session, however many', () => {
    expect(subjects(ids.flatMap((id) => [failure(id), failure(id)]))).toHaveLength(3);
    expect(subjects(ids.map((id) => failure(id, ', user=')))).toHaveLength(3);
  });

  test('with a user: one for each user', () => {
    expect(subjects(ids.map((id) => failure(id, ', user=anna')))).toEqual(['anna']);
  });

  test('without a queue id: one for each process', () => {
    expect(subjects(['', '', ''].map((id) => failure(id)))).toHaveLength(3);
  });

  test('one process is used again: an hour later it is another session', () => {
    const relay = new Relay();
    const said = [0, 1, 7200].flatMap((seconds) => relay.say(failure(''), {seconds}));
    const all = said.map((each) => (each.kind === 'evidence' ? each.evidence.subject : ''));
    expect(new Set(all).size).toBe(2);
  });
});

describe('possible SMTP attack', () => {
  test('by AUTH: one for each session', () => {
    expect(subjects(ids.map((id) => attack(id)))).toHaveLength(3);
  });

  test('by AUTH, of sessions that name the user: one for all, as of a telephone', () => {
    const lines = ids.flatMap((id) => [failure(id, ', user=anna'), attack(id)]);
    expect(subjects(lines)).toEqual(['anna', 'AUTH']);
  });

  test('by another command: one for all', () => {
    expect(subjects(ids.map((id) => attack(id, 'NOOP')))).toEqual(['NOOP']);
  });
});
