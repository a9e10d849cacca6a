/** How much is seen of who connects and is gone: measured by the built program, on this kernel. */
import {afterEach, describe, expect} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {leastNamedShare} from '../../../src/report/findings/coverage.js';
import type {Coverage, MeasuredWay} from '../../../src/outgoing/coverage.js';
import {until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {blocksmtp} from '../built.js';

const test = whereAvailable({
  root: true,
  tools: ['unshare', 'nsenter', 'setpriv', 'ip', 'perl', 'iptables'],
  works: ['unshare', '--net', 'ls', '/sys/kernel/tracing/instances'],
});
const quick = ['--config=/dev/null', '--outbound-interval=1s'];
const unshare = (...words: (string | readonly string[])[]): string[] => [
  ...['unshare', '--net'],
  ...words.flat(),
];

/** Measured by tables, events and hold. */
function measure(): [Coverage, Coverage, Coverage] {
  const {code, stdout} = blocksmtp(['coverage', '--json', ...quick], unshare);
  const all = JSON.parse(stdout) as MeasuredWay[];
  expect([code, all.map(({way, kind}) => [way, kind])]).toEqual([
    0,
    ['tables', 'events', 'hold'].map((way) => [way, 'measured']),
  ]);
  return all as unknown as [Coverage, Coverage, Coverage];
}

/** A program that a busy machine releases too late has given up. Tries, a count. */
const mostMeasurings = 5;

test('all that it holds back are named, nearly all by the kernel, and the tables name nobody', () => {
  let [tables, events, hold] = measure();
  for (let i = 1; i < mostMeasurings && hold.connected < 40; i++) {
    [tables, events, hold] = measure();
  }
  expect(hold).toMatchObject({connected: 40, seen: 40, withPid: 40, withUser: 40, withProgram: 40});
  expect([events.connected, events.seen]).toEqual([40, 40]);
  expect(events.withPid).toBeGreaterThanOrEqual(leastNamedShare * 40);
  // How many of such short ones a look meets at all depends on the load.
  expect(tables.connected).toBe(40);
  expect(tables.seen).toBeLessThanOrEqual(40);
  expect(tables.withPid).toBeLessThan(20);
  return Promise.resolve();
});

test('in a network that is in use, and without rights, nothing is measured, and it says why', () => {
  const used = blocksmtp(['coverage', ...quick]);
  expect([used.code, used.stdout]).toEqual([69, expect.stringContaining('network is in use')]);
  const powerless = blocksmtp(['doctor', ...quick], (...words) => [
    ...['setpriv', '--bounding-set', '-sys_admin'],
    ...words.flat(),
  ]);
  expect(powerless.stdout).toContain('not measured: no CAP_SYS_ADMIN: run it as root');
  return Promise.resolve();
});

describe('the leftovers', () => {
  let doctor: ChildProcess | undefined;
  afterEach(() => void doctor?.kill('SIGKILL'));

  /** The number of each process below, with when it began, so that nobody else's is meant. */
  const below = (pid: string): string[] => {
    const children = readdirSync('/proc').filter((name) => parentOf(name) === pid);
    return children.flatMap((child) => [child, ...below(child)]);
  };
  const parentOf = (pid: string): string => /^PPid:\t(\d+)$/m.exec(statusOf(pid))?.[1] ?? '';
  const statusOf = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/status`, 'latin1');
    } catch {
      return '';
    }
  };
  const networkOf = (pid: string): string => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`);
    } catch {
      return '';
    }
  };
  const traces = (of: readonly string[]): string[] =>
    of
      .map((pid) => `/sys/kernel/tracing/instances/blocksmtp-${pid}`)
      .filter((folder) => existsSync(folder));

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    test(`of a doctor that is ended with ${signal} in the middle: none`, async () => {
      doctor = spawn(process.execPath, ['dist/blocksmtp.js', 'doctor', ...quick], {
        stdio: 'ignore',
      });
      const root = String(doctor.pid);
      let family: string[] = [];
      // The middle: the trace is open, and somebody reads it; the tables come first.
      const isMiddle = (): boolean => {
        family = below(root);
        return traces(family).length > 0 && family.length >= 4;
      };
      await until('canaries', isMiddle, undefined, 20);
      const networks = new Set(family.map(networkOf).filter((each) => each !== ''));
      networks.delete(networkOf('self'));
      expect(networks.size).toBeGreaterThanOrEqual(2);
      doctor.kill(signal);
      // Also of those that were sent after we had looked.
      const areGone = (): boolean =>
        family.every((pid) => !existsSync(`/proc/${pid}`)) &&
        !readdirSync('/proc').some((pid) => networks.has(networkOf(pid)));
      await until('all have gone', areGone);
      expect(traces(family)).toEqual([]);
    });
  }
});
