/** The journal's follower on real journal files: what is given, and where it goes on. */
import {expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {JournalFollower} from '../../../src/sys/journal/journal.js';
import {childrenReading, journalWriter, JournalReader, writeJournal} from './journal-files.js';
import {sleep, tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const test = whereAvailable({tools: ['journalctl'], works: [journalWriter, '--version']});
/** A place before everything. */
const start = {cursor: 't=1'};

const many = (from: number, count: number, identifier = 'sm-mta') =>
  Array.from({length: count}, (_, i) => ({
    message: `${identifier} ${from + i}`,
    identifier,
    atUs: (from + i) * 1000,
  }));

test('gives the stored entries, then new ones, of the mailer alone', async () => {
  const folder = newDir();
  writeJournal(folder, [...many(0, 3), ...many(3, 2, 'other')]);
  const reader = new JournalReader(folder, start);
  await reader.isFollowing();
  expect(reader.messages).toEqual(['sm-mta 0', 'sm-mta 1', 'sm-mta 2']);
  writeJournal(folder, [...many(5, 1, 'other'), ...many(6, 2)]);
  await reader.reaches(5);
  expect(reader.messages.slice(3)).toEqual(['sm-mta 6', 'sm-mta 7']);
  expect(reader.kinds()).toEqual(['following']);
  await reader.stop();
  expect(childrenReading(folder)).toEqual([]);
});

test('several identifiers', async () => {
  const folder = newDir();
  writeJournal(folder, [...many(0, 1), ...many(1, 1, 'sendmail'), ...many(2, 1, 'other')]);
  const reader = new JournalReader(folder, start, ['sm-mta', 'sendmail']);
  await reader.isFollowing();
  expect(reader.messages).toEqual(['sm-mta 0', 'sendmail 1']);
  await reader.stop();
});

test('an identifier is never an option', async () => {
  const folder = newDir();
  writeJournal(folder, [...many(0, 1), ...many(1, 1, '--version')]);
  const reader = new JournalReader(folder, start, ['--version']);
  await reader.isFollowing();
  expect(reader.messages).toEqual(['--version 1']);
  await reader.stop();
});

test('"end" is a real place at once, behind the last entry of any writer', async () => {
  const folder = newDir();
  writeJournal(folder, [...many(0, 3), ...many(3, 1, 'other')]);
  const reader = new JournalReader(folder, 'end');
  await until('a batch', () => reader.batches.length > 0);
  expect(reader.batches[0]).toMatchObject({records: [], caughtUp: false});
  const {position} = reader;
  await reader.stop();
  // As after a crash: the cursor's own entry is hidden by the filter, the next one must not be lost.
  writeJournal(folder, many(4, 2));
  const again = new JournalReader(folder, position);
  await again.isFollowing();
  expect(again.messages).toEqual(['sm-mta 4', 'sm-mta 5']);
  await again.stop();
});

test('"end" of a journal without an entry is a real place too', async () => {
  const folder = newDir();
  const reader = new JournalReader(folder, 'end');
  await reader.isFollowing();
  expect(reader.position.cursor).toMatch(/^t=[0-9a-f]+$/);
  const {position} = reader;
  await reader.stop();
  const at = (ms: number) => ({__REALTIME_TIMESTAMP: `${ms * 1000}`});
  writeJournal(folder, [
    {message: 'before', atUs: 1, fields: at(Date.now() - 60_000)},
    {message: 'after', atUs: 2, fields: at(Date.now())},
  ]);
  const again = new JournalReader(folder, position);
  await again.isFollowing();
  expect(again.messages).toEqual(['after']);
  await again.stop();
});

test('resumes behind each entry, without losing or repeating one', async () => {
  const folder = newDir();
  const entries = [...many(0, 6), ...many(6, 2, 'other'), ...many(8, 4)];
  writeJournal(folder, entries);
  let position = start;
  const seen: string[] = [];
  for (;;) {
    const follower = new JournalFollower(['sm-mta'], position, () => undefined, {
      kind: 'folder',
      path: folder,
    });
    let found = false;
    for await (const batch of follower.batches(new AbortController().signal)) {
      found = batch.records.length > 0;
      seen.push(...batch.records.map(({message}) => message));
      position = batch.position ?? position;
      break; // a reader that leaves: the child goes too
    }
    if (!found) break;
  }
  expect(seen).toEqual(entries.filter((e) => e.identifier === 'sm-mta').map((e) => e.message));
  expect(childrenReading(folder)).toEqual([]);
});

test('resumes in the middle of 50,000', async () => {
  const folder = newDir();
  writeJournal(folder, many(0, 50_000));
  const first = new JournalReader(folder, start);
  await first.reaches(20_000);
  await first.stop();
  const {position} = first;
  const second = new JournalReader(folder, position);
  await second.isFollowing();
  await second.stop();
  const all = [...first.messages, ...second.messages];
  expect(all).toHaveLength(50_000);
  expect(all.every((message, i) => message === `sm-mta ${i}`)).toBe(true);
});

test('a vacuumed place: goes on with the oldest there is', async () => {
  const folder = newDir();
  writeJournal(folder, many(0, 5), 'system@old.journal');
  const first = new JournalReader(folder, start);
  await first.isFollowing();
  const position = await first.stop();
  fs.rmSync(join(folder, 'system@old.journal'));
  writeJournal(folder, many(10, 3));
  const second = new JournalReader(folder, position);
  await second.isFollowing();
  expect(second.messages).toEqual(['sm-mta 10', 'sm-mta 11', 'sm-mta 12']);
  expect(second.kinds()).toEqual(['following']);
  await second.stop();
});

test('a file that comes while following, and one that goes', async () => {
  const folder = newDir();
  writeJournal(folder, many(0, 2), 'system@old.journal');
  const reader = new JournalReader(folder, start);
  await reader.isFollowing();
  writeJournal(folder, many(2, 2));
  await reader.reaches(4);
  fs.rmSync(join(folder, 'system@old.journal'));
  writeJournal(folder, many(4, 1));
  await reader.reaches(5);
  expect(reader.messages).toEqual([0, 1, 2, 3, 4].map((i) => `sm-mta ${i}`));
  await reader.stop();
});

test('text comes as bytes, whatever the bytes', async () => {
  const folder = newDir();
  const utf8 = Buffer.from('café 😀');
  const latin1 = Buffer.from('caf\xe9 \x01', 'latin1');
  writeJournal(folder, [
    {message: utf8, atUs: 1},
    {message: latin1, atUs: 2},
  ]);
  const reader = new JournalReader(folder, start);
  await reader.isFollowing();
  expect(reader.messages).toEqual([utf8.toString('latin1'), latin1.toString('latin1')]);
  await reader.stop();
});

test('an entry that no mailer writes is left out and reported once, and reading goes on', async () => {
  const folder = newDir();
  const crowd = Object.fromEntries(Array.from({length: 40}, (_, i) => [`F${i}`, 'x'.repeat(4000)]));
  writeJournal(folder, [
    {message: 'x'.repeat(5000), atUs: 1},
    {message: 'x'.repeat(5_000_000), atUs: 2},
    {message: 'two\nlines', atUs: 3},
    {message: 'fine', atUs: 4, fields: crowd},
  ]);
  const reader = new JournalReader(folder, start);
  await reader.isFollowing();
  expect(reader.messages).toEqual(['fine']);
  expect(reader.events.filter(({kind}) => kind === 'skipped')).toHaveLength(1);
  await reader.stop();
});

test('a slow reader makes the child wait, not the memory grow', async () => {
  const folder = newDir();
  writeJournal(folder, many(0, 50_000));
  const place = {kind: 'folder', path: folder} as const;
  const follower = new JournalFollower(['sm-mta'], start, () => undefined, place);
  const stop = new AbortController();
  let count = 0;
  let largest = 0;
  for await (const {records, caughtUp} of follower.batches(stop.signal)) {
    if (count === 0) {
      await sleep(1000);
      // It would have been through in a third of the time.
      expect(childrenReading(folder)).toHaveLength(1);
    }
    count += records.length;
    largest = Math.max(largest, records.length);
    if (caughtUp) stop.abort();
  }
  expect(count).toBe(50_000);
  expect(largest).toBeLessThan(1000);
});
