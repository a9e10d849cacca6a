/** The journal's follower when journalctl is killed, fails, or cannot be had at all. */
import {afterEach, describe, expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {bundle, startScript} from '../../support/child.js';
import {childrenReading, journalWriter, JournalReader, writeJournal} from './journal-files.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const test = whereAvailable({tools: ['journalctl'], works: [journalWriter, '--version']});
const start = {cursor: 't=1'};
const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

const many = (from: number, count: number) =>
  Array.from({length: count}, (_, i) => ({message: `${from + i}`, atUs: (from + i) * 1000}));
const numbers = (count: number): string[] => Array.from({length: count}, (_, i) => `${i}`);

/** Puts a journalctl of ours before the real one. */
function fakeJournalctl(script: string): void {
  const folder = newDir();
  fs.writeFileSync(join(folder, 'journalctl'), `#!/bin/sh\n${script}\n`, {mode: 0o755});
  process.env['PATH'] = `${folder}:${path}`;
}

/** Beside what it does, a line for each start: the seconds since the machine's, which no clock moves. */
const notingStarts = (file: string, script: string): string =>
  `read seconds _ </proc/uptime; echo $seconds >>${file}\n${script}`;

const startsIn = (file: string): number[] =>
  fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];

/** A child that ends by itself just before is none that was hit: then the next one is. */
const kill = (folder: string, signal: NodeJS.Signals): Promise<void> =>
  until('a child that was hit', () => {
    const hit = childrenReading(folder).filter((pid) => isHit(pid, signal));
    return hit.length > 0;
  });

function isHit(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

describe('the child', () => {
  test('killed while it follows: goes on at the cursor, logged once', async () => {
    const folder = newDir();
    writeJournal(folder, many(0, 10));
    const reader = new JournalReader(folder, start);
    // Only then has it said that it follows; entries come before.
    await reader.isFollowing();
    for (let i = 10; i < 13; i += 1) {
      await kill(folder, 'SIGKILL');
      writeJournal(folder, many(i, 1));
      await reader.reaches(i + 1);
    }
    // Entries come before it says so again; and of one trouble it speaks once, whichever child was hit.
    await until('it to follow anew', () => reader.kinds().length > 2);
    expect(reader.messages).toEqual(numbers(13));
    expect(reader.kinds()).toEqual(['following', 'unreadable', 'following']);
    expect(reader.events[1]).toMatchObject({why: expect.stringContaining('SIGKILL')});
    await reader.stop();
  });

  test('killed again and again in the middle of 50,000: none lost, none twice', async () => {
    const folder = newDir();
    writeJournal(folder, many(0, 50_000));
    const reader = new JournalReader(folder, start);
    for (const count of [1, 10_000, 20_000]) {
      await reader.reaches(count);
      await kill(folder, 'SIGKILL');
    }
    await reader.isFollowing();
    await reader.stop();
    expect(reader.messages).toEqual(numbers(50_000));
  });

  test('goes with us when we are killed with -9', async () => {
    const folder = newDir();
    writeJournal(folder, many(0, 3));
    const script = bundle(
      newDir(),
      `import {JournalFollower} from './src/sys/journal/journal.js';
       const place = {kind: 'folder', path: process.argv[2]};
       const follower = new JournalFollower(['sm-mta'], {cursor: 't=1'}, () => {}, place);
       for await (const {caughtUp} of follower.batches(new AbortController().signal)) {
         if (caughtUp) console.log('following');
       }`,
    );
    const child = startScript(script, [folder]);
    await until('it follows', () => child.output().includes('following'));
    await until('its child', () => childrenReading(folder).length === 1);
    child.process.kill('SIGKILL');
    await until('no child', () => childrenReading(folder).length === 0);
  });

  test('that is stopped in its tracks is ended all the same', async () => {
    const folder = newDir();
    writeJournal(folder, many(0, 1));
    const reader = new JournalReader(folder, start);
    await reader.isFollowing();
    await kill(folder, 'SIGSTOP');
    await reader.stop();
    await until('no child', () => childrenReading(folder).length === 0);
  });
});

describe('no journal to be read', () => {
  test('a folder that comes later', async () => {
    const folder = join(newDir(), 'journal');
    const starts = join(newDir(), 'starts');
    fakeJournalctl(notingStarts(starts, `PATH='${path}' exec journalctl "$@"`));
    const reader = new JournalReader(folder, 'end');
    await until('three tries', () => startsIn(starts).length > 2);
    expect(reader.kinds()).toEqual(['unreadable']);
    writeJournal(folder, many(0, 1));
    await reader.says('following');
    await reader.stop();
  });

  test('a folder that is replaced: the child that knows the old one is, too', async () => {
    const folder = join(newDir(), 'journal');
    writeJournal(folder, many(0, 1));
    const reader = new JournalReader(folder, start);
    await reader.isFollowing();
    fs.renameSync(folder, `${folder}.old`);
    writeJournal(folder, many(1, 1));
    await reader.reaches(2);
    expect(reader.messages).toEqual(['0', '1']);
    await reader.stop();
  });

  test('no right: reported in one line, once, and it goes on when there is', async () => {
    const folder = newDir();
    writeJournal(folder, many(0, 1));
    const starts = join(newDir(), 'starts');
    const refuses =
      'echo "No journal files were opened due to insufficient permissions." >&2; exit 1';
    fakeJournalctl(notingStarts(starts, refuses));
    const reader = new JournalReader(folder, start);
    await until('three tries', () => startsIn(starts).length > 2);
    const why = 'journalctl: No journal files were opened due to insufficient permissions.';
    expect(reader.events).toEqual([{kind: 'unreadable', why}]);
    process.env['PATH'] = path;
    await reader.reaches(1);
    await reader.stop();
  });

  test('a journalctl that ends at once is not started all the time', async () => {
    const folder = newDir();
    const starts = join(newDir(), 'starts');
    fakeJournalctl(notingStarts(starts, 'exit 0'));
    const reader = new JournalReader(folder, start);
    await until('the fourth round', () => startsIn(starts).length > 6);
    await reader.stop();
    // Two in each round; a busy machine only makes the pauses between the rounds longer.
    const at = startsIn(starts);
    const pauses = [2, 4, 6].map((first) => at[first]! - at[first - 1]!);
    // What the kernel tells is rounded to hundredths.
    for (const [i, least] of [0.25, 0.5, 1].entries()) {
      expect(pauses[i]).toBeGreaterThanOrEqual(least - 0.02);
    }
    expect(reader.kinds().slice(0, 3)).toEqual(['following', 'unreadable', 'following']);
  });

  test('an entry without an end is not kept', async () => {
    const folder = newDir();
    fakeJournalctl(
      `case "$*" in *--follow*) exec sleep 60;; esac; yes x | tr -d '\\n' | head -c 300000000; echo`,
    );
    const before = process.memoryUsage().rss;
    const reader = new JournalReader(folder, start);
    await reader.isFollowing();
    // It has 300 MB; what is read and dropped stays until the collector comes.
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    expect(reader.kinds()).toEqual(['skipped', 'following']);
    await reader.stop();
  });

  test('a cursor that is none: reported, and on from the end', async () => {
    const folder = newDir();
    writeJournal(folder, many(0, 2));
    const reader = new JournalReader(folder, {cursor: 'nonsense'});
    await reader.isFollowing();
    writeJournal(folder, many(2, 1));
    await reader.reaches(1);
    expect(reader.messages).toEqual(['2']);
    expect(reader.kinds()).toEqual(['cursorRefused', 'following']);
    await reader.stop();
  });
});
