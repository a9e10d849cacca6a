/**
 * The first start: what the daemon learns from old logs, what it logs about that, and what comes of
 * a killed one.
 */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {Learner, type LearnBounds} from '../../src/daemon/learner.js';
import {emptyState} from '../../src/guard/state.js';
import {isToRead, learningUntilMs, type Learning} from '../../src/judge/learning.js';
import type {LogRecord} from '../../src/log/record.js';
import {journalSource, type SourcePlan} from '../../src/log/source-plan.js';
import {tempDirs, until} from '../support/temp.js';

const newDir = tempDirs();
const dayMs = 86_400_000;
const wide = {ageMs: 14 * dayMs, bytes: 1e9, timeMs: 60_000};
let log = '';
let state = emptyState();
let heard: LogRecord[] = [];
let said: string[] = [];
/** How far it was at each time it was saved. */
let saved: (Learning['kind'] | undefined)[] = [];
let ended = 0;
let journal: SourcePlan['journal'] = 'left';
const path = process.env['PATH'];

beforeEach(() => {
  log = join(newDir(), 'mail.log');
  state = emptyState();
  [heard, said, saved, ended] = [[], [], [], 0];
  journal = 'left';
});
afterEach(() => {
  process.env['PATH'] = path;
});

/** Puts a program of ours before the real one. */
function fakeProgram(name: string, script: string): void {
  const folder = newDir();
  fs.writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, {mode: 0o755});
  process.env['PATH'] = `${folder}:${path}`;
}

const line = (message: string, days: number, program = 'sm-mta'): string =>
  `${new Date(Date.now() - days * dayMs).toISOString()} relay ${program}[7]: ${message}\n`;
const sent = (name: string, days: number): string => line(`to=<${name}>, stat=Sent`, days);

const kinds = (): (Learning['kind'] | undefined)[] =>
  [...state.learning.entries()].map(([, {kind}]) => kind);

async function learn(
  bounds: LearnBounds = wide,
  hear: (record: LogRecord) => void = () => undefined,
  signal = new AbortController().signal,
): Promise<void> {
  const learner = new Learner(
    {
      names: ['sm-mta'],
      state,
      guard: {
        learn: (record) => {
          heard.push(record);
          hear(record);
          return record.message.includes('stat=Sent') ? 1 : 0;
        },
        hasLearnt: () => {
          ended++;
        },
      },
      plan: {files: [log], journal},
      named: (record) => (record.program === 'sm-mta' ? record : undefined),
      save: () => void saved.push(kinds()[0]),
      say: (_, message) => void said.push(message),
    },
    bounds,
  );
  await learner.run(signal);
}

const messages = (): string[] => heard.map(({message}) => /<(.*)>/.exec(message)?.[1] ?? message);

describe('the first start', () => {
  test('hears the old files in their order, notes the place first, and says what it learnt', async () => {
    fs.writeFileSync(`${log}.2.gz`, gzipSync(sent('a', 9) + sent('b', 8)));
    fs.writeFileSync(`${log}.1`, sent('c', 5) + line('other', 5, 'cron'));
    fs.writeFileSync(log, sent('d', 1));
    await learn();
    expect(messages()).toEqual(['a', 'b', 'c', 'd']);
    expect(state.positions.get(log)).toMatchObject([{offset: fs.statSync(log).size}]);
    expect(saved).toEqual(['reading', 'learnt']);
    expect(ended).toBe(1);
    expect(said).toEqual([
      'learnt from 3 old logs (1 MB, 9 days): 4 recipients that took mail, in 1s',
    ]);
    expect(learningUntilMs(state.learning, Date.now())).toBeUndefined();
  });

  test('comes once: the next one reads nothing', async () => {
    fs.writeFileSync(`${log}.1`, sent('c', 5));
    await learn();
    await learn();
    expect(messages()).toEqual(['c']);
    expect(said).toHaveLength(1);
  });

  test('without old logs: learns for a day while it works, also after a restart', async () => {
    const beforeMs = Date.now();
    await learn();
    await learn();
    expect(saved).toEqual(['reading', 'firstDay']);
    const untilMs = learningUntilMs(state.learning, Date.now())!;
    expect(untilMs - beforeMs - dayMs).toBeGreaterThanOrEqual(0);
    expect(untilMs - Date.now() - dayMs).toBeLessThanOrEqual(0);
    expect(said).toEqual([
      expect.stringMatching(
        /^the old logs contain no delivery; learning until \S+[+-]\d\d:\d\d, and clients are judged more mildly until then$/,
      ),
    ]);
  });

  test('with a log of ten hours: the rest of the day', async () => {
    fs.writeFileSync(log, sent('a', 10 / 24));
    await learn();
    const leftMs = learningUntilMs(state.learning, Date.now())! - Date.now();
    expect(Math.abs(leftMs - (14 / 24) * dayMs)).toBeLessThan(60_000);
  });

  test('leaves out lines that are too old, whenever their file was changed', async () => {
    fs.writeFileSync(`${log}.1`, sent('old', 15) + sent('new', 13));
    await learn();
    expect(messages()).toEqual(['new']);
  });

  test('a file that cannot be read is named, and the others are heard', async () => {
    fs.writeFileSync(`${log}.2.xz`, 'x');
    fs.writeFileSync(`${log}.1`, sent('c', 5));
    await learn();
    expect(messages()).toEqual(['c']);
    expect(said[0]).toContain('; 1 file left out: not packed by gzip');
  });

  test('a damaged file is heard as far as it goes', async () => {
    const packed = gzipSync(sent('a', 9) + sent('b', 8));
    fs.writeFileSync(`${log}.2.gz`, packed.subarray(0, packed.length - 12));
    fs.writeFileSync(`${log}.1`, sent('c', 5));
    await learn();
    expect(messages().at(-1)).toBe('c');
    expect(kinds()).toEqual(['learnt']);
  });
});

