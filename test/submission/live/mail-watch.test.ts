/** From lines of the log to the book, the warning, the script and the queue, with a mailer's queue that is made up. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {emptyState, type State} from '../../../src/guard/state.js';
import type {Config} from '../../../src/config/schema.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import type {MailQueue} from '../../../src/submission/live/mail-queue.js';
import {MailWatch} from '../../../src/submission/live/mail-watch.js';
import {configIn} from '../../support/config.js';
import {tempDirs} from '../../support/temp.js';
import {until} from '../../system/lab/until.js';
import {fromLine, handedOver, idOf, localFrom, recordOf, relay, startMs} from '../samples.js';

const newDir = tempDirs();
let state: State;
let said: string[];
let counted: number;
let passedMs: number;
let held: string[];
let listed: Map<string, 'waiting' | 'held'> | undefined;
let unread: string[];
let whyNotHeld: string | undefined;

beforeEach(() => {
  [state, said, counted, held] = [emptyState(), [], 0, []];
  passedMs = 0;
  [listed, unread, whyNotHeld] = [new Map(), [], undefined];
});

const queue: MailQueue = {
  hold: (ids) => {
    held.push(...ids);
    return Promise.resolve({done: ids, busy: []});
  },
  detailsOf: (ids) => ids.map((id) => ({id, subject: 'cheap', script: '33:evil.php'})),
  newReader: () => (ids) => ids.map((id) => ({id, subject: 'cheap', script: '33:evil.php'})),
  list: () => Promise.resolve(listed && {messages: listed, unread}),
  whyNotHeld: () => whyNotHeld,
};

const made = (more: Partial<Config> = {}): MailWatch =>
  new MailWatch({
    config: {...configIn(newDir()), outgoingMail: 'warn', mailPerHour: 5, ...more},
    ...{state, dialect: sendmail, ownHost: relay, queue},
    now: () => startMs + passedMs,
    onCount: () => (counted += 1),
    say: (level, text) => void said.push(`${level}: ${text}`),
  });

const noClient = {kind: 'ignored', reason: 'noClient', why: ''} as const;

/** What uid 33 hands in: the submission's lines, and the relay's between them. */
function submit(watch: MailWatch, number: number, recipients: number, uid = 33): void {
  const [q1, q2] = [idOf(1000 + number), idOf(number)];
  const lines = [
    localFrom(q1, 'www-data', recipients),
    fromLine(q2, 'shop@example.org', recipients, 'localhost [127.0.0.1]'),
    handedOver(q1, uid, q2),
  ];
  for (const message of lines) {
    const record = recordOf(message, {atMs: startMs + passedMs});
    const event = sendmail.read(record);
    watch.take(
      record,
      event === undefined ? {...noClient, record} : {kind: 'event', event, record},
    );
  }
}

test('lines are joined and counted, and the script is read from the queue', async () => {
  const watch = made();
  submit(watch, 1, 3);
  expect(watch.totals.uid).toEqual({messages: 1, recipients: 3});
  expect(counted).toBeGreaterThan(0);
  await until('the script', () => state.mailSenders.get('uid:33')?.scripts !== undefined);
  expect(state.mailSenders.get('uid:33')?.scripts).toEqual([['33:evil.php', 3]]);
  expect(said).toEqual([]);
});

test('a warning names a sender over a limit once, with the facts of the queue', async () => {
  const watch = made();
  for (const number of [1, 2, 3]) submit(watch, number, 5);
  await until('the warning', () => said.length > 0);
  expect(said).toEqual([expect.stringMatching(/^warning: .*uid 33\): 10 recipients in an hour/)]);
  expect(said[0]).toContain('subjects cheap');
  expect(said[0]).toContain('33:evil.php');
  expect(held).toEqual([]);
});

test('quarantine holds waiting mail before it warns, and says so', async () => {
  const watch = made({outgoingMail: 'quarantine', mailExempt: ['uid:33=5']});
  for (const number of [1, 2]) submit(watch, number, 5);
  await until('the warning', () => said.some((text) => text.startsWith('warning')));
  expect(held.sort()).toEqual([idOf(1), idOf(2)]);
  expect(said.at(-1)).toContain('2 messages of it held: blocksmtp queue --held');
});

test('where nothing can be held the warning says why', async () => {
  whyNotHeld = 'the daemon has no CAP_SETGID';
  const watch = made({outgoingMail: 'quarantine', mailExempt: ['uid:33=5']});
  for (const number of [1, 2]) submit(watch, number, 5);
  await until('the warning', () => said.some((text) => text.startsWith('warning')));
  expect(held).toEqual([]);
  expect(said.at(-1)).toContain('not held: the daemon has no CAP_SETGID');
  expect(watch.holdTrouble).toBe('the daemon has no CAP_SETGID');
});

test('a restart with rights holds what the warning could not', async () => {
  whyNotHeld = 'the daemon has no CAP_SETGID';
  const more = {outgoingMail: 'quarantine', mailExempt: ['uid:33=5']} as const;
  const before = made({...more, mailExempt: [...more.mailExempt]});
  for (const number of [1, 2]) submit(before, number, 5);
  await until('the warning', () => said.some((text) => text.startsWith('warning')));
  whyNotHeld = undefined;
  const after = made({...more, mailExempt: [...more.mailExempt]});
  expect(after.book.over).toBe(1);
  await after.tick();
  expect(held.sort()).toEqual([idOf(1), idOf(2)]);
});

