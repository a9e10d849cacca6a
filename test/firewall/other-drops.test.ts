/** Which rules of others drop an address: as a packet goes, for the mailer's ports, and bounded. */
import {describe, expect, test} from '@jest/globals';
import {readRules} from '../../src/firewall/filter-table.js';
import {
  type DropQuestion,
  mostDepth,
  mostDrops,
  mostSets,
  otherDrops,
} from '../../src/firewall/other-drops.js';
import {networkOf} from '../../src/net/network.js';

const asked: DropQuestion = {
  network: networkOf('203.0.113.7'),
  from: ['INPUT'],
  ports: [25, 587],
  isOurs: (chain) => chain === 'OURS',
  inSet: () => undefined,
};

function found(lines: readonly string[], question: Partial<DropQuestion> = {}) {
  const names = new Set(['INPUT', 'FORWARD']);
  for (const line of lines) names.add(line.split(' ')[1]!);
  const chains = [...names].map((name) => `:${name} - [0:0]`);
  const listing = ['*filter', ...chains, ...lines, 'COMMIT', ''].join('\n');
  return otherDrops(readRules(listing), {...asked, ...question});
}

const told = (lines: readonly string[], question: Partial<DropQuestion> = {}): string[] =>
  found(lines, question).drops.map(({chain, rule, drops}) => `${drops} ${chain}: ${rule}`);

const drop = '-s 203.0.113.7/32 -j DROP';

describe('a rule that drops the address', () => {
  test.each([
    ['of its own', ['-A INPUT -s 203.0.113.7/32 -j DROP'], `yes INPUT: ${drop}`],
    [
      'of a network',
      ['-A INPUT -s 203.0.113.0/24 -j DROP'],
      'yes INPUT: -s 203.0.113.0/24 -j DROP',
    ],
    [
      'that rejects',
      ['-A INPUT -s 203.0.113.7/32 -j REJECT --reject-with icmp-port-unreachable'],
      'yes INPUT: -s 203.0.113.7/32 -j REJECT --reject-with icmp-port-unreachable',
    ],
    ['in a chain', ['-A INPUT -p tcp -j f2b', `-A f2b ${drop}`], `yes f2b: ${drop}`],
    ['behind a goto', ['-A INPUT -g f2b', `-A f2b ${drop}`], `yes f2b: ${drop}`],
    [
      'in a chain for some of the ports',
      ['-A INPUT -p tcp -m multiport --dports 25,80 -j f2b', `-A f2b ${drop}`],
      `yes f2b: ${drop}`,
    ],
    [
      'in a chain to which its source leads',
      ['-A INPUT -s 203.0.113.0/24 -j BAD', '-A BAD -j DROP'],
      'yes BAD: -j DROP',
    ],
    [
      'with a range of ports',
      ['-A INPUT -s 203.0.113.7/32 -p tcp -m tcp --dport 1:1024 -j DROP'],
      'yes INPUT: -s 203.0.113.7/32 -p tcp -m tcp --dport 1:1024 -j DROP',
    ],
    [
      'by a range of addresses',
      ['-A INPUT -m iprange --src-range 203.0.113.1-203.0.113.9 -j DROP'],
      'yes INPUT: -m iprange --src-range 203.0.113.1-203.0.113.9 -j DROP',
    ],
    [
      'as one that is not among some others',
      ['-A INPUT ! -s 192.0.2.0/24 -j DROP'],
      'yes INPUT: ! -s 192.0.2.0/24 -j DROP',
    ],
    [
      'with a comment that looks like rules',
      ['-A INPUT -s 203.0.113.7/32 -m comment --comment "-p udp ! -s \\"1\\" -j ACCEPT" -j DROP'],
      'yes INPUT: -s 203.0.113.7/32 -m comment --comment "-p udp ! -s \\"1\\" -j ACCEPT" -j DROP',
    ],
    [
      'under a condition that nobody knows',
      ['-A INPUT -s 203.0.113.7/32 -i eth0 -j DROP'],
      'perhaps INPUT: -s 203.0.113.7/32 -i eth0 -j DROP',
    ],
  ])('%s', (_, lines, expected) => {
    expect(told(lines)).toEqual([expected]);
  });

  test('of IPv6', () => {
    const network = networkOf('2001:db8::7');
    expect(told(['-A INPUT -s 2001:db8::/32 -j DROP'], {network})).toHaveLength(1);
    expect(told(['-A INPUT -s 203.0.113.7/32 -j DROP'], {network})).toEqual([]);
  });

  test('in FORWARD, where the port may be another by now', () => {
    const rule = '-s 203.0.113.7/32 -p tcp -m tcp --dport 2525 -j DROP';
    expect(told([`-A FORWARD ${rule}`])).toEqual([]);
    expect(told([`-A FORWARD ${rule}`], {from: ['FORWARD']})).toEqual([`perhaps FORWARD: ${rule}`]);
  });
});

