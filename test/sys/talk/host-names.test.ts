/** The names of many hosts: within a number and a time, whatever the DNS does. */
import {afterEach, beforeEach, expect, jest, test} from '@jest/globals';
import {getMaxListeners} from 'node:events';
import {hostNames, noNames} from '../../../src/sys/talk/host-names.js';
import {mostAsked} from '../../../src/sys/talk/remote-names.js';

const addresses = Array.from({length: 150}, (_, i) => `192.0.2.${i}`);
const stop = jest.fn();
beforeEach(() => void stop.mockClear());
afterEach(() => void jest.restoreAllMocks());

test('the first hundred are asked about, so many at a time; one without a name is left out', async () => {
  let [now, most] = [0, 0];
  const of = async (address: string): Promise<string | undefined> => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    return address === '192.0.2.7' ? undefined : `h${address}`;
  };
  const found = await hostNames(addresses, {of, stop});
  expect(found.size).toBe(99);
  expect(found.get('192.0.2.99')).toBe('h192.0.2.99');
  expect(found.has('192.0.2.7') || found.has('192.0.2.100')).toBe(false);
  expect(most).toBe(mostAsked);
  expect(stop).toHaveBeenCalledTimes(1);
});

test('a DNS that is silent is not waited for, and is asked nothing more', async () => {
  const late = new AbortController();
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
  let asked = 0;
  const of = (_: string, given?: AbortSignal): Promise<undefined> => {
    asked += 1;
    // Or Node tells the operator of a leak.
    expect(given && getMaxListeners(given)).toBe(mostAsked);
    if (asked === mostAsked) setImmediate(() => late.abort());
    return new Promise((resolve) => given?.addEventListener('abort', () => resolve(undefined)));
  };
  expect((await hostNames(addresses, {of, stop})).size).toBe(0);
  expect(asked).toBe(mostAsked);
  expect(timeout).toHaveBeenCalledWith(2000);
  expect(stop).toHaveBeenCalledTimes(1);
});

test('no names, no questions', async () => {
  expect((await hostNames([], {of: () => Promise.resolve('x'), stop})).size).toBe(0);
  expect((await noNames(addresses)).size).toBe(0);
});
