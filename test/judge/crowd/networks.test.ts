import {describe, expect, test} from '@jest/globals';
import type {NetworkVerdict} from '../../../src/judge/crowd/networks.js';
import {address, network} from '../../net/samples.js';
import {ask, dayMs, fresh, hosts, minuteMs, startMs} from './samples.js';

describe('Networks: a /24', () => {
  test('eight names from its addresses in turn convict it', () => {
    const [first, ...others] = ask(fresh().networks, hosts('192.0.2.', 30));
    expect(others).toEqual([]);
    const [asked, verdict] = first!;
    expect(asked).toBe(9); // a little has been halved in eight minutes
    expect(verdict).toMatchObject({
      network: network('192.0.2.0/24'),
      bar: 8,
      repeat: 1,
      seconds: 86_400,
      within: undefined,
    });
    expect(verdict.score).toBeGreaterThanOrEqual(8);
    // About: two of nine share a bit of the sketch.
    expect(Math.abs(verdict.members - 9)).toBeLessThanOrEqual(2);
  });

  test.each([1, 2, 3])('%i members do not, however many names they ask for', (members) => {
    const clients = Array.from({length: 200}, (_, i) => `192.0.2.${1 + (i % members)}`);
    expect(ask(fresh().networks, clients)).toEqual([]);
  });

  test('four members with their three names each do, where no two share a bit', () => {
    const found = ask(fresh().networks, hosts('192.0.2.', 9, 11), {names: 3});
    expect(found.map(([asked]) => asked)).toEqual([4]);
  });

  test('a client with three delivered names keeps it free; strangers in it are hot', () => {
    const {networks} = fresh();
    networks.delivered(address('192.0.2.200'), 'mailer', startMs);
    expect(ask(networks, hosts('192.0.2.', 7))).toEqual([]);
    expect(networks.standing(address('192.0.2.99'), startMs)).toBe('ordinary');
    expect(ask(networks, hosts('192.0.2.', 60))).toEqual([]);
    expect(networks.standing(address('192.0.2.99'), startMs + 60 * minuteMs)).toBe('hot');
    expect(networks.standing(address('192.0.3.99'), startMs + 60 * minuteMs)).toBe('ordinary');
  });

  test('a client that has delivered one mail does not keep it free', () => {
    const {networks} = fresh();
    networks.delivered(address('192.0.2.200'), 'first', startMs);
    expect(ask(networks, hosts('192.0.2.', 9))).toHaveLength(1);
  });

  test('names are worth half after two days', () => {
    const {networks} = fresh();
    expect(ask(networks, hosts('192.0.2.', 7))).toEqual([]);
    const later = {fromMs: startMs + 2 * dayMs};
    expect(ask(networks, hosts('192.0.2.', 6, 50), later).map(([asked]) => asked)).toEqual([5]);
  });

  test('the second block lasts two days, each further one four; after two weeks it is the first', () => {
    const {networks} = fresh();
    let fromMs = startMs;
    const lengths: [number, number][] = [];
    const round = (): void => {
      for (const [, {repeat, seconds}] of ask(networks, hosts('192.0.2.', 20), {fromMs})) {
        lengths.push([repeat, seconds / 86_400]);
        fromMs += seconds * 1000 + 60 * minuteMs;
      }
    };
    for (let i = 0; i < 4; i++) round();
    fromMs += 15 * dayMs;
    round();
    expect(lengths).toEqual([
      [1, 1],
      [2, 2],
      [3, 4],
      [4, 4],
      [1, 1],
    ]);
  });

  test('a block that was not made is on no ladder, and the next name asks for it again', () => {
    const {networks} = fresh();
    const [[asked]] = ask(networks, hosts('192.0.2.', 9)) as [[number, NetworkVerdict]];
    networks.takenBack(network('192.0.2.0/24'), startMs + asked * minuteMs);
    const again = networks.asked(address('192.0.2.77'), 1, startMs + asked * minuteMs);
    expect(again).toMatchObject([{repeat: 1, seconds: 86_400}]);
  });

  test('a network that the operator unblocks begins anew', () => {
    const {networks} = fresh();
    networks.delivered(address('192.0.2.200'), 'first', startMs);
    ask(networks, hosts('192.0.2.', 9));
    networks.pardoned(network('192.0.2.0/24'), startMs);
    expect(networks.standing(address('192.0.2.77'), startMs)).toBe('ordinary');
    expect(ask(networks, hosts('192.0.2.', 9, 100)).map(([, {repeat}]) => repeat)).toEqual([1]);
    networks.pardoned(network('203.0.113.0/24'), startMs);
  });

  test('and the guesses of its neighbours do not block it at its next name', () => {
    const {networks} = fresh();
    const hot = (third: number): string[] => hosts(`192.0.${third}.`, 5);
    ask(networks, [1, 2, 3, 4].flatMap(hot));
    const first = networks.asked(address('192.0.9.1'), 1, startMs + 60 * minuteMs);
    expect(first).toMatchObject([{network: {text: '192.0.9.0/24'}, within: '192.0.0.0/20'}]);
    networks.pardoned(network('192.0.9.0/24'), startMs + 60 * minuteMs);
    expect(networks.asked(address('192.0.9.2'), 1, startMs + 61 * minuteMs)).toEqual([]);
    expect(networks.standing(address('192.0.9.3'), startMs + 61 * minuteMs)).toBe('ordinary');
  });
});

