/** Work on a schedule, and small facts of the machine. */
import os from 'node:os';
import {afterEach, describe, expect, jest, test} from '@jest/globals';
import type {LogLevel} from '../../../src/base/say.js';
import {nowMs} from '../../../src/sys/run/clock.js';
import {hostName, localAddresses} from '../../../src/sys/run/machine.js';
import {isSchedule, onSchedule, type Schedule} from '../../../src/sys/run/schedule.js';
import {sleep, until} from '../../support/temp.js';

const said: [LogLevel, string][] = [];
const say = (level: LogLevel, message: string): void => void said.push([level, message]);
let schedule: Schedule | undefined;
afterEach(async () => {
  await schedule?.stop();
  schedule = undefined;
  said.length = 0;
});

describe('a schedule', () => {
  test('work runs each second, never beside itself, and a failure does not end it', async () => {
    let [running, most, runs] = [0, 0, 0];
    schedule = onSchedule('test', '* * * * * *', say, async () => {
      runs += 1;
      most = Math.max(most, (running += 1));
      if (runs === 1) await sleep(1500);
      running -= 1;
      if (runs === 2) throw new Error('this run failed');
    });
    await until('three runs', () => runs >= 3);
    expect(most).toBe(1);
    expect(said).toContainEqual(['error', expect.stringContaining('this run failed')]);
  });

  test('stop stops', async () => {
    let runs = 0;
    const stopped = onSchedule('test', '* * * * * *', say, () => {
      runs += 1;
      return Promise.resolve();
    });
    await until('a run', () => runs > 0);
    await stopped.stop();
    const before = runs;
    await sleep(1300);
    expect(runs).toBe(before);
    await stopped.stop();
  });

  test.each([
    ['* * * * *', true],
    ['*/5 * * * *', true],
    ['*/10 * * * * *', true],
    ['', false],
    ['61 * * * *', false],
    ['* * *', false],
    ['nonsense', false],
    ['* * * * * * *', false],
  ])('%j is one: %s', (expression, expected) => {
    expect(isSchedule(expression)).toBe(expected);
  });
});

describe('the machine', () => {
  test('its addresses hold the loopback, in canonical form', () => {
    const found = localAddresses();
    const texts = found.kind === 'read' ? found.addresses.map(({text}) => text) : [];
    expect(texts).toContain('127.0.0.1');
    for (const text of texts) expect(text).not.toContain('%');
  });

  test('its addresses may be refused, and that ends nothing', () => {
    const look = jest.spyOn(os, 'networkInterfaces').mockImplementation(() => {
      throw new Error('no buffer space');
    });
    expect(localAddresses()).toEqual({kind: 'unreadable', why: 'no buffer space'});
    look.mockRestore();
    expect(localAddresses().kind).toBe('read');
  });

  test('its name and time', () => {
    expect(hostName()).toBe(os.hostname());
    expect(Math.abs(nowMs() - Date.now())).toBeLessThan(5000);
  });
});
