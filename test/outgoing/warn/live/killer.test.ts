/** Ends real processes on request: the one that is meant, and never another. */
import {afterEach, describe, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {Killer} from '../../../../src/outgoing/warn/live/killer.js';
import type {Target} from '../../../../src/outgoing/warn/may-be-ended.js';
import {glanceAtLiving} from '../../../../src/sys/proc/snapshot.js';
import {until} from '../../../support/temp.js';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

async function start(program: string, ...words: string[]): Promise<[ChildProcess, Target]> {
  const child = spawn(program, words, {stdio: ['ignore', 'pipe', 'ignore']});
  started.push(child);
  const pid = child.pid ?? 0;
  await until('the program', () => glanceAtLiving(pid)?.executable !== process.execPath);
  const {startTicks, executable} = glanceAtLiving(pid)!;
  return [child, {pid, startTicks, program: executable}];
}

const said: string[] = [];
const killer = (
  isAllowed: () => boolean = () => false,
  mode: 'end' | 'onlySay' = 'end',
  graceMs = 300,
): Killer => {
  said.length = 0;
  const say = (level: string, message: string) => said.push(`${level} ${message}`);
  return new Killer({mode, graceMs}, {isAllowed, say});
};

const ended = (child: ChildProcess): Promise<string | number | null> =>
  new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
const lives = ({pid, startTicks}: Target): boolean =>
  glanceAtLiving(pid)?.startTicks === startTicks;

describe('a process', () => {
  test('goes with SIGTERM, and the log says who asked', async () => {
    const [child, target] = await start('sleep', '60');
    const end = ended(child);
    await killer(undefined, 'end', 5000).end(target, 'alice at the desktop');
    expect(await end).toBe('SIGTERM');
    expect(said).toEqual([
      `notice ended ${target.program} (pid ${target.pid}), as alice at the desktop asked: SIGTERM`,
    ]);
  });

  test('that stays is killed after the grace; a second click changes nothing', async () => {
    const [child, target] = await start(
      'sh',
      '-c',
      "trap '' TERM; echo; while :; do sleep 1; done",
    );
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    const end = ended(child);
    const one = killer();
    await Promise.all([one.end(target, 'alice'), one.end(target, 'alice')]);
    expect(await end).toBe('SIGKILL');
    expect(said).toEqual([
      expect.stringMatching(/^notice ended .*: SIGTERM$/),
      expect.stringMatching(/^notice ended .*: SIGKILL; it had stayed after SIGTERM$/),
    ]);
  });

  test('that has gone meanwhile is no trouble', async () => {
    const [child, target] = await start('sleep', '60');
    const end = ended(child);
    child.kill('SIGKILL');
    await end;
    await killer().end(target, 'alice');
    expect(said).toEqual([expect.stringMatching(/^notice not ended: .*: it has ended already$/)]);
  });

  test('is only named in a dry run', async () => {
    const [, target] = await start('sleep', '60');
    await killer(undefined, 'onlySay').end(target, 'alice');
    expect(said).toEqual([expect.stringMatching(/^notice would end /)]);
    expect(lives(target)).toBe(true);
  });
});

describe('refused, with a line in the log', () => {
  const refusal = (why: RegExp) => [
    expect.stringMatching(new RegExp(`^warning not ended: .*, as alice asked: ${why.source}`)),
  ];

  test('a pid that was used again', async () => {
    const [, target] = await start('sleep', '60');
    await killer().end({...target, startTicks: target.startTicks - 1}, 'alice');
    expect(said).toEqual(refusal(/its pid is another process by now/));
    expect(lives(target)).toBe(true);
  });

  test('a process that runs another program by now', async () => {
    const [, target] = await start('sleep', '60');
    await killer().end({...target, program: '/usr/bin/perl'}, 'alice');
    expect(said).toEqual(refusal(/it runs another program by now: /));
    expect(lives(target)).toBe(true);
  });

  test('an allowed sender', async () => {
    const [, target] = await start('sleep', '60');
    await killer(() => true).end(target, 'alice');
    expect(said).toEqual(refusal(/it is an allowed sender/));
    expect(lives(target)).toBe(true);
  });

  test('a process that becomes an allowed sender in the grace has no SIGKILL', async () => {
    const [child, target] = await start(
      'sh',
      '-c',
      "trap '' TERM; echo; while :; do sleep 1; done",
    );
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    let asked = 0;
    await killer(() => (asked += 1) > 1).end(target, 'alice');
    expect(said).toEqual([
      expect.stringMatching(/SIGTERM$/),
      ...refusal(/it is an allowed sender/),
    ]);
    expect(lives(target)).toBe(true);
  });

  test.each([
    ['pid 1', () => 1],
    ['ourselves', () => process.pid],
    ['our parent', () => process.ppid],
  ])('%s', async (_, pidOf) => {
    const pid = pidOf();
    const now = glanceAtLiving(pid);
    expect(now).toBeDefined();
    await killer().end({pid, startTicks: now!.startTicks, program: now!.executable}, 'alice');
    expect(said).toEqual(refusal(/(?:pid 1 is never ended|it is blocksmtp itself)/));
  });
});
