/** The addresses of this machine, also while the kernel does not show them. */
import {afterEach, expect, jest, test} from '@jest/globals';
import os from 'node:os';
import {OwnAddresses} from '../../../src/sys/outgoing/own-addresses.js';
import {parseAddress} from '../../../src/net/address.js';

const said: string[] = [];
const kernel = jest.spyOn(os, 'networkInterfaces');
const clock = jest.spyOn(Date, 'now');
afterEach(() => {
  kernel.mockReset();
  clock.mockReset();
});

test('the last known ones count while a look fails; the log has it once, with its end', () => {
  const ours = new OwnAddresses((_level, message) => said.push(message));
  const is = (text: string): boolean => ours.is(parseAddress(text)!);
  const shown = {lan: [{address: '192.0.2.25'} as os.NetworkInterfaceInfo]};
  kernel.mockReturnValue(shown);
  clock.mockReturnValue(0);
  expect([is('192.0.2.25'), is('192.0.2.26'), is('127.0.0.1')]).toEqual([true, false, true]);
  kernel.mockImplementation(() => {
    throw new Error('too many open files');
  });
  for (const atMs of [20_000, 40_000]) {
    clock.mockReturnValue(atMs);
    expect([is('192.0.2.25'), is('192.0.2.26'), is('::1')]).toEqual([true, false, true]);
  }
  expect(said).toEqual([expect.stringMatching(/too many open files: the last known ones count/)]);
  kernel.mockReturnValue(shown);
  clock.mockReturnValue(60_000);
  expect(is('192.0.2.25')).toBe(true);
  expect(said).toHaveLength(2);
});

test('a process that has just begun goes on without them', () => {
  kernel.mockImplementation(() => {
    throw new Error('too many open files');
  });
  const ours = new OwnAddresses(() => undefined);
  expect([ours.is(parseAddress('192.0.2.25')!), ours.is(parseAddress('127.0.0.1')!)]).toEqual([
    ...[false, true],
  ]);
});
