/** Reloads, trials and the way back: which configuration comes next, on real files. */
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {checked} from '../../../src/daemon/course/checked.js';
import {Course, type NextLife} from '../../../src/daemon/course/reload.js';
import {readTrial} from '../../../src/daemon/course/trial-file.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
let folder = '';
let path = '';
let said: string[] = [];
let ended = 0;
beforeEach(() => {
  jest.useFakeTimers();
  folder = newDir();
  path = join(folder, 'blocksmtp.toml');
  [said, ended] = [[], 0];
  write(10);
});
afterEach(() => void jest.useRealTimers());

const textOf = (threshold: number): string => `state_dir = "${folder}"\nthreshold = ${threshold}\n`;
const write = (threshold: number): void => fs.writeFileSync(path, textOf(threshold));

function firstLife(): NextLife {
  const parsed = checked({config: path});
  if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
  return {config: parsed.config, text: parsed.text};
}

function courseOf(life: NextLife): Course {
  const say = (level: string, message: string): void => void said.push(`${level} ${message}`);
  const log = {say, shows: () => true, close: () => Promise.resolve()};
  return new Course(life, {config: path}, log, () => (ended += 1));
}

/** The course of the life after the next one's beginning was waited for. */
function nextOf(course: Course): Course {
  jest.advanceTimersByTime(200);
  return courseOf(course.next!);
}

/** The course of the life that a trial led back to: threshold 5 stands in the file, 10 is in force. */
function afterFailure(): Course {
  const first = courseOf(firstLife());
  write(5);
  reload(first, 60);
  const onTrial = nextOf(first);
  jest.advanceTimersByTime(60_000);
  return nextOf(onTrial);
}

const thresholdAfter = (course: Course): number | undefined => course.next?.config.threshold;
const reload = (course: Course, confirmSeconds?: number) =>
  course.answer({command: 'reload', ...(confirmSeconds && {confirmSeconds})});
const confirm = (course: Course) => course.answer({command: 'confirm'});

describe('a trial', () => {
  test('that nobody confirms leads back, and what was blocked since is lifted', () => {
    const first = courseOf(firstLife());
    write(5);
    expect(reload(first, 60)).toMatchObject({kind: 'done'});
    const sinceMs = readTrial(folder)?.sinceMs;
    const onTrial = nextOf(first);
    expect(onTrial.trial).toEqual({kind: 'running', untilMs: readTrial(folder)?.untilMs});
    expect(ended).toBe(1);
    jest.advanceTimersByTime(59_000);
    expect(onTrial.next).toBeUndefined();
    jest.advanceTimersByTime(1000);
    expect(onTrial.next).toMatchObject({config: {threshold: 10}, liftSinceMs: sinceMs});
    expect(readTrial(folder)).toMatchObject({kind: 'failed', before: textOf(10)});
    expect(confirm(nextOf(onTrial))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('too late'),
    });
  });

  test('that is confirmed stays', () => {
    const first = courseOf(firstLife());
    write(5);
    reload(first, 60);
    const onTrial = nextOf(first);
    expect(confirm(onTrial)).toMatchObject({kind: 'done'});
    jest.advanceTimersByTime(120_000);
    expect(onTrial.next).toBeUndefined();
    expect([readTrial(folder), onTrial.trial]).toEqual([undefined, {kind: 'none'}]);
    expect(confirm(onTrial)).toMatchObject({kind: 'refused'});
  });

  test('can be confirmed in the moment before its life begins', () => {
    const first = courseOf(firstLife());
    write(5);
    reload(first, 60);
    expect(confirm(first)).toMatchObject({kind: 'done'});
    const next = nextOf(first);
    jest.advanceTimersByTime(120_000);
    expect([first.next?.trial, thresholdAfter(first), next.next]).toEqual([
      undefined,
      5,
      undefined,
    ]);
  });

  test('a signal confirms nothing: what it brings is on trial for as long as was left', () => {
    const first = courseOf(firstLife());
    write(5);
    reload(first, 60);
    const onTrial = nextOf(first);
    jest.advanceTimersByTime(30_000);
    write(6);
    onTrial.reload('signal');
    const trial = {before: textOf(10), tried: textOf(6)};
    expect(onTrial.next).toMatchObject({config: {threshold: 6}, trial});
    const again = nextOf(onTrial);
    jest.advanceTimersByTime(31_000);
    expect(thresholdAfter(again)).toBe(10);
  });

  test('that failed is brought back by no signal, but by an operator', () => {
    const failed = afterFailure();
    expect(failed.trial).toEqual({kind: 'failed'});
    expect(failed.reload('signal')).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('nobody confirmed'),
    });
    expect(failed.next).toBeUndefined();
    expect(readTrial(folder)).toMatchObject({kind: 'failed', tried: textOf(5)});
    expect(said.at(-1)).toMatch(/^error reload refused, nothing has changed: /);
    expect(reload(failed)).toMatchObject({kind: 'done'});
    expect([thresholdAfter(failed), readTrial(folder)]).toEqual([5, undefined]);
  });

  test('that failed is over with a file that says something else, also for a signal', () => {
    const failed = afterFailure();
    write(7);
    expect(failed.reload('signal')).toMatchObject({kind: 'done'});
    expect([thresholdAfter(failed), readTrial(folder)]).toEqual([7, undefined]);
  });

  test('leads back also where that cannot be noted, and says what is true', () => {
    const first = courseOf(firstLife());
    write(5);
    reload(first, 60);
    const onTrial = nextOf(first);
    fs.mkdirSync(join(folder, 'trial.json.new'));
    said = [];
    jest.advanceTimersByTime(60_000);
    expect(thresholdAfter(onTrial)).toBe(10);
    expect(onTrial.next?.why?.message).toMatch(/the one before is in force again.*\(not noted: /);
    expect(said).toEqual([]);
  });

  test('stays in force where the one before cannot be used any more, and that is shown', () => {
    const whitelist = join(folder, 'whitelist');
    fs.writeFileSync(whitelist, '');
    fs.writeFileSync(path, `${textOf(10)}white_list = "${whitelist}"\n`);
    const first = courseOf(firstLife());
    fs.writeFileSync(path, `${textOf(5)}white_list = "${whitelist}"\n`);
    reload(first, 60);
    const onTrial = nextOf(first);
    fs.rmSync(whitelist);
    jest.advanceTimersByTime(60_000);
    expect([onTrial.next, onTrial.trial]).toEqual([undefined, {kind: 'overdue'}]);
    expect(said.at(-1)).toMatch(/^error nobody confirmed .* the one before is bad now: /);
    expect([confirm(onTrial).kind, onTrial.trial]).toEqual(['done', {kind: 'none'}]);
  });

  test('of two in a row the way back leads to what was confirmed last', () => {
    const first = courseOf(firstLife());
    write(5);
    reload(first, 60);
    const second = nextOf(first);
    write(6);
    reload(second, 60);
    const third = nextOf(second);
    jest.advanceTimersByTime(60_000);
    expect([thresholdAfter(second), thresholdAfter(third)]).toEqual([6, 10]);
  });

  test('a bad configuration, and one that cannot be remembered, is refused; nothing changes', () => {
    const first = courseOf(firstLife());
    fs.appendFileSync(path, 'threshold = 1\n');
    expect(reload(first, 60)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('nothing has changed'),
    });
    write(5);
    fs.mkdirSync(join(folder, 'trial.json.new'));
    expect(reload(first, 60)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('nothing has changed'),
    });
    jest.advanceTimersByTime(60_000);
    expect([first.next, ended]).toEqual([undefined, 0]);
  });
});
