/** Plans without a kernel: they lead from any state to the desired one, and a second plan is empty. */
import {describe, expect, test} from '@jest/globals';
import type {Backend, Wish} from '../../../src/firewall/backend.js';
import {filterRules, leadWindow, natRules} from '../../../src/greeting/rules/chain-texts.js';
import {gateChainsBackend, type GateChains} from '../../../src/greeting/rules/chains.js';
import {GateIntent} from '../../../src/greeting/rules/intent.js';
import {gateTableBackend} from '../../../src/greeting/rules/nftables.js';
import {
  doOwnSteps,
  type OwnChain,
  parseOwn,
  planOwn,
  planOwnRemoval,
} from '../../../src/greeting/rules/own-chain.js';
import {
  aliveUntil,
  type GateRules,
  isAliveRight,
  mayLapse,
  mostKnown,
  mostKnownRules,
  unruledOf,
} from '../../../src/greeting/rules/spec.js';
import {aliveSeconds} from '../../../src/greeting/way.js';
import {Random} from '../../support/random.js';

const nowMs = Date.parse('2026-11-29T12:00:00Z');
const aliveMs = aliveSeconds * 1000;

const wishOf = (desired: GateRules, atMs = nowMs): Wish<GateRules> => ({
  ...{desired, unwanted: 'remove', changed: new Set(), scope: 'all', nowMs: atMs},
});

describe('alive', () => {
  const at = (renewedMs: number | undefined, mode: GateRules['mode'] = 'gate') =>
    aliveUntil({mode, renewedMs}, nowMs);

  test.each([
    ['never renewed', undefined, undefined],
    ['just now', nowMs, nowMs + aliveMs],
    ['a while ago', nowMs - aliveMs + 1, nowMs + 1],
    ['too long ago', nowMs - aliveMs, undefined],
    ['by a clock that was set back since', nowMs + 1, undefined],
  ])('%s', (_, renewedMs, expected) => expect(at(renewedMs)).toBe(expected));

  test('to observe leads nobody', () => expect(at(nowMs, 'observe')).toBeUndefined());

  test('the kernel’s end is right within its slack, and never longer than ours', () => {
    const untilMs = nowMs + aliveMs;
    const rights = [undefined, untilMs - 10_001, untilMs - 10_000, untilMs, untilMs + 2001];
    expect(rights.map((kernelMs) => isAliveRight(kernelMs, untilMs))).toEqual([
      ...[false, false, true, true, false],
    ]);
    expect(mayLapse(untilMs, nowMs)).toBe(true);
    expect(mayLapse(Number.POSITIVE_INFINITY, nowMs)).toBe(false);
  });
});

describe('known clients', () => {
  const entriesOf = ({known}: GateIntent) => new Map(known.entries());

  test('passed and exempt stand side by side, each with its own end', () => {
    const intent = new GateIntent(4, 'gate', 2500);
    expect(intent.pass('192.0.2.7', nowMs + 1000)).toBe('passes');
    expect(intent.pass('2001:db8::7', nowMs)).toBe('other');
    expect(intent.pass('no address', nowMs)).toBe('other');
    intent.exemptOnly(['192.0.2.7', '198.51.100.0/24', '2001:db8::/32', '0.0.0.0/0']);
    // `0.0.0.0/0` is never taken as a network.
    expect([...entriesOf(intent).keys()]).toEqual(['192.0.2.7', '198.51.100.0/24']);
    intent.exemptOnly(['198.51.100.0/24']);
    expect(entriesOf(intent)).toEqual(
      new Map([
        ['192.0.2.7', nowMs + 1000],
        ['198.51.100.0/24', Number.POSITIVE_INFINITY],
      ]),
    );
    intent.forgetEnded(nowMs + 1000);
    expect([...entriesOf(intent).keys()]).toEqual(['198.51.100.0/24']);
    intent.exemptOnly([]);
    expect(entriesOf(intent).size).toBe(0);
  });

  test('an exemption that ends leaves what has passed', () => {
    const intent = new GateIntent(6, 'gate', 2500);
    intent.exemptOnly(['2001:db8::/64']);
    intent.pass('2001:db8::/64', nowMs + 5000);
    expect(entriesOf(intent).get('2001:db8::/64')).toBe(Number.POSITIVE_INFINITY);
    intent.exemptOnly([]);
    expect(entriesOf(intent).get('2001:db8::/64')).toBe(nowMs + 5000);
  });

  test('no more pass than the kernel shall hold; those that have may again', () => {
    const intent = new GateIntent(4, 'gate', 2500);
    const address = (i: number): string => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    for (let i = 0; i < mostKnown; i++) intent.pass(address(i), nowMs + 1000);
    expect(intent.pass('192.0.2.7', nowMs + 1000)).toBe('full');
    expect(intent.pass(address(3), nowMs + 2000)).toBe('passes');
  });
});

