/** Reloads, trials and the way back: which configuration comes next, on real files. */
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import type {NextLife} from '../../../src/course/course.js';
import {checked} from '../../../src/daemon/course/checked.js';
import {machineText} from '../../../src/daemon/course/machine-text.js';
import {Reloader} from '../../../src/daemon/course/reload.js';
import {readTrial} from '../../../src/daemon/course/trial-file.js';
import type {ListState} from '../../../src/score/live/exemption-watch.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
let folder = '';
let path = '';
let said: string[] = [];
beforeEach(() => {
  jest.useFakeTimers();
  folder = newDir();
  path = join(folder, 'blocksmtp.toml');
  said = [];
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

function courseOf(life: NextLife): Reloader {
  const say = (level: string, message: string): void => void said.push(`${level} ${message}`);
  const log = {say, shows: () => true, close: () => Promise.resolve()};
  return new Reloader(life, {config: path}, log, 'hadNone');
}

/** The course of the life after the next one's beginning was waited for. */
function nextOf(course: Reloader): Reloader {
  jest.advanceTimersByTime(200);
  return courseOf(course.next!);
}

/** The course of the life that a trial led back to: threshold 5 stands in the file, 10 is in force. */
async function afterFailure(): Promise<Reloader> {
  const first = courseOf(firstLife());
  write(5);
  await reload(first, 60);
  const onTrial = nextOf(first);
  jest.advanceTimersByTime(60_000);
  return nextOf(onTrial);
}

const thresholdAfter = (course: Reloader): number | undefined => course.next?.config.threshold;
const reload = (course: Reloader, confirmSeconds?: number) =>
  course.answer({command: 'reload', ...(confirmSeconds && {confirmSeconds})});
const confirm = (course: Reloader) => course.answer({command: 'confirm'});

describe('a trial', () => {
  test('that nobody confirms leads back, and lifts the blocks made since', async () => {
    const first = courseOf(firstLife());
    write(5);
    expect(await reload(first, 60)).toMatchObject({kind: 'done'});
    const sinceMs = readTrial(folder)?.sinceMs;
    const onTrial = nextOf(first);
    expect(onTrial.trial).toEqual({kind: 'running', untilMs: readTrial(folder)?.untilMs});
    expect(first.end.aborted).toBe(true);
    jest.advanceTimersByTime(59_000);
    expect(onTrial.next).toBeUndefined();
    jest.advanceTimersByTime(1000);
    expect(onTrial.next).toMatchObject({config: {threshold: 10}, liftSinceMs: sinceMs});
    expect(readTrial(folder)).toMatchObject({kind: 'failed', before: textOf(10)});
    expect(await confirm(nextOf(onTrial))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('too late'),
    });
  });

  test('that is confirmed stays', async () => {
    const first = courseOf(firstLife());
    write(5);
    await reload(first, 60);
    const onTrial = nextOf(first);
    expect(await confirm(onTrial)).toMatchObject({kind: 'done'});
    jest.advanceTimersByTime(120_000);
    expect(onTrial.next).toBeUndefined();
    expect([readTrial(folder), onTrial.trial]).toEqual([undefined, {kind: 'none'}]);
    expect(await confirm(onTrial)).toMatchObject({kind: 'refused'});
  });

  test('can be confirmed in the moment before its life begins', async () => {
    const first = courseOf(firstLife());
    write(5);
    await reload(first, 60);
    expect(await confirm(first)).toMatchObject({kind: 'done'});
    const next = nextOf(first);
    jest.advanceTimersByTime(120_000);
    expect([first.next?.trial, thresholdAfter(first), next.next]).toEqual([
      undefined,
      5,
      undefined,
    ]);
  });

  test('a signal confirms nothing: its file is on trial for as long as was left', async () => {
    const first = courseOf(firstLife());
    write(5);
    await reload(first, 60);
    const onTrial = nextOf(first);
    jest.advanceTimersByTime(30_000);
    write(6);
    await onTrial.reload('signal');
    const trial = {before: textOf(10), tried: textOf(6)};
    expect(onTrial.next).toMatchObject({config: {threshold: 6}, trial});
    const again = nextOf(onTrial);
    jest.advanceTimersByTime(31_000);
    expect(thresholdAfter(again)).toBe(10);
  });

  test('that failed is brought back by an operator, and by no signal', async () => {
    const failed = await afterFailure();
    expect(failed.trial).toEqual({kind: 'failed'});
    expect(await failed.reload('signal')).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('nobody confirmed'),
    });
    expect(failed.next).toBeUndefined();
    expect(readTrial(folder)).toMatchObject({kind: 'failed', tried: textOf(5)});
    expect(said.at(-1)).toMatch(/^error reload refused, nothing has changed: /);
    expect(await reload(failed)).toMatchObject({kind: 'done'});
    expect([thresholdAfter(failed), readTrial(folder)]).toEqual([5, undefined]);
  });

  test('that failed is over with another file, also for a signal', async () => {
    const failed = await afterFailure();
    write(7);
    expect(await failed.reload('signal')).toMatchObject({kind: 'done'});
    expect([thresholdAfter(failed), readTrial(folder)]).toEqual([7, undefined]);
  });

  test('leads back also where the disk refuses to note it, and says what is true', async () => {
    const first = courseOf(firstLife());
    write(5);
    await reload(first, 60);
    const onTrial = nextOf(first);
    fs.mkdirSync(join(folder, 'trial.json.new'));
    said = [];
    jest.advanceTimersByTime(60_000);
    expect(thresholdAfter(onTrial)).toBe(10);
    expect(onTrial.next?.why?.message).toMatch(/the one before is in force again.*\(not noted: /);
    expect(said).toEqual([]);
  });

  test('stays in force where the one before cannot be used any more, and that is shown', async () => {
    const whitelist = join(folder, 'whitelist');
    fs.writeFileSync(whitelist, '');
    fs.writeFileSync(path, `${textOf(10)}white_list = "${whitelist}"\n`);
    const first = courseOf(firstLife());
    fs.writeFileSync(path, `${textOf(5)}white_list = "${whitelist}"\n`);
    await reload(first, 60);
    const onTrial = nextOf(first);
    fs.rmSync(whitelist);
    jest.advanceTimersByTime(60_000);
    expect([onTrial.next, onTrial.trial]).toEqual([undefined, {kind: 'overdue'}]);
    expect(said.at(-1)).toMatch(/^error nobody confirmed .* the one before is bad now: /);
    expect([(await confirm(onTrial)).kind, onTrial.trial]).toEqual(['done', {kind: 'none'}]);
  });

  test('of two in a row leads back to the configuration confirmed last', async () => {
    const first = courseOf(firstLife());
    write(5);
    await reload(first, 60);
    const second = nextOf(first);
    write(6);
    await reload(second, 60);
    const third = nextOf(second);
    jest.advanceTimersByTime(60_000);
    expect([thresholdAfter(second), thresholdAfter(third)]).toEqual([6, 10]);
  });

  test('a bad configuration, and one that cannot be remembered, is refused; nothing changes', async () => {
    const first = courseOf(firstLife());
    fs.appendFileSync(path, 'threshold = 1\n');
    expect(await reload(first, 60)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('nothing has changed'),
    });
    write(5);
    fs.mkdirSync(join(folder, 'trial.json.new'));
    expect(await reload(first, 60)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('nothing has changed'),
    });
    jest.advanceTimersByTime(60_000);
    expect([first.next, first.end.aborted]).toEqual([undefined, false]);
  });
});

