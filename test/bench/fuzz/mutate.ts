/** Changes a text as an attacker or a broken disk would. Knows nothing of its meaning. */
import type {Random} from '../../support/random.js';

/** Pieces that have a meaning in some of the texts. */
export const pieces = [
  ...['"', "'", '<', '>', '(', ')', '[', ']', '{', '}', '\\', '\\\\', '@', ',', ':', ';', '=', '/'],
  ...[' ', '\t', '\n', '\r', '\0', '\x01', '\x1b[2J', '\x7f', '\x85', '\xff', '\xc3', '\xe2\x80'],
  ...['\\012', '\\"', '%s', '%n', '..', '...', '#', '-', '+', '0', '9', '4294967296', '1e999'],
  ...['null', 'true', '[]', '{}', '"elem"', '"__proto__"', 'constructor', 'NaN', '-1'],
  ...[', relay=[198.51.100.66]', ', stat=User unknown', '... User unknown', 'from=<a@b>'],
  ...['[198.51.100.66]: VRFY root', 'NOQUEUE: connect from [198.51.100.66]', '6ALBjJc0000152: '],
  ...['-A INPUT -s 0.0.0.0/0 -j DROP', '-j GUESSERS', 'COMMIT', ' sl  local_address rem_address'],
] as const;

/** Longest text. Characters: the input of readers is bounded before they read it, which other tests check. */
const longest = 20_000;

const oneOf = <Item>(dice: Random, all: readonly Item[]): Item => all[dice.below(all.length)]!;

type Mutation = (text: string, other: string, dice: Random) => string;

const mutations: readonly Mutation[] = [
  // another byte
  (text, _, dice) => put(text, dice.below(text.length), 1, String.fromCharCode(dice.below(256))),
  // another bit
  (text, _, dice) => {
    const at = dice.below(text.length);
    return put(text, at, 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << dice.below(8))));
  },
  // a piece with a meaning, in or instead of something
  (text, _, dice) => put(text, dice.below(text.length), dice.below(4), oneOf(dice, pieces)),
  // the beginning of this and the end of another
  (text, other, dice) =>
    text.slice(0, dice.below(text.length + 1)) + other.slice(dice.below(other.length + 1)),
  // a part of another in the middle
  (text, other, dice) => {
    const at = dice.below(other.length);
    return put(text, dice.below(text.length), 0, other.slice(at, at + dice.below(60)));
  },
  // a part several times
  (text, _, dice) => {
    const at = dice.below(text.length);
    const part = text.slice(at, at + 1 + dice.below(20));
    return put(text, at, 0, part.repeat(1 + dice.below(8)));
  },
  // a very long field
  (text, _, dice) => {
    const part = oneOf(dice, pieces);
    return put(
      text,
      dice.below(text.length),
      0,
      part.repeat(1 + dice.below(1 + 2000 / part.length)),
    );
  },
  // nested brackets and quotes
  (text, _, dice) => {
    const depth = 1 + dice.below(300);
    const pair = oneOf(dice, ['()', '<>', '[]', '{}', '""']);
    const [open, close] = [pair.charAt(0), pair.charAt(1)];
    return put(text, dice.below(text.length), 0, open.repeat(depth) + close.repeat(depth));
  },
  // something is missing, or everything after it
  (text, _, dice) => put(text, dice.below(text.length), 1 + dice.below(20), ''),
  (text, _, dice) => text.slice(0, dice.below(text.length + 1)),
];

const put = (text: string, at: number, instead: number, part: string): string =>
  text.slice(0, at) + part + text.slice(at + instead);

/** One to four mutations, one after another. */
export function mutated(text: string, other: string, dice: Random): string {
  let spoilt = text;
  for (let left = 1 + dice.below(4); left > 0; left--) {
    spoilt = oneOf(dice, mutations)(spoilt, other, dice).slice(0, longest);
  }
  return spoilt;
}

/** The text read as UTF-8: broken characters are replaced. */
export const asUtf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');

/** Values that replace a value of another kind. */
const strange: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, '', 'x', '198.51.100.66', '\0', 'x'.repeat(5000)],
  ...[[], [null], [[]], {}, {elem: null}, {length: 1e9}, {toString: 1}],
];

/** Replaces some values in JSON. Most other mutations would only make it invalid. */
export function mutatedJson(value: unknown, dice: Random, depth = 0): unknown {
  if (dice.isOneIn(12 + depth)) return oneOf(dice, strange);
  if (Array.isArray(value)) {
    const items = value.map((item) => mutatedJson(item, dice, depth + 1));
    return dice.isOneIn(10) ? [...items, ...items, oneOf(dice, strange)] : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(() => !dice.isOneIn(20));
  return Object.fromEntries(
    entries.map(([key, item]) => [key, mutatedJson(item, dice, depth + 1)]),
  );
}
