/** What iptables-save of both families and variants really prints: test/data/iptables/record.sh. */
import {describe, expect, test} from '@jest/globals';
import {readdirSync, readFileSync} from 'node:fs';
import type {ChainState, ChainStep} from '../../src/blocks/chain/chain.js';
import {planChain} from '../../src/blocks/chain/plan.js';
import {parseListing} from '../../src/blocks/chain/rules.js';
import {absent, flat, present, spec, wishOf, withOthers} from '../support/kernel/samples.js';

const folder = 'test/data/iptables';
const places = ['v4-nft', 'v4-legacy', 'v6-nft', 'v6-legacy'] as const;

type Place = (typeof places)[number];

const blocked = {4: ['203.0.113.7', '198.51.100.0/24'], 6: ['2001:db8:7::1', '2001:db8:bad::/48']};
const familyOf = (place: Place): 4 | 6 => (place.startsWith('v4') ? 4 : 6);
const read = (scene: string, place: Place): ChainState =>
  parseListing(spec, familyOf(place), readFileSync(`${folder}/${scene}.${place}.save`, 'utf8'));

/** Scene → the state, and what a plan for the same two blocks does about it. */
const scenes: Readonly<
  Record<
    string,
    {state: (texts: readonly string[]) => ChainState; kinds: readonly ChainStep['kind'][]}
  >
> = {
  empty: {state: absent, kinds: ['createChain', 'insertHook', 'add', 'add']},
  first: {state: present, kinds: []},
  late: {state: (texts) => present(texts, 1, true), kinds: ['deleteHook', 'insertHook']},
  ufw: {state: (texts) => present(texts, 1, true), kinds: ['deleteHook', 'insertHook']},
  fail2ban: {state: present, kinds: []},
  twice: {
    state: (texts) => present(texts, 2),
    kinds: ['deleteHook', 'deleteHook', 'insertHook'],
  },
  doubled: {
    state: ([host = '', net = '']) => present([host, host, host, net]),
    kinds: ['delete', 'delete'],
  },
  foreign: {state: (texts) => withOthers(present(texts), 5), kinds: []},
  comments: {state: (texts) => present(texts, 1, true), kinds: ['deleteHook', 'insertHook']},
};

describe.each(Object.keys(scenes))('parseListing: the recorded scene %s', (scene) => {
  test.each(places)('%s', (place) => {
    const texts = blocked[familyOf(place)];
    const state = read(scene, place);
    expect(state).toEqual(scenes[scene]?.state(texts));
    const family = familyOf(place);
    const steps = planChain({...flat, family}, wishOf(texts, 'remove', family), state);
    expect(steps.map(({kind}) => kind)).toEqual(scenes[scene]?.kinds);
  });
});

describe('parseListing: the recorded scene counters', () => {
  test.each(places)('%s: counters and other tables change nothing', (place) => {
    const third = {4: '203.0.113.8', 6: '2001:db8:7::8'}[familyOf(place)];
    expect(read('counters', place)).toEqual(present([...blocked[familyOf(place)], third]));
  });
});

test('parseListing: every recorded listing is tested here', () => {
  const recorded = readdirSync(folder).filter((name) => name.endsWith('.save'));
  const tested = [...Object.keys(scenes), 'counters'];
  expect(new Set(recorded.map((name) => name.split('.')[0]))).toEqual(new Set(tested));
  expect(recorded).toHaveLength(tested.length * places.length);
});

test('parseListing: another chain name or port does not take our rules for its own', () => {
  const text = readFileSync(`${folder}/first.v4-nft.save`, 'utf8');
  expect(parseListing({...spec, chain: 'OTHER'}, 4, text)).toEqual(absent());
  // The hook of the other port is a stranger's.
  expect(parseListing({...spec, ports: [587]}, 4, text)).toEqual(
    withOthers(present([], 0, false, [spec.chain]), 2),
  );
});
