/** With what a daemon begins whose configuration file has gone bad, on real files. */
import {beforeEach, describe, expect, jest, test, afterEach} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {firstLife} from '../../../src/cli/commands/run.js';
import type {Options} from '../../../src/config/options.js';
import type {NextLife} from '../../../src/course/course.js';
import {keepLastGood, readLastGood} from '../../../src/daemon/course/last-good.js';
import {Reloader} from '../../../src/daemon/course/reload.js';
import {readTrial, writeTrial} from '../../../src/daemon/course/trial-file.js';
import type {Living} from '../../../src/daemon/life.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
let folder = '';
let path = '';
let good = '';
let options: Options = {};
let said: string[] = [];
beforeEach(() => {
  jest.useFakeTimers();
  folder = newDir();
  path = join(folder, 'blocksmtp.toml');
  good = `state_dir = "${folder}"\nthreshold = 7\n`;
  options = {config: path};
  said = [];
});
afterEach(() => void jest.useRealTimers());

const write = (text: string): void => fs.writeFileSync(path, text);
const bad = (): void => write(good.replace('= 7', '= "many"'));

function begun(given = options): NextLife {
  const first = firstLife(given);
  if (first.kind !== 'life') throw new Error(JSON.stringify(first.problems));
  return first.life;
}

/** The daemon under this life, as far as it has begun. */
function courseOf(life: NextLife): Reloader {
  const say = (level: string, message: string): void => void said.push(`${level} ${message}`);
  const log = {say, shows: () => true, close: () => Promise.resolve()};
  const course = new Reloader(life, options, log, 'hadNone');
  const living: Living = {whitelist: 'hadNone', refresh: () => Promise.resolve('settled')};
  course.begun(living);
  return course;
}

const problemsOf = (given = options): string[] => {
  const first = firstLife(given);
  return first.kind === 'problems' ? first.problems.map(({where}) => where) : ['a life'];
};

describe('the file that is kept', () => {
  test('is the text that came in force, readable by its owner alone, and no flag', () => {
    write(good);
    courseOf(begun({...options, threshold: '9'}));
    expect(readLastGood(folder, options)).toBe(good);
    expect(fs.statSync(join(folder, 'last-good.toml')).mode & 0o777).toBe(0o600);
  });

  test('follows a reload and a change of comments, but no trial before it is confirmed', async () => {
    write(good);
    const first = courseOf(begun());
    write(`${good}# a word\n`);
    await first.reload('signal');
    expect(readLastGood(folder, options)).toBe(`${good}# a word\n`);
    write(good.replace('= 7', '= 8'));
    await first.reload('operator', 60);
    jest.advanceTimersByTime(200);
    const second = courseOf(first.next!);
    expect(readLastGood(folder, options)).toContain('threshold = 7');
    await second.answer({command: 'confirm'});
    expect(readLastGood(folder, options)).toContain('threshold = 8');
  });

  test('is nothing of a dry run', () => {
    write(`${good}dry_run = true\n`);
    courseOf(begun());
    expect(readLastGood(folder, options)).toBeUndefined();
  });

  test('costs only an error where the disk refuses, and the daemon goes on', () => {
    write(good);
    fs.mkdirSync(join(folder, 'last-good.toml.new'));
    courseOf(begun());
    expect(said).toEqual([expect.stringMatching(/^error .*cannot be kept as the last good one: /)]);
  });
});

