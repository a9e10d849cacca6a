/** When the state is saved, and what happens when the disk refuses. */
import {afterEach, beforeEach, expect, jest, test} from '@jest/globals';
import {Committer} from '../../../src/daemon/enforcement/committer.js';
import type {LogLevel} from '../../../src/base/say.js';

let said: [LogLevel, string][] = [];
let commits: number[] = [];
let refuses: false | string = false;
let committer: Committer;

beforeEach(() => {
  jest.useFakeTimers({now: 0});
  said = [];
  commits = [];
  refuses = false;
  committer = new Committer(
    () => {
      commits.push(Date.now());
      if (refuses !== false) throw new Error(refuses);
    },
    (level, message) => said.push([level, message]),
  );
});
afterEach(() => {
  committer.stop();
  jest.useRealTimers();
});

test('why it is not saved is known until it is', () => {
  refuses = 'disk full';
  committer.now();
  expect(committer.failure).toBe('disk full');
  refuses = false;
  jest.advanceTimersByTime(5000);
  expect(committer.failure).toBeUndefined();
});

test('counted evidence is saved soon, a mere step later, and many share one commit', () => {
  for (let i = 0; i < 100; i++) committer.after('moved');
  jest.advanceTimersByTime(1000);
  expect(commits).toEqual([]);
  for (let i = 0; i < 100; i++) committer.after('counted');
  jest.advanceTimersByTime(10_000);
  expect(commits).toEqual([1200]);
  committer.after('moved');
  jest.advanceTimersByTime(10_000);
  expect(commits).toHaveLength(2);
  expect(said).toEqual([]);
});

test('a stream of changes does not put the commit off for ever', () => {
  for (let ms = 0; ms < 5000; ms += 50) {
    committer.after('counted');
    jest.advanceTimersByTime(50);
  }
  expect(commits.length).toBeGreaterThan(15);
});

test('a refusal is logged once and tried again by itself, and its end is logged', () => {
  refuses = 'disk full';
  committer.after('counted');
  jest.advanceTimersByTime(60_000);
  expect(commits.length).toBeGreaterThan(5);
  expect(commits.length).toBeLessThan(20);
  expect(said).toEqual([['error', expect.stringContaining('disk full')]]);
  refuses = false;
  jest.advanceTimersByTime(10_000);
  expect(said.map(([level]) => level)).toEqual(['error', 'notice']);
  const before = commits.length;
  jest.advanceTimersByTime(60_000);
  expect(commits.length).toBe(before);
  refuses = 'disk full';
  committer.now();
  expect(said).toHaveLength(3);
});

test('two reasons that alternate are one line, and the latest is known', () => {
  refuses = 'disk full';
  committer.now();
  refuses = 'I/O error';
  jest.advanceTimersByTime(60_000);
  expect(said.map(([, message]) => message)).toEqual([
    'state: not saved: disk full (kept, trying again)',
  ]);
  expect(committer.failure).toBe('I/O error');
});

test('lines that come while the disk refuses do not make it be tried more often', () => {
  refuses = 'disk full';
  for (let ms = 0; ms < 20_000; ms += 10) {
    committer.after('counted');
    jest.advanceTimersByTime(10);
  }
  expect(commits.length).toBeLessThan(8);
});

test('a clock that is set back or forward does not keep the state from being saved', () => {
  committer.after('counted');
  jest.setSystemTime(-3_600_000);
  committer.after('counted');
  jest.advanceTimersByTime(500);
  expect(commits).toHaveLength(1);
  jest.setSystemTime(3_600_000);
  committer.after('counted');
  jest.advanceTimersByTime(500);
  expect(commits).toHaveLength(2);
});

test('stop ends everything', () => {
  committer.after('counted');
  committer.stop();
  expect(jest.getTimerCount()).toBe(0);
  jest.advanceTimersByTime(60_000);
  expect(commits).toEqual([]);
});