describe('a reload of what has not changed', () => {
  test('says how many lines of the whitelist do not count', async () => {
    const file = join(folder, 'whitelist');
    fs.writeFileSync(file, '192.0.2.7 our partner\n192.0.2.8\n');
    fs.appendFileSync(path, `white_list = "${file}"\n`);
    expect(await reload(courseOf(firstLife()))).toMatchObject({
      kind: 'unchanged',
      message: `the configuration has not changed; the whitelist is read anew; 1 bad line in ${file}, which does not count: \`blocksmtp check 127.0.0.1\` names it`,
    });
  });

  test('refreshes the life, and answers when that is done', async () => {
    const course = courseOf(firstLife());
    let refreshed: (state: ListState) => void = () => undefined;
    const refresh = () => new Promise<ListState>((resolve) => (refreshed = resolve));
    course.begun({whitelist: 'hadNone', refresh});
    const answer = reload(course);
    expect(said).toEqual([]);
    refreshed('unsettled');
    expect(await answer).toMatchObject({
      kind: 'unchanged',
      message: expect.stringMatching(/has not changed; the whitelist is just being written/),
    });
    expect(said).toHaveLength(1);
    expect([course.next, course.end.aborted]).toEqual([undefined, false]);
  });

  test('does not claim that it read a whitelist that cannot be read', async () => {
    const course = courseOf(firstLife());
    course.begun({whitelist: 'hadNone', refresh: () => Promise.resolve('unread')});
    expect(await reload(course)).toMatchObject({
      kind: 'unchanged',
      message: expect.stringMatching(/the whitelist could not be read: the log says why/),
    });
    expect(said).toEqual([expect.stringMatching(/^warning /)]);
  });

  test('needs no life that has begun', async () => {
    const course = courseOf(firstLife());
    expect(await course.reload('signal')).toMatchObject({kind: 'unchanged'});
    expect(said).toEqual(['notice the configuration has not changed; the whitelist is read anew']);
  });

  test('is refused where it would lose a whitelist that the life has read', async () => {
    fs.appendFileSync(path, `white_list = "${folder}/whitelist"\n`);
    fs.writeFileSync(join(folder, 'whitelist'), '');
    const course = courseOf(firstLife());
    fs.rmSync(join(folder, 'whitelist'));
    expect(await course.reload('signal')).toMatchObject({kind: 'refused'});
    expect(course.close()).toBe('had');
  });
});

test('the end of the process comes first, and what becomes of the rules is as configured', async () => {
  fs.appendFileSync(path, 'flush_on_exit = true\n');
  const course = courseOf(firstLife());
  expect(course.firewallAtEnd).toBe('leave');
  write(5);
  await reload(course);
  expect([course.firewallAtEnd, course.next?.config.threshold]).toEqual(['handOver', 5]);
  course.stop();
  expect([course.firewallAtEnd, course.next, course.end.aborted]).toEqual([
    'remove',
    undefined,
    true,
  ]);
  expect(await reload(course)).toEqual({kind: 'refused', message: 'the daemon is ending'});
});

test('a life takes the numbers of allowed users from the machine, and the logs it finds', () => {
  const {config} = firstLife();
  const known = machineText({...config, allowedSenders: ['root:*']});
  expect(known).toContain('{"uid":0,"program":"*"}');
  expect(machineText({...config, allowedSenders: ['root:*', 'nobody-here:*']})).toBe(known);
});