describe('a start with a file that has gone bad', () => {
  beforeEach(() => {
    write(good);
    courseOf(begun()).close();
  });

  test.each([
    ['a value', () => bad()],
    ['no TOML', () => write(`${good}x y\n`)],
    ['no TOML over several lines', () => write(`${good}x = [\n1,\n`)],
    ['an unknown key', () => write(`${good}treshold = 3\n`)],
    ['a whitelist that is not there', () => write(`${good}white_list = "${folder}/none"\n`)],
  ])('%s: the last good configuration, and what is wrong', (_, spoil) => {
    spoil();
    const {config, text, badFile, why} = begun();
    expect([config.threshold, text]).toEqual([7, good]);
    expect(badFile).not.toBe('');
    expect(why).toMatchObject({level: 'error', message: expect.stringContaining(badFile!)});
    expect(why?.message).toMatch(/BAD and NOT in force/);
  });

  test('the state directory may be on the command line', () => {
    write('state_dir = [');
    fs.rmSync(join(folder, 'last-good.toml'));
    const given = {...options, stateDir: folder};
    keepLastGood(folder, given, 'threshold = 7\n');
    expect(begun(given).config.threshold).toBe(7);
  });

  test('flags count as they are now', () => {
    bad();
    expect(begun({...options, debug: '4'}).config).toMatchObject({threshold: 7, debug: 4});
  });

  test.each([
    ['with a bad flag', {debug: '9'}, ''],
    ['that asks for a dry run', {}, 'dry_run = true\n'],
    ['with the flag of a dry run', {dryRun: true}, ''],
  ])('%s is refused as ever', (_, flags, more) => {
    bad();
    fs.appendFileSync(path, more);
    expect(problemsOf({...options, ...flags})).toContain(`${path}:2: threshold`);
  });

  test('nothing is taken that was kept of another file, or is gone', () => {
    fs.copyFileSync(path, join(folder, 'other.toml'));
    bad();
    fs.renameSync(path, join(folder, 'other.toml'));
    expect(problemsOf({config: join(folder, 'other.toml')})).toHaveLength(1);
    fs.rmSync(join(folder, 'last-good.toml'));
    bad();
    expect(problemsOf()).toEqual([`${path}:2: threshold`]);
  });

  test('a last good one that is refused too, as after another version: both are reported', () => {
    keepLastGood(folder, options, `${good}key_of_tomorrow = 1\n`);
    bad();
    expect(problemsOf()).toEqual([`${path}:2: threshold`, join(folder, 'last-good.toml')]);
  });

  test('of a trial: takes the configuration before it, and lifts the blocks made since', () => {
    fs.rmSync(join(folder, 'last-good.toml'));
    const trial = {before: good, tried: 'x', sinceMs: 1000, untilMs: 2000};
    writeTrial(folder, {kind: 'running', ...trial});
    bad();
    expect(begun()).toMatchObject({text: good, liftSinceMs: 1000, trial: {kind: 'failed'}});
    expect(readTrial(folder)?.kind).toBe('failed');
    expect(begun().liftSinceMs).toBeUndefined();
  });

  test('is reported each hour until a good one is taken', async () => {
    bad();
    const course = courseOf(begun());
    expect(course.trial).toMatchObject({kind: 'badFile'});
    jest.advanceTimersByTime(2 * 3_600_000);
    expect(said.filter((line) => line.includes('NOT in force'))).toHaveLength(2);
    expect(readLastGood(folder, options)).toBe(good);
    write(`${good}# corrected\n`);
    expect(await course.reload('signal')).toMatchObject({kind: 'unchanged'});
    expect([course.trial, course.next]).toEqual([{kind: 'none'}, undefined]);
    said = [];
    jest.advanceTimersByTime(2 * 3_600_000);
    expect(said).toEqual([]);
    course.close();
  });
});

test('a reload that was refused is not forgotten, until the file is good or as it was', async () => {
  write(good);
  const course = courseOf(begun());
  bad();
  expect(await course.reload('signal')).toMatchObject({kind: 'refused'});
  expect(course.trial).toMatchObject({kind: 'badFile', why: expect.stringContaining('"many"')});
  write(good);
  expect(course.trial).toEqual({kind: 'none'});
});

test('a file that says again what nobody confirmed is no bad file any more', async () => {
  const tried = `${good}debug = 1\n`;
  write(tried);
  const trial = {before: good, tried, sinceMs: 1000, untilMs: 2000};
  writeTrial(folder, {kind: 'running', ...trial});
  bad();
  const course = courseOf(begun());
  expect(course.trial).toMatchObject({kind: 'badFile'});
  write(tried);
  expect(await course.reload('signal')).toMatchObject({kind: 'refused'});
  expect(course.trial).toEqual({kind: 'failed'});
  course.close();
});
