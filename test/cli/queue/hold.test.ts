/** What hold and release show, ask for and tell, over real files and a stand-in for sendmail that renames them. */
import {readdirSync, writeFileSync} from 'node:fs';
import {beforeEach, expect, test} from '@jest/globals';
import {holdQueue} from '../../../src/cli/queue/hold.js';
import {patternOf} from '../../../src/queue/pattern.js';
import type {Filter} from '../../../src/queue/filter.js';
import {tempDirs} from '../../support/temp.js';
import {type QueueWorld, queueWorld} from '../../sys/queue/world.js';

const newDir = tempDirs();
const id = (number: number): string => `ATFIh0Y${String(number).padStart(6, '0')}`;
const everything: Filter = {from: patternOf('anna@')};

let world: QueueWorld;
let printed: string;
let complaints: string[];

beforeEach(() => {
  world = queueWorld(newDir());
  [printed, complaints] = ['', []];
  // sendmail has locks and a log; of what it does to the names of the files this is the whole.
  const program = `#!/bin/sh
cd '${world.path('mqueue/q1')}'
echo "$@" >>'${world.path('called')}'
from=qf to=hf
for word; do [ "$word" = -Q ] && from=hf to=qf; done
for word; do
  case $word in
  -qIATFIh0Y000013) echo "ATFIh0Y000013: locked" ;;
  -qI*) mv "$from\${word#-qI}" "$to\${word#-qI}" ;;
  esac
done
`;
  writeFileSync(world.path('sendmail'), program, {mode: 0o755});
});

const run = (
  deed: 'hold' | 'release',
  filter: Filter,
  more: {sure?: 'yes'; form?: 'json'} = {},
): Promise<number> =>
  holdQueue(
    {deed, filter, reason: 'spam run', form: more.form ?? 'text', sure: more.sure ?? 'notSaid'},
    {
      print: (text) => (printed += text),
      complain: (text) => void complaints.push(text),
    },
    {program: world.path('sendmail'), files: world.files},
  );
const controls = (letter: 'q' | 'h'): string[] =>
  readdirSync(world.path('mqueue/q1')).filter((name) => name.startsWith(`${letter}f`));

test('the messages are shown, held with the reason, and released again', async () => {
  for (const number of [1, 2]) world.put('mqueue/q1', id(number));
  expect(await run('hold', everything)).toBe(0);
  expect(printed).toContain(id(1));
  expect(printed).toMatch(/\nheld 2 messages; back with: blocksmtp queue release\n$/);
  expect([controls('q'), controls('h')]).toEqual([[], [`hf${id(1)}`, `hf${id(2)}`]]);
  printed = '';
  expect(await run('release', {...everything, ids: new Set([id(2)])})).toBe(0);
  expect(printed).toMatch(/\nreleased 1 message\n$/);
  expect([controls('q'), controls('h')]).toEqual([[`qf${id(2)}`], [`hf${id(1)}`]]);
  expect(complaints).toEqual([]);
});

test.each(['hold', 'release'] as const)(
  '%s, called twice, changes nothing, and says so',
  async (deed) => {
    world.put('mqueue/q1', id(1));
    if (deed === 'release') await run('hold', everything);
    printed = '';
    expect(await run(deed, everything, {form: 'json'})).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({changed: true, left: []});
    printed = '';
    expect(await run(deed, everything, {form: 'json'})).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({changed: false, left: []});
  },
);

test('more than a hundred need --yes, and without it nothing is done', async () => {
  for (let number = 100; number < 201; number++) world.put('mqueue/q1', id(number));
  expect(await run('hold', everything)).toBe(1);
  expect(complaints).toEqual([
    '101 messages to hold, and nothing was done: more than 100 need --yes',
  ]);
  expect(printed).toMatch(/\nand 1 more\n$/);
  expect(controls('h')).toEqual([]);
  expect(await run('hold', everything, {sure: 'yes'})).toBe(0);
  expect(controls('h')).toHaveLength(101);
});

test('a message that sendmail leaves, and one that is not there, are named', async () => {
  for (const number of [1, 13]) world.put('mqueue/q1', id(number));
  const ids = new Set([id(1), id(13), id(99)]);
  expect(await run('hold', {ids}, {form: 'json'})).toBe(1);
  expect(JSON.parse(printed)).toEqual({
    changed: true,
    held: [id(1)],
    left: [
      {id: id(13), why: `${id(13)}: locked`},
      {id: id(99), why: 'not in the queue, or held already'},
    ],
  });
  expect(complaints).toHaveLength(2);
});

test('a queue that cannot be read is no empty one', async () => {
  const files = {relay: [world.path('none.cf')], submission: [world.path('none.cf')]};
  const wish = {deed: 'hold', filter: everything, reason: 'x', form: 'text', sure: 'yes'} as const;
  const output = {print: () => undefined, complain: (text: string) => void complaints.push(text)};
  expect(await holdQueue(wish, output, {program: world.path('sendmail'), files})).toBe(69);
  expect(complaints[0]).toContain('none.cf');
});