describe('bounds', () => {
  test('when the time is over it says so, and the unread files make it learn for a day', async () => {
    fs.writeFileSync(`${log}.1`, sent('c', 5));
    fs.writeFileSync(log, sent('d', 1));
    await learn({...wide, timeMs: 0});
    expect(messages()).toEqual(['c']);
    expect(said[0]).toContain('; stopped after 0s; learning until ');
    expect(kinds()).toEqual(['firstDay']);
  });

  test('it hears the newest lines where there are too many', async () => {
    fs.writeFileSync(`${log}.2`, sent('old', 6));
    const newest = sent('d', 5);
    fs.writeFileSync(`${log}.1`, newest);
    fs.utimesSync(`${log}.2`, new Date(), new Date(Date.now() - 6 * dayMs));
    await learn({...wide, bytes: newest.length});
    expect(messages()).toEqual(['d']);
    expect(said[0]).toContain('; 1 file left out: beyond 1 MB');
  });
});

describe('a program that never answers', () => {
  const short = {...wide, timeMs: 700};
  /** Tells where the end of the journal is; then it notes its own process, and hangs. */
  const hang = (pidFile: string): string =>
    `case "$*" in *--lines=1*) echo '{"__CURSOR":"t=7"}'; exit;; esac\necho $$ >${pidFile}\nexec sleep 600`;
  const isRunning = (pidFile: string): boolean =>
    fs.existsSync(`/proc/${fs.readFileSync(pidFile, 'utf8').trim()}`);

  test('a journalctl that hangs: ended when the time is over, and it learns for a day', async () => {
    journal = 'followed';
    const pidFile = join(newDir(), 'pid');
    fakeProgram('journalctl', hang(pidFile));
    fs.writeFileSync(`${log}.1`, sent('c', 5));
    await learn(short);
    expect(messages()).toEqual(['c']);
    expect(said).toEqual([expect.stringContaining('; stopped after 1s; learning until ')]);
    expect([saved, ended]).toEqual([['reading', 'firstDay'], 1]);
    expect(state.journals.get(journalSource)).toEqual({cursor: 't=7'});
    await until('its end', () => !isRunning(pidFile));
  });

  test('a journalctl that does not even say where the journal ends', async () => {
    journal = 'followed';
    fakeProgram('journalctl', 'exec sleep 600');
    await learn(short);
    expect(said).toEqual([expect.stringContaining('; stopped after 1s; learning until ')]);
    expect(saved).toEqual(['firstDay']);
    expect(state.journals.get(journalSource)).toBeUndefined();
  });

  test('a packed file that is never unpacked; what is unpacked later counts no more', async () => {
    const xz = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0, 0, 0, 0]);
    fs.writeFileSync(`${log}.2`, sent('a', 9));
    fs.writeFileSync(`${log}.1.xz`, xz);
    const [pidFile, late] = [join(newDir(), 'pid'), join(newDir(), 'late')];
    fs.writeFileSync(late, sent('late', 5));
    fakeProgram('xz', `echo $$ >${pidFile}\nsleep 2\ncat ${late}`);
    await learn(short);
    expect(messages()).toEqual(['a']);
    expect(said[0]).toContain('; stopped after 1s; learning until ');
    await until('its end', () => !isRunning(pidFile));
    expect(messages()).toEqual(['a']);
  });

  test('a daemon that ends does not wait for it', async () => {
    journal = 'followed';
    const pidFile = join(newDir(), 'pid');
    fakeProgram('journalctl', hang(pidFile));
    const end = new AbortController();
    const learning = learn(wide, undefined, end.signal);
    await until('it hangs', () => fs.existsSync(pidFile));
    end.abort();
    await learning;
    expect([isToRead(state.learning), said]).toEqual([true, []]);
  });
});

test('a learner that was ended half-way begins anew, and goes on at the place of the first', async () => {
  fs.writeFileSync(`${log}.1`, sent('a', 9) + sent('b', 8));
  fs.writeFileSync(log, sent('c', 1));
  const end = new AbortController();
  await learn(wide, () => end.abort(), end.signal);
  expect([isToRead(state.learning), said]).toEqual([true, []]);
  expect(saved).toEqual(['reading']);
  fs.appendFileSync(log, sent('written meanwhile', 0));
  heard = [];
  await learn();
  expect(messages()).toEqual(['a', 'b', 'c']);
  expect(kinds()).toEqual(['learnt']);
});

test('others have their turn while it reads', async () => {
  fs.writeFileSync(`${log}.1`, sent('a', 5).repeat(20_000));
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await learn();
  clearInterval(timer);
  expect(heard).toHaveLength(20_000);
  expect(turns).toBeGreaterThan(3);
});
