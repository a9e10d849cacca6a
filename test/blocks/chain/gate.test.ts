/** Blocks where unknown clients are led to a gate: its packets count like those of port 25. */
import {expect, test} from '@jest/globals';
import {matchesOf} from '../../../src/blocks/chain/matches.js';
import {portsMet, type Traffic, trafficKey} from '../../../src/blocks/chain/spec.js';
import {chainSpec, likelyTraffic} from '../../../src/blocks/live/settings.js';
import {dropRules} from '../../../src/blocks/sets/nftables-listing.js';
import {standard} from '../../support/kernel/scenes.js';

const hooks = ['INPUT'];
const gate = 2500;

test('without a gate all is as it was, also its key', () => {
  const spec = chainSpec({
    ...standard,
    backend: 'iptables',
    greeting: 'observe',
    greetingPort: gate,
  });
  expect(spec).toEqual({chain: standard.iptablesChainName, ports: [25], hooks});
  expect(matchesOf(spec)).toEqual({all: ['-p tcp -m tcp --dport 25'], submissions: []});
  expect(trafficKey({ports: [25, 587], hooks})).toBe('25,587');
});

test('a former rule set without it is known to be ours', () => {
  const settings = {...standard, backend: 'iptables', greetingPort: gate} as const;
  for (const greeting of ['gate', 'strict'] as const) {
    expect(chainSpec({...settings, greeting})).toEqual({
      ...{chain: standard.iptablesChainName, ports: [25], hooks, gate},
      former: [{ports: [25], hooks}],
    });
  }
});

test.each<[string, Traffic, readonly string[], readonly string[], string]>([
  [
    'it is one more port',
    {ports: [25], hooks, gate},
    ['-p tcp -m multiport --dports 25,2500'],
    [],
    '25,2500 gate',
  ],
  [
    'and none for submission',
    {ports: [25, 587], hooks, gate},
    ['-p tcp -m multiport --dports 25,587,2500'],
    ['-p tcp -m tcp --dport 587'],
    '25,587,2500 gate',
  ],
  [
    'where the port counts that was called it is not asked for',
    {ports: [25], hooks: ['INPUT', 'FORWARD'], gate},
    ['-p tcp -m conntrack --ctorigdstport 25 --ctdir ORIGINAL'],
    [],
    '25 INPUT,FORWARD',
  ],
])('%s', (_, traffic, all, submissions, key) => {
  expect(matchesOf(traffic)).toEqual({all, submissions});
  expect(trafficKey(traffic)).toBe(key);
});

test('in nftables it stands beside 25, also for a client that has logged in', () => {
  const rules = dropRules({chain: 'X', ports: [25, 587], hooks, gate});
  expect(rules.map(({ports, submitters}) => [ports, submitters])).toEqual([
    [[25, 2500], 'too'],
    [[587], 'but'],
    [[25, 2500], 'too'],
    [[587], 'but'],
  ]);
  expect(portsMet({ports: [25, 2500], hooks, gate})).toEqual([25, 2500]);
});

test('without a state both are looked for', () => {
  expect(likelyTraffic(hooks, gate)).toContainEqual({ports: [25], hooks, gate});
  expect(likelyTraffic(hooks)).toHaveLength(4);
});