test('a long queue holds nothing, even of a sender that was over a limit before, and the warning says why', async () => {
  const watch = made({outgoingMail: 'quarantine', mailPerHour: 100, mailPerDay: 100_000});
  for (let number = 0; number < 101; number++) submit(watch, number, 1, 1001);
  await until('the first round', () => held.length > 0);
  held = [];
  const later = Array.from({length: 200}, (_, number) => 200 + number);
  for (const [at, number] of later.entries()) {
    passedMs = 2 * 3_600_000 + at * 60_000;
    submit(watch, number, 1, 1001);
  }
  listed = new Map(later.map((number) => [idOf(number), 'waiting']));
  await watch.tick();
  await until('the warning', () => said.some((text) => text.includes('wait in the queue')));
  expect(said.at(-1)).toContain('not held: mail also waits when an uplink');
  expect(held).toEqual([]);
});

test('each half minute the queue is read, and a warning names a sender with much in it', async () => {
  const watch = made({mailPerHour: 100_000});
  for (let number = 0; number < 250; number++) submit(watch, number, 1);
  listed = new Map(Array.from({length: 250}, (_, number) => [idOf(number), 'waiting']));
  expect([watch.queued, watch.inQueue]).toEqual([undefined, undefined]);
  await watch.tick();
  expect(watch.queued?.get('uid:33')).toEqual({waiting: 250, held: 0});
  expect(watch.inQueue).toEqual({waiting: 250, held: 0});
  await until('the warning', () => said.length > 0);
  expect(said[0]).toContain('250 messages wait in the queue');
  await watch.tick();
  expect(said).toHaveLength(1);
});

describe('the whole queue', () => {
  const many = (count: number): typeof listed =>
    new Map(Array.from({length: count}, (_, number) => [idOf(number), 'waiting']));
  /** Looks for so many minutes. */
  async function look(watch: MailWatch, minutes: number): Promise<void> {
    for (let tick = 0; tick < 2 * minutes; tick++) {
      passedMs += 30_000;
      await watch.tick();
    }
  }

  test.each([
    ['warn', [expect.stringMatching(/^warning: the queue is long: 50 messages wait \(limit 40\)/)]],
    ['observe', [expect.stringMatching(/^warning: the queue is long/)]],
  ] as const)('%s: it is reported once, and its end too', async (outgoingMail, expected) => {
    const watch = made({mailQueueAlarm: 40, mailPerHour: 100_000, outgoingMail});
    for (let number = 0; number < 30; number++) submit(watch, number, 1);
    expect(watch.longQueue).toEqual({limit: 40});
    listed = many(50);
    await look(watch, 20);
    expect(said).toEqual(expected);
    expect(said[0]).toContain('most: 30 of uid 33, 20 of unknown senders');
    expect(watch.longQueue.longSinceMs).toBeGreaterThan(startMs);
    listed = many(3);
    await look(watch, 20);
    expect(said.slice(1)).toEqual([
      expect.stringMatching(
        /^notice: outgoing mail: the queue is no longer long: 3 messages wait; 50 at most/,
      ),
    ]);
    expect(watch.longQueue).toEqual({limit: 40});
  });

  test('after a restart the alarm goes on, and is not reported again', async () => {
    listed = many(50);
    await look(made({mailQueueAlarm: 40}), 10);
    said = [];
    const again = made({mailQueueAlarm: 40});
    expect(again.longQueue.longSinceMs).toBeGreaterThan(startMs);
    await look(again, 10);
    expect(said).toEqual([]);
  });

  test('held messages do not wait', async () => {
    listed = new Map([...(many(50) ?? [])].map(([id]) => [id, 'held']));
    const watch = made({mailQueueAlarm: 40});
    await look(watch, 10);
    expect([said, watch.longQueue]).toEqual([[], {limit: 40}]);
  });

  test('an unreadable queue is reported once, begins no alarm and ends none', async () => {
    const watch = made({mailQueueAlarm: 40});
    listed = many(50);
    await look(watch, 10);
    said = [];
    listed = undefined;
    await look(watch, 10);
    expect(said).toEqual([
      'warning: outgoing mail: no queue can be read; the length of the queue is not watched',
    ]);
    [said, listed, unread] = [[], many(3), ['/var/spool/mqueue/q2: EACCES']];
    await look(watch, 10);
    expect(said).toEqual([
      'notice: outgoing mail: the queue can be read now',
      'warning: outgoing mail: not all of the queue can be read: /var/spool/mqueue/q2: EACCES',
    ]);
    expect(watch.longQueue.longSinceMs).toBeGreaterThan(startMs);
    [said, unread] = [[], []];
    await look(watch, 10);
    expect(said).toEqual([expect.stringMatching(/^notice: .* is no longer long/)]);
  });
});

test('a queue that cannot be read is no empty one', async () => {
  listed = undefined;
  const watch = made();
  await watch.tick();
  expect([watch.queued, watch.inQueue]).toEqual([undefined, undefined]);
});

test('a warning names a user who imitates the mailer once', () => {
  const watch = made();
  for (let count = 0; count < 3; count++) {
    const record = recordOf('user 1000 changed syslog label');
    watch.take(record, {...noClient, record});
  }
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^warning: .*has called sendmail under another name for the log \(-L\)/);
});

test('it ends when the signal is given', async () => {
  const stop = new AbortController();
  const watch = made();
  const running = watch.run(stop.signal);
  stop.abort();
  await running;
  submit(watch, 1, 1);
  expect(state.mailSenders.get('uid:33')?.scripts).toBeUndefined();
});
