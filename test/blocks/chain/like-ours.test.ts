/** Chains that look like ours and that nobody looks after; those of others are not such. */
import {expect, test} from '@jest/globals';
import {likeOurs, mostLikeOurs} from '../../../src/blocks/chain/like-ours.js';
import {readRules} from '../../../src/firewall/filter-table.js';

function found(lines: readonly string[], ours = 'SPAM') {
  const names = new Set(['INPUT', 'FORWARD']);
  for (const line of lines) names.add(line.split(' ')[1]!);
  const chains = [...names].map((name) => `:${name} - [0:0]`);
  const rules = readRules(['*filter', ...chains, ...lines, 'COMMIT', ''].join('\n'));
  return likeOurs(rules, (chain) => chain === ours);
}

const port = '-p tcp -m tcp --dport 25';
const one = [`-A INPUT ${port} -j OLD`, `-A OLD -s 192.0.2.7/32 ${port} -j DROP`];

test.each([
  ['one port', one],
  [
    'several ports',
    [
      '-A INPUT -p tcp -m multiport --dports 25,465 -j OLD',
      '-A OLD -s 192.0.2.7/32 -p tcp -m multiport --dports 25,465 -j DROP',
    ],
  ],
  [
    'several ports that nft has loaded',
    ['-A INPUT -p tcp -j OLD', '-A OLD -s 192.0.2.7/32 -p tcp -j DROP'],
  ],
  [
    'a forwarding machine',
    [
      '-A FORWARD -p tcp -m conntrack --ctorigdstport 25 --ctdir ORIGINAL -j OLD',
      '-A OLD -s 192.0.2.7/32 -p tcp -m conntrack --ctorigdstport 25 --ctdir ORIGINAL -j DROP',
    ],
  ],
  ['a set', [`-A INPUT ${port} -j OLD`, `-A OLD ${port} -m set --match-set OLD-4 src -j DROP`]],
  [
    'a tree',
    [
      `-A INPUT ${port} -j OLD`,
      '-A OLD -s 192.0.0.0/8 -j OLD-c0',
      `-A OLD-c0 -s 192.0.2.7/32 ${port} -j DROP`,
    ],
  ],
])('a chain of ours, by the rules for %s', (_, lines) => {
  expect(found(lines)).toEqual([{chain: 'OLD', drops: 1}]);
});

test.each([
  ['one that is looked after', one.map((line) => line.replaceAll('OLD', 'SPAM'))],
  [
    'one of fail2ban',
    [`-A INPUT ${port} -j f2b`, '-A f2b -s 192.0.2.7/32 -j REJECT', '-A f2b -j RETURN'],
  ],
  ['one that drops nobody', [`-A INPUT ${port} -j OLD`, '-A OLD -s 192.0.2.7/32 -j RETURN']],
  ['one that no packet comes to', one.slice(1)],
])('none: %s', (_, lines) => {
  expect(found(lines)).toEqual([]);
});

test('at most a few such chains are reported', () => {
  const many = Array.from({length: 9}, (_, at) =>
    one.map((line) => line.replaceAll('OLD', `OLD${at}`)),
  );
  expect(found(many.flat())).toHaveLength(mostLikeOurs);
});
