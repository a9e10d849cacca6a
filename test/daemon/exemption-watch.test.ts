/** The exemptions while the whitelist is edited: the last good list stays in force. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {ExemptionWatch} from '../../src/daemon/exemption-watch.js';
import type {LogLevel} from '../../src/base/say.js';
import {parseAddress} from '../../src/net/address.js';
import {tempDirs} from '../support/temp.js';

const newDir = tempDirs();
let said: [LogLevel, string][] = [];
let path = '';
let friends: ExemptionWatch;

const isFriend = (address: string): boolean =>
  friends.exemptions.of(parseAddress(address)!) !== undefined;
const warnings = (): string[] => said.filter(([level]) => level === 'warning').map(([, m]) => m);

beforeEach(() => {
  said = [];
  path = join(newDir(), 'whitelist');
  friends = new ExemptionWatch(path, parseAddress('203.0.113.25'), (level, message) =>
    said.push([level, message]),
  );
});

/** A change is taken when two looks see the same file. */
function settle(): 'changed' | 'same' {
  const looks = [friends.refresh(), friends.refresh()];
  return looks.includes('changed') ? 'changed' : 'same';
}

describe('a daemon that is started anew', () => {
  let kept: string | undefined;
  const start = (write = (text: string): void => void (kept = text)): void => {
    const say = (level: LogLevel, message: string): unknown => said.push([level, message]);
    friends = new ExemptionWatch(path, undefined, say, {read: () => kept, write});
    friends.refresh();
  };
  beforeEach(() => (kept = undefined));

  test('has the last list when its file is gone, until there is one again', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    start();
    fs.rmSync(path);
    start();
    expect([isFriend('192.0.2.1'), friends.hasList]).toEqual([true, true]);
    expect(warnings()).toEqual([
      `whitelist: ${path}: no such file: the last good list stays in force (one entry); an empty file ends it`,
    ]);
    fs.writeFileSync(path, '');
    settle();
    expect(isFriend('192.0.2.1')).toBe(false);
    fs.rmSync(path);
    start();
    expect(isFriend('192.0.2.1')).toBe(false);
  });

  test('never had one: nobody is whitelisted', () => {
    start();
    expect(friends.hasList).toBe(false);
    expect(warnings()).toEqual([`whitelist: ${path}: no such file: nobody is whitelisted`]);
  });

  test('a disk that refuses to keep it is told of, and the list counts', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    start(() => {
      throw new Error('no space left');
    });
    expect(isFriend('192.0.2.1')).toBe(true);
    expect(warnings()).toEqual(['whitelist: not kept for the next start: no space left']);
  });
});

describe('the whitelist', () => {
  test('that is just being written is not taken before it is whole', () => {
    fs.writeFileSync(path, '192.0.2.1\n192.0.2.2\n');
    settle();
    fs.writeFileSync(path, ''); // as `cp` and many editors begin
    expect([friends.refresh(), isFriend('192.0.2.2')]).toEqual(['same', true]);
    fs.appendFileSync(path, '192.0.2.1\n');
    expect([friends.refresh(), isFriend('192.0.2.2')]).toEqual(['same', true]);
    fs.appendFileSync(path, '192.0.2.2\n192.0.2.3\n');
    expect([friends.refresh(), friends.refresh()]).toEqual(['same', 'changed']);
    expect([isFriend('192.0.2.2'), isFriend('192.0.2.3')]).toEqual([true, true]);
  });

  test('is in force after the first look, and again after each change', () => {
    fs.writeFileSync(path, '192.0.2.0/24\n');
    expect(settle()).toBe('changed');
    expect([isFriend('192.0.2.7'), isFriend('198.51.100.7')]).toEqual([true, false]);
    expect(settle()).toBe('same');
    fs.writeFileSync(path, '198.51.100.0/24\n2001:db8::/32\n');
    expect(settle()).toBe('changed');
    expect([isFriend('192.0.2.7'), isFriend('198.51.100.7')]).toEqual([false, true]);
    expect(isFriend('2001:db8::1')).toBe(true);
    expect(warnings()).toEqual([]);
  });

  test('that is replaced by a file of the same size is read anew', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    settle();
    fs.writeFileSync(`${path}.new`, '192.0.2.2\n');
    fs.renameSync(`${path}.new`, path);
    settle();
    expect([isFriend('192.0.2.1'), isFriend('192.0.2.2')]).toEqual([false, true]);
  });

  test('a bad line is told with file, line and text, once; the good lines count', () => {
    fs.writeFileSync(path, '# comment\n192.0.2.1\nnonsense\n0.0.0.0/0\n\x1b[31m\n198.51.100.1\n');
    settle();
    settle();
    expect([isFriend('192.0.2.1'), isFriend('198.51.100.1'), isFriend('198.51.100.2')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(warnings()).toHaveLength(3);
    expect(warnings()[0]).toContain(`${path}:3: "nonsense"`);
    expect(warnings().join('')).not.toContain('\x1b');
  });

  test('gone or unreadable: told once, the last good list stays; back again it is read', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    settle();
    fs.rmSync(path);
    settle();
    settle();
    fs.mkdirSync(path);
    settle();
    expect(isFriend('192.0.2.1')).toBe(true);
    expect(warnings()).toHaveLength(2);
    expect(warnings()[0]).toContain('the last good list stays in force');
    fs.rmdirSync(path);
    fs.writeFileSync(path, '192.0.2.2\n');
    expect(settle()).toBe('changed');
    expect([isFriend('192.0.2.1'), isFriend('192.0.2.2')]).toEqual([false, true]);
  });

  test('missing at the start: told, and read when it comes', () => {
    settle();
    expect(warnings()[0]).toContain('nobody is whitelisted');
    fs.writeFileSync(path, '192.0.2.1\n');
    expect(settle()).toBe('changed');
    expect(isFriend('192.0.2.1')).toBe(true);
  });

  test('a log that was copied over it does not flood our own', () => {
    fs.writeFileSync(path, 'Nov 21 12:00:00 relay sm-mta[1]: a line of a log\n'.repeat(20_000));
    settle();
    expect(warnings().length).toBeLessThan(200);
  });
});

test('this machine and the mailer are friends without a list', () => {
  settle();
  expect(['127.0.0.1', '::1', '203.0.113.25', '192.0.2.1'].map(isFriend)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
