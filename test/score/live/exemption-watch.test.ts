/** The exemptions while the whitelist is edited: the last good list stays in force. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import fs from 'node:fs';
import {join} from 'node:path';
import {
  ExemptionWatch,
  KnownWhitelist,
  see,
  settled,
  settle,
  settleMs,
} from '../../../src/score/live/exemption-watch.js';
import {nothingKept} from '../../../src/score/live/kept-list.js';
import type {LogLevel} from '../../../src/base/say.js';
import {parseAddress} from '../../../src/net/address.js';
import {parseNetwork} from '../../../src/net/network.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
let said: [LogLevel, string][] = [];
let path = '';
let friends: ExemptionWatch;

const settingsOf = (whiteList: string) => ({
  whiteList,
  mailerIp: parseAddress('203.0.113.25'),
  trustedRelays: [parseNetwork('203.0.113.64/28')!],
});

const isFriend = (address: string): boolean =>
  friends.exemptions.of(parseAddress(address)!) !== undefined;
const warnings = (): string[] => said.filter(([level]) => level === 'warning').map(([, m]) => m);

beforeEach(() => {
  said = [];
  path = join(newDir(), 'whitelist');
  friends = new ExemptionWatch(settingsOf(path), (level, message) => said.push([level, message]));
});

test('trusted relays are exempt with a whitelist, without one, and when it changes', () => {
  expect(isFriend('203.0.113.70')).toBe(true);
  fs.writeFileSync(path, '192.0.2.1\n');
  lookTwice();
  expect([isFriend('203.0.113.79'), isFriend('203.0.113.80')]).toEqual([true, false]);
});

let nowMs = 0;
/** A second after the last look. */
const look = (): 'changed' | 'same' => friends.refresh((nowMs += 1000));

/** A change is taken when two looks see the same file. */
function lookTwice(): 'changed' | 'same' {
  const looks = [look(), look()];
  return looks.includes('changed') ? 'changed' : 'same';
}

describe('the next life of the daemon', () => {
  const known = new KnownWhitelist();
  const begin = (file = path): void => {
    friends = new ExemptionWatch(settingsOf(file), () => undefined, nothingKept, known);
    friends.refresh(nowMs);
  };

  test('takes no list that is just being written: the last one stays until the file is whole', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    begin();
    fs.writeFileSync(path, '');
    begin();
    expect([isFriend('192.0.2.1'), friends.hasList, friends.state]).toEqual([
      ...[true, true, 'unsettled'],
    ]);
    fs.writeFileSync(path, '192.0.2.1\n192.0.2.2\n');
    expect([lookTwice(), friends.state]).toEqual(['changed', 'settled']);
    expect([isFriend('192.0.2.1'), isFriend('192.0.2.2')]).toEqual([true, true]);
  });

  test('has the list at once where nothing has changed, and reads another file as it is', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    begin();
    begin();
    expect([isFriend('192.0.2.1'), friends.state]).toEqual([true, 'settled']);
    const other = join(newDir(), 'other');
    fs.writeFileSync(other, '192.0.2.3\n');
    begin(other);
    expect([isFriend('192.0.2.1'), isFriend('192.0.2.3')]).toEqual([false, true]);
  });
});

describe('a daemon that is started anew', () => {
  let kept: string | undefined;
  const start = (write = (text: string): void => void (kept = text)): void => {
    const say = (level: LogLevel, message: string): unknown => said.push([level, message]);
    friends = new ExemptionWatch(settingsOf(path), say, {path: '/kept', read: () => kept, write});
    look();
  };
  beforeEach(() => (kept = undefined));

  test('has the last list when its file is gone, until there is one again', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    start();
    fs.rmSync(path);
    start();
    expect([isFriend('192.0.2.1'), friends.hasList]).toEqual([true, true]);
    expect(friends.view).toMatchObject({kind: 'kept', entries: 1, copy: '/kept'});
    expect(warnings()).toEqual([
      `whitelist: ${path}: no such file: the last good list stays in force (one entry); an empty file ends it`,
    ]);
    fs.writeFileSync(path, '');
    lookTwice();
    expect(isFriend('192.0.2.1')).toBe(false);
    expect(friends.view).toEqual({kind: 'read', file: path, entries: 0, badLines: 0});
    fs.rmSync(path);
    start();
    expect(isFriend('192.0.2.1')).toBe(false);
  });

  test('never had one: nobody is whitelisted', () => {
    start();
    expect([friends.hasList, friends.view.kind]).toEqual([false, 'none']);
    expect(warnings()).toEqual([`whitelist: ${path}: no such file: nobody is whitelisted`]);
  });

  test('a disk that refuses to keep it is reported, and the list counts', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    start(() => {
      throw new Error('no space left');
    });
    expect(isFriend('192.0.2.1')).toBe(true);
    expect(warnings()).toEqual(['whitelist: not kept for the next start: no space left']);
  });
});

describe('a version of the file', () => {
  test('is whole when it is seen unchanged for a while', () => {
    const first = see(undefined, 'a', 1000);
    expect(settled(first, 1000)).toBe(false);
    expect(settled(see(first, 'a', 1000 + settleMs - 1), 1000 + settleMs - 1)).toBe(false);
    expect(settled(see(first, 'a', 1000 + settleMs), 1000 + settleMs)).toBe(true);
    expect(settled(see(first, 'b', 1000 + settleMs), 1000 + settleMs)).toBe(false);
  });

  test('counts from when it was last another one, however often it is looked at', () => {
    const looks = fc.array(fc.record({afterMs: fc.nat(300), version: fc.constantFrom('a', 'b')}), {
      minLength: 1,
    });
    fc.assert(
      fc.property(looks, (each) => {
        let [atMs, sinceMs, seen] = [0, 0, undefined as ReturnType<typeof see> | undefined];
        for (const {afterMs, version} of each) {
          atMs += afterMs;
          if (version !== seen?.version) sinceMs = atMs;
          seen = see(seen, version, atMs);
          expect(settled(seen, atMs)).toBe(atMs - sinceMs >= settleMs);
        }
      }),
    );
  });
});

