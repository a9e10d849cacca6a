/** `queue` over real files: the table, the counts, and that `--watch` repeats until it is stopped. */
import {unlinkSync} from 'node:fs';
import {beforeEach, expect, test} from '@jest/globals';
import {showQueue} from '../../../src/cli/queue/show.js';
import {tempDirs} from '../../support/temp.js';
import {type QueueWorld, queueWorld} from '../../sys/queue/world.js';

const newDir = tempDirs();
let world: QueueWorld;
let printed: string[];
let stop: () => void;

beforeEach(() => {
  world = queueWorld(newDir());
  printed = [];
  stop = () => undefined;
});

const standard = {
  ...({filter: {}, what: 'table', form: 'text'} as const),
  ...{limit: 100, everySeconds: undefined},
};

const show = (
  wish: Partial<Parameters<typeof showQueue>[0]> = {},
  onPrint: (text: string) => void = () => undefined,
): Promise<number> =>
  showQueue(
    {...standard, ...wish},
    {onStop: (listener) => (stop = listener), onReload: () => undefined},
    {
      print: (text) => {
        printed.push(text);
        onPrint(text);
      },
      complain: (text) => void printed.push(text),
    },
    world.files,
  );

const at = (seconds: number): string[] => [
  ...[
    'V8',
    `T${1_795_965_000 + seconds}`,
    'K0',
    'N0',
    'P1',
    'Fs',
    '$_mail.example.org [192.0.2.66]',
  ],
  ...['S<anna@example.org>', 'RPFD:<bob@example.net>', `H??Subject: of ${seconds}`],
];

test('--watch repeats it with the time above, shows what has changed, and ends when it is stopped', async () => {
  world.put('mqueue/q1', 'ATFIh0Y000201');
  const rounds = (): string[] => printed.filter((text) => text.includes('in the queue'));
  const code = await show({everySeconds: 0.01}, (text) => {
    if (!text.includes('in the queue')) return;
    if (rounds().length === 1) world.put('mqueue/q1', 'ATFIh0Y000202');
    if (rounds().length === 2) unlinkSync(world.path('mqueue/q1/qfATFIh0Y000201'));
    if (rounds().length === 3) stop();
  });
  expect(code).toBe(0);
  expect(rounds().map((text) => /(\d+ messages?) of/.exec(text)?.[1])).toEqual([
    ...['1 message', '2 messages', '1 message'],
  ]);
  expect(
    printed.filter((text) => /^\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d\n$/.test(text)),
  ).toHaveLength(2);
});

test('--watch with --json prints one object a round, and nothing between', async () => {
  world.put('mqueue/q1', 'ATFIh0Y000201');
  await show({everySeconds: 0.01, form: 'json'}, () => {
    if (printed.length === 2) stop();
  });
  const all = printed.map((text) => (JSON.parse(text) as {fitting: number}).fitting);
  expect(all).toEqual([1, 1]);
});

test('the newest are shown where there are more than the limit, oldest first', async () => {
  for (let second = 0; second < 500; second++) {
    world.put(
      'mqueue/q1',
      `ATFIh0Y${String((second * 7) % 500).padStart(6, '0')}`,
      at((second * 7) % 500),
    );
  }
  expect(await show({limit: 3})).toBe(0);
  const [text = ''] = printed;
  expect([...text.matchAll(/ of (\d+) +-?$/gm)].map(([, second]) => second)).toEqual([
    ...['497', '498', '499'],
  ]);
  expect(text).toMatch(/500 messages of 500 in the queue; 497 older messages beyond --limit 3\n$/);
});

test('--count sums up by sender', async () => {
  for (const second of [1, 2]) world.put('mqueue/q1', `ATFIh0Y00000${second}`, at(second));
  expect(await show({what: 'count', form: 'json'})).toBe(0);
  expect(JSON.parse(printed[0] ?? '')).toMatchObject({
    senders: [
      {sender: {kind: 'host', address: '192.0.2.66'}, messages: 2, from: ['<anna@example.org>']},
    ],
  });
});
