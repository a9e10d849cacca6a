/** What a real journal has kept is read once. */
import {expect} from '@jest/globals';
import type {LogRecord} from '../../../src/log/record.js';
import {storedSince} from '../../../src/sys/old-logs/old-entries.js';
import {childrenReading, journalWriter, writeJournal} from '../journal/journal-files.js';
import {tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const test = whereAvailable({tools: ['journalctl'], works: [journalWriter, '--version']});
const firstMs = 1_795_278_000_000;

const entries = Array.from({length: 5}, (_, i) => ({message: `entry ${i}`, atUs: i * 1_000_000}));

async function read(
  folder: string,
  sinceMs: number,
  signal = new AbortController().signal,
  most = Number.POSITIVE_INFINITY,
): Promise<{records: LogRecord[]; why: string[]}> {
  const [records, why]: [LogRecord[], string[]] = [[], []];
  const place = {kind: 'folder', path: folder} as const;
  const told = (text: string): void => void why.push(text);
  for await (const batch of storedSince(['sm-mta'], sinceMs, signal, told, place)) {
    expect(batch.bytes).toBeGreaterThan(0);
    records.push(...batch.records);
    if (records.length >= most) break;
  }
  return {records, why};
}

test('entries of the mailer alone, from the wanted time to the end', async () => {
  const folder = newDir();
  writeJournal(folder, [...entries, {message: 'other', identifier: 'cron', atUs: 3_500_000}]);
  const {records, why} = await read(folder, firstMs + 2000);
  expect(records.map(({message}) => message)).toEqual(['entry 2', 'entry 3', 'entry 4']);
  expect(records[0]).toMatchObject({atMs: firstMs + 2000, host: 'relay', program: 'sm-mta'});
  expect(why).toEqual([]);
  expect((await read(folder, firstMs + 60_000)).records).toEqual([]);
});

test('a path that is no folder is reported; a reader that stops in the middle leaves no child', async () => {
  expect((await read('/nowhere', 0)).why).toHaveLength(1);
  const folder = newDir();
  writeJournal(folder, entries);
  await read(folder, 0, undefined, 1);
  const over = new AbortController();
  over.abort();
  expect(await read(folder, 0, over.signal)).toEqual({records: [], why: []});
  expect(childrenReading(folder)).toEqual([]);
});