describe('a reload', () => {
  let looks = 0;
  const reload = () =>
    settle(() => {
      friends.refresh();
      looks += 1;
      return Promise.resolve(friends.state);
    });
  beforeEach(() => {
    fs.writeFileSync(path, '192.0.2.1\n');
    friends.refresh();
  });

  test('that meets no change does not wait', async () => {
    looks = 0;
    expect([await reload(), looks]).toEqual(['settled', 1]);
  });

  test('ends when the new list is in force', async () => {
    fs.writeFileSync(path, '192.0.2.2\n');
    expect(await reload()).toBe('settled');
    expect([isFriend('192.0.2.1'), isFriend('192.0.2.2')]).toEqual([false, true]);
  });

  test('exposes nobody while the list is being written, and ends all the same', async () => {
    fs.writeFileSync(path, '');
    const writing = setInterval(() => fs.appendFileSync(path, '198.51.100.1\n'), settleMs / 20);
    expect(await reload()).toBe('unsettled');
    expect(isFriend('192.0.2.1')).toBe(true);
    clearInterval(writing);
    expect(await reload()).toBe('settled');
    expect([isFriend('192.0.2.1'), isFriend('198.51.100.1')]).toEqual([false, true]);
  });

  test('of a file that is gone keeps the last good list', async () => {
    fs.rmSync(path);
    expect(await reload()).toBe('unread');
    expect([isFriend('192.0.2.1'), friends.hasList]).toEqual([true, true]);
  });
});

describe('the whitelist', () => {
  test('that is just being written is not taken before it is whole', () => {
    fs.writeFileSync(path, '192.0.2.1\n192.0.2.2\n');
    lookTwice();
    fs.writeFileSync(path, ''); // as `cp` and many editors begin
    expect([look(), isFriend('192.0.2.2')]).toEqual(['same', true]);
    fs.appendFileSync(path, '192.0.2.1\n');
    expect([look(), isFriend('192.0.2.2')]).toEqual(['same', true]);
    fs.appendFileSync(path, '192.0.2.2\n192.0.2.3\n');
    expect([look(), look()]).toEqual(['same', 'changed']);
    expect([isFriend('192.0.2.2'), isFriend('192.0.2.3')]).toEqual([true, true]);
  });

  test('is in force after the first look, and again after each change', () => {
    fs.writeFileSync(path, '192.0.2.0/24\n');
    expect(lookTwice()).toBe('changed');
    expect([isFriend('192.0.2.7'), isFriend('198.51.100.7')]).toEqual([true, false]);
    expect(lookTwice()).toBe('same');
    fs.writeFileSync(path, '198.51.100.0/24\n2001:db8::/32\n');
    expect(lookTwice()).toBe('changed');
    expect([isFriend('192.0.2.7'), isFriend('198.51.100.7')]).toEqual([false, true]);
    expect(isFriend('2001:db8::1')).toBe(true);
    expect(warnings()).toEqual([]);
  });

  test('that is replaced by a file of the same size is read anew', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    lookTwice();
    fs.writeFileSync(`${path}.new`, '192.0.2.2\n');
    fs.renameSync(`${path}.new`, path);
    lookTwice();
    expect([isFriend('192.0.2.1'), isFriend('192.0.2.2')]).toEqual([false, true]);
  });

  test('with a bad line is logged with file, line and text, once; the good lines count', () => {
    fs.writeFileSync(path, '# comment\n192.0.2.1\nnonsense\n0.0.0.0/0\n\x1b[31m\n198.51.100.1\n');
    lookTwice();
    lookTwice();
    expect([isFriend('192.0.2.1'), isFriend('198.51.100.1'), isFriend('198.51.100.2')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(warnings()).toHaveLength(3);
    expect(warnings()[0]).toContain(`${path}:3: "nonsense"`);
    expect(warnings().join('')).not.toContain('\x1b');
  });

  test('gone or unreadable: logged once, the last good list stays; back again it is read', () => {
    fs.writeFileSync(path, '192.0.2.1\n');
    lookTwice();
    fs.rmSync(path);
    lookTwice();
    lookTwice();
    fs.mkdirSync(path);
    lookTwice();
    expect(isFriend('192.0.2.1')).toBe(true);
    expect(warnings()).toHaveLength(2);
    expect(warnings()[0]).toContain('the last good list stays in force');
    fs.rmdirSync(path);
    fs.writeFileSync(path, '192.0.2.2\n');
    expect(lookTwice()).toBe('changed');
    expect([isFriend('192.0.2.1'), isFriend('192.0.2.2')]).toEqual([false, true]);
  });

  test('missing at the start: logged, and read when it comes', () => {
    lookTwice();
    expect(warnings()[0]).toContain('nobody is whitelisted');
    fs.writeFileSync(path, '192.0.2.1\n');
    expect(lookTwice()).toBe('changed');
    expect(isFriend('192.0.2.1')).toBe(true);
  });

  test('a log that was copied over it does not flood our own', () => {
    fs.writeFileSync(path, 'Nov 21 12:00:00 relay sm-mta[1]: a line of a log\n'.repeat(20_000));
    lookTwice();
    expect(warnings().length).toBeLessThan(200);
  });
});

test('this machine and the mailer are friends without a list', () => {
  lookTwice();
  expect(['127.0.0.1', '::1', '203.0.113.25', '192.0.2.1'].map(isFriend)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