const emptyChain: OwnChain = {rules: 'absent', jumps: [], use: 'ours'};
const nothing: GateChains = {nat: emptyChain, filter: emptyChain, set: 'absent', readMs: nowMs};

describe('chains', () => {
  test('from whatever stands a plan leads to what should, and then to nothing', () => {
    const random = new Random(13);
    const pick = (bound: number): number => random.below(bound);
    const rules = ['-j A', '-j B', '-j C', '-j D'];
    const hooks = [
      {chain: 'INPUT', match: '-p tcp -m tcp --dport 25'},
      {chain: 'INPUT', match: '-p tcp -m tcp --dport 2500'},
      {chain: 'OUTPUT', match: '-p tcp -m tcp --sport 25'},
    ];
    const some = <Item>(items: readonly Item[]): Item[] => items.filter(() => pick(2) === 0);
    const row = (): string[] => Array.from({length: pick(6)}, () => rules[pick(4)]!);
    for (let i = 0; i < 2000; i++) {
      const wanted = {hooks: some(hooks), rules: row()};
      const places = ['first', 'late', 'twice'] as const;
      const actual: OwnChain = {
        rules: pick(4) === 0 ? 'absent' : row(),
        jumps: some(hooks).map((jump) => {
          const place = places[pick(3)]!;
          return {...jump, place, count: place === 'twice' ? 2 : 1};
        }),
        use: pick(4) === 0 ? 'needed' : 'ours',
      };
      const after = doOwnSteps(actual, planOwn(wanted, actual, 'first'));
      expect(planOwn(wanted, after, 'first')).toEqual([]);
      if (wanted.rules.length + wanted.hooks.length === 0) continue;
      expect(after.rules).toEqual(wanted.rules);
      expect(after.jumps.every(({place}) => place === 'first')).toBe(true);
      const gone = doOwnSteps(after, planOwnRemoval(after));
      expect([gone.rules, gone.jumps]).toEqual([actual.use === 'needed' ? [] : 'absent', []]);
    }
  });

  test.each(['rules', 'sets'] as const)('a second plan changes nothing (%s)', (carrier) => {
    const backend = gateChainsBackend(4, carrier, 'first');
    const intent = new GateIntent(4, 'gate', 2500);
    intent.pass('192.0.2.7', nowMs + 3_600_000);
    intent.renew(nowMs);
    const first = backend.plan(wishOf(intent), nothing);
    expect(first.calls.length).toBeGreaterThan(0);
    const after = first.after();
    expect(backend.standing(intent, after)).toBe(1);
    expect(backend.plan(wishOf(intent), after).calls).toEqual([]);
    // The redirection is renewed, and that is no repair.
    intent.renew(nowMs + 20_000);
    const renewal = backend.plan(wishOf(intent, nowMs + 20_000), after);
    expect(renewal.calls).toHaveLength(1);
    expect(renewal.drift).toEqual(new Map());
    // Without a report from the gate it ends by itself.
    const late = nowMs + 20_000 + aliveMs;
    expect(backend.plan(wishOf(intent, late), renewal.after()).calls).toEqual([]);
  });

  test('an element that changes while a batch runs is not believed of the kernel', () => {
    const backend = gateTableBackend(4);
    const intent = new GateIntent(4, 'gate', 2500);
    intent.renew(nowMs);
    const first = backend.plan(wishOf(intent), {kind: 'absent'});
    intent.atPort('others');
    const after = first.after();
    expect(backend.standing(intent, after)).toBe(0);
    expect(backend.plan(wishOf(intent), after).changes.get('createTable')).toBe(1);
  });

  /** The rules that let clients pass by the gate. */
  const passing = (intent: GateIntent): string[] => {
    const {calls} = gateChainsBackend(4, 'rules', 'first').plan(wishOf(intent), nothing);
    const {input} = calls.at(-1)!;
    return input.split('\n').filter((line) => line.endsWith('-j RETURN'));
  };

  test('rules are few: those that last longest, in the order in which they came', () => {
    const intent = new GateIntent(4, 'gate', 2500);
    for (let i = 0; i < mostKnownRules + 2; i++) {
      intent.pass(`10.0.${i >> 8}.${i & 255}`, nowMs + 1_000_000 + (i % 2 === 0 ? i : -i));
    }
    const rules = passing(intent);
    expect(rules).toHaveLength(mostKnownRules);
    expect(rules[0]).toContain('10.0.0.0/32');
    expect(rules.join()).not.toContain(
      `10.0.${(mostKnownRules + 1) >> 8}.${(mostKnownRules + 1) & 255}/`,
    );
  });

  test('rules are for exempt clients first, in their order; what has no room is counted', () => {
    const intent = new GateIntent(4, 'gate', 2500);
    intent.pass('203.0.113.7', nowMs + 1_000_000);
    const records = Array.from({length: mostKnownRules}, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    intent.exemptOnly(records.slice(0, 5));
    expect(unruledOf(intent)).toBe(0);
    intent.exemptOnly(['198.51.100.0/24', ...records]);
    const rules = passing(intent);
    expect(rules).toHaveLength(mostKnownRules);
    expect(rules.join()).toContain('198.51.100.0/24');
    for (const out of [records.at(-1), '203.0.113.7'])
      expect(rules.join()).not.toContain(`${out}/`);
    expect(unruledOf(intent)).toBe(2);
  });

  test.each([
    ['ipset', gateChainsBackend(4, 'sets', 'first'), nothing],
    ['nftables', gateTableBackend(4), {kind: 'absent'}],
  ] as const)(
    '%s: without reports the redirection lapses; when the gate ends it goes',
    (_, made, empty) => {
      const backend = made as Backend<unknown, GateRules>;
      const intent = new GateIntent(4, 'gate', 2500);
      intent.renew(nowMs);
      const led = backend.plan(wishOf(intent), empty).after();
      expect(backend.plan(wishOf(intent, nowMs + aliveMs), led).calls).toEqual([]);
      intent.gateEnds();
      const ended = backend.plan(wishOf(intent), led);
      expect([ended.calls.length, ended.drift]).toEqual([1, new Map()]);
      expect(ended.calls[0]!.input).toMatch(/-D BLOCKSMTP_GREETING|delete element .* alive/);
      expect(backend.plan(wishOf(intent), ended.after()).calls).toEqual([]);
      intent.renew(nowMs);
      expect(backend.plan(wishOf(intent), ended.after()).calls).toHaveLength(1);
    },
  );

  test('only port 25 is ever led away, and only with a time', () => {
    const intent = new GateIntent(6, 'gate', 2500);
    intent.renew(nowMs);
    const window = {fromMs: nowMs - 5000, untilMs: nowMs + aliveMs};
    const {hooks, rules} = natRules(intent, 6, 'sets', [], window);
    expect(hooks).toEqual([
      {chain: 'PREROUTING', match: '! -i lo -p tcp -m tcp --dport 25 -m addrtype --dst-type LOCAL'},
    ]);
    expect(leadWindow(rules.at(-1)!)).toEqual(window);
    expect(leadWindow('-j RETURN')).toBeUndefined();
    expect(natRules(new GateIntent(6, 'observe', 2500), 6, 'sets', [], window)).toEqual({
      ...{hooks: [], rules: []},
    });
    expect(filterRules(new GateIntent(6, 'observe', 2500), 6, 'rules').rules).toEqual([]);
  });

  test('a jump of others keeps the chain, and one behind an ACCEPT is late', () => {
    const listing = `*filter
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:mine - [0:0]
:BLOCKSMTP_GREETING - [0:0]
-A INPUT -p tcp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 25 -j BLOCKSMTP_GREETING
-A mine -j BLOCKSMTP_GREETING
-A BLOCKSMTP_GREETING -s ::192.0.2.7/128 -j RETURN
COMMIT
`;
    expect(parseOwn('filter', 6, listing)).toEqual({
      rules: ['-s ::c000:207/128 -j RETURN'],
      jumps: [{chain: 'INPUT', match: '-p tcp -m tcp --dport 25', place: 'late', count: 1}],
      use: 'needed',
    });
  });
});

describe('table', () => {
  test('a second plan changes nothing, and 100,000 who have passed are one call', () => {
    const backend = gateTableBackend(4);
    const intent = new GateIntent(4, 'gate', 2500);
    for (let i = 0; i < 100_000; i++) {
      intent.pass(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, nowMs + 3_600_000);
    }
    intent.exemptOnly(['198.51.100.0/24']);
    intent.renew(nowMs);
    const first = backend.plan(wishOf(intent), {kind: 'absent'});
    expect(first.calls).toHaveLength(1);
    const after = first.after();
    expect(backend.standing(intent, after)).toBe(1);
    expect(backend.plan(wishOf(intent), after).calls).toEqual([]);
    expect(backend.removal(after).calls).toHaveLength(1);
    expect(backend.standing(new GateIntent(4, 'observe', 2500), after)).toBe(0);
  });
});