describe('no rule that drops it', () => {
  test.each([
    ['of another address', ['-A INPUT -s 203.0.113.8/32 -j DROP']],
    ['that nobody comes to', ['-A LOST -s 203.0.113.7/32 -j DROP']],
    ['in our own chain', ['-A INPUT -j OURS', `-A OURS ${drop}`]],
    ['for another port', ['-A INPUT -p tcp -m tcp --dport 22 -j f2b', `-A f2b ${drop}`]],
    [
      'for all but those ports',
      ['-A INPUT -p tcp -m multiport ! --dports 25,587 -j f2b', `-A f2b ${drop}`],
    ],
    ['for udp', ['-A INPUT -s 203.0.113.7/32 -p udp -j DROP']],
    ['for everybody', ['-A INPUT -j DROP']],
    ['that logs', ['-A INPUT -s 203.0.113.7/32 -j LOG --log-prefix "-j DROP"']],
    ['behind one that accepts all', ['-A INPUT -p tcp -j ACCEPT', `-A INPUT ${drop}`]],
    ['behind one that accepts it', ['-A INPUT -s 203.0.113.0/24 -j ACCEPT', `-A INPUT ${drop}`]],
    ['behind one that returns', ['-A INPUT -j f2b', '-A f2b -j RETURN', `-A f2b ${drop}`]],
    ['in FORWARD', [`-A FORWARD ${drop}`]],
    ['of all that are not around', ['-A INPUT ! -s 203.0.113.0/24 -j DROP']],
    ['of the answers', [`-A INPUT -s 203.0.113.7/32 -m conntrack --ctdir REPLY -j DROP`]],
  ])('%s', (_, lines) => {
    expect(told(lines)).toEqual([]);
  });

  test('an accept for one of two ports ends nothing', () => {
    expect(told(['-A INPUT -p tcp -m tcp --dport 587 -j ACCEPT', `-A INPUT ${drop}`])).toHaveLength(
      1,
    );
  });

  test('nor does an accept in a chain that only some packets come to', () => {
    const lines = ['-A INPUT -i eth0 -j LAN', '-A LAN -j ACCEPT', `-A INPUT ${drop}`];
    expect(told(lines)).toHaveLength(1);
  });
});

describe('sets of ipset', () => {
  const lines = ['-A INPUT -m set --match-set f2b-smtp src -j DROP'];

  test('are asked for first', () => {
    expect(found(lines)).toEqual({drops: [], more: 0, unasked: ['f2b-smtp']});
  });

  test('and tell then', () => {
    expect(found(lines, {inSet: () => true}).drops).toHaveLength(1);
    expect(found(lines, {inSet: () => false})).toEqual({drops: [], more: 0, unasked: []});
    const others = ['-A INPUT -m set ! --match-set ours src -j DROP'];
    expect(found(others, {inSet: () => false}).drops).toHaveLength(1);
  });

  test('of which only so many', () => {
    const many = Array.from(
      {length: mostSets + 5},
      (_, at) => `-A INPUT -m set --match-set s${at} src -j DROP`,
    );
    expect(found(many).unasked).toHaveLength(mostSets);
  });
});

describe('bounds', () => {
  test('of many rules a few are listed, with the number of the others', () => {
    const lines = Array.from(
      {length: 12},
      (_, at) => `-A INPUT -s 203.0.113.7/32 -i eth${at} -j DROP`,
    );
    const {drops, more} = found(lines);
    expect([drops.length, more]).toEqual([mostDrops, 12 - mostDrops]);
  });

  test('chains that lead to each other in many ways, or in circles, take a moment', () => {
    const lines = Array.from({length: 40}, (_, at) => [
      `-A C${at} -j C${at + 1}`,
      `-A C${at} -i eth0 -j C${at + 1}`,
      `-A C${at} -s 203.0.113.7/32 -j C${(at + 7) % 40}`,
    ]).flat();
    expect(told(['-A INPUT -j C0', ...lines, `-A C40 ${drop}`])).toContain(`yes C40: ${drop}`);
  });

  test.each([
    [mostDepth - 2, 1],
    [100_000, 0],
  ])('chains within chains: %i', (deep, count) => {
    const lines = Array.from({length: deep}, (_, at) => `-A C${at} -j C${at + 1}`);
    expect(told(['-A INPUT -j C0', ...lines, `-A C${deep} ${drop}`])).toHaveLength(count);
  });
});