describe('Networks: IPv6', () => {
  test('a new /64 of a /56 for each name: eight of four', () => {
    const clients = Array.from({length: 20}, (_, i) => `2001:db8:0:ab${(16 + i).toString(16)}::7`);
    const found = ask(fresh().networks, clients);
    expect(
      found.map(
        ([
          asked,
          {
            network: {text},
          },
        ]) => [asked, text],
      ),
    ).toEqual([[9, '2001:db8:0:ab00::/56']]);
  });

  test('a new /64 of a /48 for each name', () => {
    const clients = Array.from(
      {length: 20},
      (_, i) => `2001:db8:7:${(i * 999 + 1).toString(16)}::7`,
    );
    const found = ask(fresh().networks, clients);
    expect(
      found.map(
        ([
          asked,
          {
            network: {text},
          },
        ]) => [asked, text],
      ),
    ).toEqual([[9, '2001:db8:7::/48']]);
  });

  test('addresses of one /64 are one client by default', () => {
    expect(ask(fresh().networks, hosts('2001:db8::', 100))).toEqual([]);
  });

  test('where an address is a client, a /64 is convicted at six names of three', () => {
    const found = ask(fresh(128).networks, hosts('2001:db8::', 20));
    expect(
      found.map(
        ([
          asked,
          {
            network: {text},
          },
        ]) => [asked, text],
      ),
    ).toEqual([[7, '2001:db8::/64']]);
    const two = Array.from({length: 100}, (_, i) => `2001:db8::${1 + (i % 2)}`);
    expect(ask(fresh(128).networks, two)).toEqual([]);
  });

  test.each([
    [56, '2001:db8:7::/48'],
    [48, undefined],
    [40, undefined],
    [32, undefined],
  ])('no network as large as a client of /%i is convicted', (ipv6Prefix, text) => {
    const clients = Array.from(
      {length: 40},
      (_, i) => `2001:db8:7:${(i * 999 + 1).toString(16)}::7`,
    );
    const {networks} = fresh(ipv6Prefix);
    expect(ask(networks, clients)[0]?.[1].network.text).toBe(text);
    expect(networks.standing(address('2001:db8:9::1'), startMs)).toBe('ordinary');
  });

  test('a hot /40 convicts its /48 that never delivered at the first name', () => {
    const {networks} = fresh();
    networks.delivered(address('2001:db8:99::1'), 'first', startMs);
    const clients = Array.from({length: 16}, (_, i) => `2001:db8:${i + 1}::1`);
    const found = ask(networks, clients);
    expect(found[0]).toMatchObject([
      13,
      {network: network('2001:db8:13::/48'), bar: 12, within: '2001:db8::/40', repeat: 1},
    ]);
    expect(found).toHaveLength(4);
    const nowMs = startMs + 20 * minuteMs;
    expect(networks.standing(address('2001:db8:77::1'), nowMs)).toBe('hot');
    expect(networks.standing(address('2001:db8:99::77'), nowMs)).toBe('ordinary');
    expect(networks.asked(address('2001:db8:99::77'), 1, nowMs)).toEqual([]);
  });
});

describe('Networks: larger than can be blocked', () => {
  const cloud20 = Array.from({length: 60}, (_, i) => `198.51.${96 + (i % 16)}.${1 + i}`);

  test('a /20 is hot at twelve names of three /24, each of which falls at its next name', () => {
    const {networks} = fresh();
    const found = ask(networks, cloud20);
    expect(found.map(([asked]) => asked)).toEqual(Array.from({length: 16}, (_, i) => 13 + i));
    for (const [, {network: one, within, bar}] of found) {
      expect([one.prefix, within, bar]).toEqual([24, '198.51.96.0/20', 12]);
    }
  });

  test('two /24 alone do not make it hot', () => {
    const {networks} = fresh();
    const clients = Array.from({length: 100}, (_, i) => `198.51.${96 + (i % 2)}.${1 + (i % 3)}`);
    expect(ask(networks, clients)).toEqual([]);
    expect(networks.standing(address('198.51.99.1'), startMs + 100 * minuteMs)).toBe('ordinary');
  });

  test('it cools in days', () => {
    const {networks} = fresh();
    ask(networks, cloud20);
    const other = address('198.51.111.222');
    expect(networks.standing(other, startMs + dayMs)).toBe('hot');
    expect(networks.standing(other, startMs + 5 * dayMs)).toBe('ordinary');
  });

  const wide = Array.from({length: 200}, (_, i) => `198.51.${(i * 16) % 256}.${1 + i}`);

  test('a /16 is hot at 24 names of eight /24', () => {
    const found = ask(fresh().networks, wide);
    expect(found[0]).toMatchObject([25, {bar: 24, within: '198.51.0.0/16'}]);
  });

  test('a /16 of many mailers is not', () => {
    const {networks} = fresh();
    for (let i = 0; i < 12; i++) {
      networks.delivered(address(`198.51.${i * 3 + 1}.9`), 'mailer', startMs);
    }
    const members = Array.from({length: 80}, (_, i) => wide[i % 16]!);
    const nowMs = startMs + 80 * minuteMs;
    const isHot = (): boolean => networks.standing(address('198.51.250.1'), nowMs) === 'hot';
    expect([ask(networks, members.slice(0, 48)), isHot()]).toEqual([[], false]);
  });
});
