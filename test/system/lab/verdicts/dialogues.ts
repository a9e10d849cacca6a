/**
 * A small day of a relay, to compare the verdicts of `replay` and of the daemon: several kinds of guessers,
 * and innocents who write to a name that is gone. Does not say which of them are blocked: the judge decides.
 * A guesser asks for `asked` names: four times the threshold of the tests and one more, so
 * that it is blocked even on an installation's first day. An innocent asks for fewer than the threshold.
 */
import type {Step} from '../dialog.js';
import {EHLO, envelope, ghosts, message} from '../grammar/scenario.js';

export interface Dialogue {
  readonly from: string;
  readonly who: 'guesser' | 'innocent';
  readonly steps: readonly Step[];
}

/** Of the tests: `--threshold=3`. */
export const threshold = 3;
const asked = 4 * threshold + 1;

/** One name an envelope: a queue id each. */
const oneByOne = (names: readonly string[], sender?: string): Step[] =>
  names.flatMap((name) => [...envelope([name], sender), 'RSET']);

const users = ['alice', 'bob', 'root', 'postmaster'].map((name) => `${name}@example.net`);
const readers = Array.from({length: 20}, (_, i) => `reader${String(i)}@next.example`);
const login = `AUTH PLAIN ${btoa('\0alice@relay.example.net\0secret')}`;

export const dialogues: readonly Dialogue[] = [
  innocent('192.0.2.50', ...envelope([...users, ...ghosts('gone', 2)]), ...message('Subject: a')),
  guesser('203.0.113.10', ...envelope(ghosts('row', asked)), 'QUIT'),
  guesser('198.51.100.10', ...oneByOne(ghosts('loop', asked)), 'QUIT'),
  innocent('192.0.2.51', ...oneByOne(['typo@example.net']), ...mailTo('alice@example.net')),
  // Known names between, of which none is ever sent anything.
  guesser(
    '198.51.100.11',
    ...Array.from({length: 5}, (_, i) => [
      ...envelope(['alice@example.net', ...ghosts(`pad${String(i)}`, 3)]),
      'RSET',
    ]).flat(),
    'QUIT',
  ),
  innocent(
    '192.0.2.52',
    login,
    ...envelope(['fine@next.example', 'ghost@next.example', 'left@example.net']),
    ...message('Subject: b'),
  ),
  // Who hangs up without a word.
  guesser('203.0.113.12', ...envelope(ghosts('left', asked))),
  innocent(
    '192.0.2.53',
    ...envelope(['bounce0@example.net', 'alice@example.net'], '<>'),
    ...message('Subject: Undeliverable'),
  ),
  guesser('2001:db8:a::10', ...oneByOne(ghosts('six', asked)), 'QUIT'),
  innocent(
    '2001:db8:b::20',
    {kind: 'secure'},
    EHLO,
    ...envelope(['bob@example.net', 'retired@example.net']),
    ...message('Subject: c'),
  ),
  // A list server, of whose names most are good.
  innocent(
    '192.0.2.55',
    ...envelope([...users, ...amid(readers, ghosts('member', 4))]),
    ...message('List-Id: <list.example.org>'),
  ),
  innocent('192.0.2.56', 'VRFY alice', ...mailTo('bob@example.net')),
];

/** One of the others before every fifth name. */
function amid(names: readonly string[], others: readonly string[]): string[] {
  return names.flatMap((name, i) => [...(i % 5 === 0 ? others.slice(i / 5, i / 5 + 1) : []), name]);
}

function guesser(from: string, ...steps: Step[]): Dialogue {
  return {from, who: 'guesser', steps: [EHLO, ...steps]};
}

function innocent(from: string, ...steps: Step[]): Dialogue {
  return {from, who: 'innocent', steps: [EHLO, ...steps, 'QUIT']};
}

function mailTo(name: string): Step[] {
  return [...envelope([name]), ...message('Subject: d')];
}
