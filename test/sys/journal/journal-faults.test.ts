/** The journal's follower when journalctl is killed, fails, or cannot be had at all. */
import {afterEach, describe, expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {bundle, startScript} from '../../support/child.js';
import {childrenReading, journalWriter, JournalReader, writeJournal} from './journal-files.js';
import {sleep, tempDirs, until} from '../../support/temp.js';
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

async function kill(folder: string, signal: NodeJS.Signals): Promise<void> {
  await until('a child', () => childrenReading(folder).length > 0);
  for (const pid of childrenReading(folder)) process.kill(pid, signal);
}

describe('the child', () => {
  test('killed while it follows: goes on at the cursor, told once', async () => {
    const folder = newDir();
    writeJournal(folder, many(0, 10));
    const reader = new JournalReader(folder, start);
    await reader.reaches(10);
    for (let i = 10; i < 13; i += 1) {
      await kill(folder, 'SIGKILL');
      writeJournal(folder, many(i, 1));
      await reader.reaches(i + 1);
    }
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
  }, 60_000);

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
    const reader = new JournalReader(folder, 'end');
    await reader.says('unreadable');
    await sleep(1000);
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

  test('no right: said in one line, once, and it goes on when there is', async () => {
    const folder = newDir();
    writeJournal(folder, many(0, 1));
    fakeJournalctl(
      'echo "No journal files were opened due to insufficient permissions." >&2; exit 1',
    );
    const reader = new JournalReader(folder, start);
    await reader.says('unreadable');
    await sleep(1000);
    const why = 'journalctl: No journal files were opened due to insufficient permissions.';
    expect(reader.events).toEqual([{kind: 'unreadable', why}]);
    process.env['PATH'] = path;
    await reader.reaches(1);
    await reader.stop();
  });

  test('a journalctl that ends at once is not started all the time', async () => {
    const folder = newDir();
    fakeJournalctl(`echo x >>${folder}/started`);
    const reader = new JournalReader(folder, start);
    await until('it to follow anew', () => reader.kinds().length > 2);
    await sleep(2000);
    await reader.stop();
    // At 0, 0.25, 0.75, 1.75 s, twice each.
    const started = fs.readFileSync(`${folder}/started`, 'utf8').length / 2;
    expect(started).toBeLessThanOrEqual(8);
    expect(reader.kinds()).toEqual(['following', 'unreadable', 'following']);
  });

  test('an entry without an end is not kept', async () => {
    const folder = newDir();
    fakeJournalctl(
      `case "$*" in *--follow*) exec sleep 60;; esac; yes x | tr -d '\\n' | head -c 300000000; echo`,
    );
    const before = process.memoryUsage().rss;
    const reader = new JournalReader(folder, start);
    await reader.isFollowing();
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    expect(reader.kinds()).toEqual(['skipped', 'following']);
    await reader.stop();
  });

  test('a cursor that is none: told, and on from the end', async () => {
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
