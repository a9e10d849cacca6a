/** The exemptions while the machine refuses to show them: a whitelist that cannot be read, addresses that are not shown. */
import {afterAll, beforeEach, describe, expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import os from 'node:os';
import {join} from 'node:path';
import {
  awaitAddresses,
  ExemptionWatch,
  KnownWhitelist,
  mostFirstLooks,
  unreadRetry,
} from '../../../src/score/live/exemption-watch.js';
import {nothingKept} from '../../../src/score/live/kept-list.js';
import type {LogLevel} from '../../../src/base/say.js';
import {parseAddress} from '../../../src/net/address.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
let said: [LogLevel, string][] = [];
let path = '';
let known: KnownWhitelist;
let friends: ExemptionWatch;
let nowMs = 0;

const begin = (): void => {
  const say = (level: LogLevel, message: string): unknown => said.push([level, message]);
  const settings = {whiteList: path, mailerIp: undefined, trustedRelays: []};
  friends = new ExemptionWatch(settings, say, nothingKept, known);
};
const isFriend = (address: string): boolean =>
  friends.exemptions.of(parseAddress(address)!) !== undefined;
const warnings = (): string[] => said.filter(([level]) => level === 'warning').map(([, m]) => m);
/** A second after the last look. */
const look = (): 'changed' | 'same' => friends.refresh((nowMs += 1000));

/** A change is taken when two looks see the same file. */
function lookTwice(): 'changed' | 'same' {
  const looks = [look(), look()];
  return looks.includes('changed') ? 'changed' : 'same';
}

beforeEach(() => {
  said = [];
  path = join(newDir(), 'whitelist');
  known = new KnownWhitelist();
  begin();
});

describe('a whitelist', () => {
  test('that the disk refuses once is read later, although the file did not change', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    lookTwice();
    fs.writeFileSync(path, '192.0.2.1\n192.0.2.2\n');
    const disk = jest.spyOn(fs, 'readFileSync').mockImplementation(() => {
      throw new Error('EIO: i/o error, read');
    });
    expect([lookTwice(), friends.state]).toEqual(['same', 'unread']);
    for (let looks = 0; looks < 60; looks++) look();
    expect([warnings().length, disk.mock.calls.length]).toEqual([1, 6]); // after 0, 1, 3, 7, 15 and 31 s
    disk.mockRestore();
    nowMs += unreadRetry.lastMs;
    expect([look(), friends.state, isFriend('192.0.2.2')]).toEqual(['changed', 'settled', true]);
    expect(said.map(([, message]) => message)).toContain(`whitelist: ${path} can be read again`);
  });

  test('that could not be read and is the old one again is in force', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    lookTwice();
    const disk = jest.spyOn(fs, 'statSync').mockImplementation(() => {
      throw Object.assign(new Error('stale'), {code: 'ESTALE'});
    });
    const open = jest.spyOn(fs, 'openSync').mockImplementation(() => {
      throw new Error('ESTALE: stale file handle');
    });
    expect([lookTwice(), friends.state]).toEqual(['same', 'unread']);
    disk.mockRestore();
    open.mockRestore();
    expect([look(), friends.state, isFriend('192.0.2.1')]).toEqual(['same', 'settled', true]);
    expect(said.at(-1)?.[1]).toBe(`whitelist: ${path} can be read again`);
  });

  test('that an operator asks for is tried at once', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    const disk = jest.spyOn(fs, 'readFileSync').mockImplementation(() => {
      throw new Error('EACCES: permission denied');
    });
    for (let looks = 0; looks < 20; looks++) look();
    disk.mockRestore();
    expect([look(), friends.state]).toEqual(['same', 'unread']);
    known.tryAgain();
    expect([look(), friends.state, isFriend('192.0.2.1')]).toEqual(['changed', 'settled', true]);
  });
});

describe('this machine, where the kernel does not show its addresses', () => {
  const ours = {address: '192.0.2.25'} as os.NetworkInterfaceInfo;
  const refuse = () => {
    throw new Error('no buffer space');
  };
  const kernel = jest.spyOn(os, 'networkInterfaces');
  const spoken = (): string[] =>
    said.map(([, message]) => message).filter((message) => message.includes('addresses'));
  beforeEach(() => {
    kernel.mockReturnValue({lan: [ours]});
  });
  afterAll(() => kernel.mockRestore());

  test('keeps the last known ones, in the next life too, and says so once with its end', () => {
    begin();
    look();
    kernel.mockImplementation(refuse);
    expect([look(), look(), isFriend('192.0.2.25')]).toEqual(['same', 'same', true]);
    expect(spoken()).toEqual([expect.stringMatching(/no buffer space: the last known ones stay/)]);
    begin();
    look();
    expect(isFriend('192.0.2.25')).toBe(true);
    kernel.mockReturnValue({lan: [ours]});
    expect(look()).toBe('same');
    expect(spoken().at(-1)).toBe('the addresses of this machine can be read again');
  });

  test('goes on without any at a start, and has them as soon as they are shown', () => {
    kernel.mockImplementation(refuse);
    begin();
    look();
    expect([isFriend('192.0.2.25'), isFriend('127.0.0.1')]).toEqual([false, true]);
    expect(spoken()).toEqual([expect.stringContaining('only the loopback is exempt')]);
    kernel.mockReturnValue({lan: [ours]});
    expect([look(), isFriend('192.0.2.25')]).toEqual(['changed', true]);
  });

  test('is waited for at a start, with a bound', async () => {
    const goOn = new AbortController().signal;
    kernel.mockImplementationOnce(refuse);
    await awaitAddresses(known, goOn);
    expect(known.local?.map(({text}) => text)).toEqual(['192.0.2.25']);
    known.local = undefined;
    kernel.mockImplementation(refuse);
    const before = kernel.mock.calls.length;
    await awaitAddresses(known, goOn);
    expect([known.local, kernel.mock.calls.length - before]).toEqual([undefined, mostFirstLooks]);
  });
});
