/** The egress guard as values: after a plan the kernel has the desired state, and no hold lasts for long. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  destinationsOf,
  type EgressRules,
  holdSwitchSeconds,
  isKeepingUp,
  longestGapMs,
  windowFor,
} from '../../../src/outgoing/egress/rules.js';
import {doEgressSteps, egressChainBackend, planEgress} from '../../../src/outgoing/egress/chain.js';
import {EgressIntent} from '../../../src/outgoing/egress/releases.js';
import {
  type EgressChain,
  parseEgress,
  ruleTexts,
} from '../../../src/outgoing/egress/chain-rules.js';
import {egressTableBackend} from '../../../src/outgoing/egress/nftables.js';
import {egressShape, readEgressTable} from '../../../src/outgoing/egress/nftables-listing.js';
import {connectionOf, listed, rulesOf} from './samples.js';
import {network} from '../../net/samples.js';

const nowMs = Date.UTC(2026, 10, 21, 12, 0, 0, 250);
const chain = 'BLOCKSMTP_OUT';

/** The listing that the kernel would print. */
const listing = ({rules, hooks}: EgressChain): string =>
  [
    '*filter',
    ...[':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]'],
    ...(rules === 'absent' ? [] : [`:${chain} - [0:0]`]),
    ...[...hooks.keys()].map(
      (port) =>
        `-A OUTPUT -p tcp -m tcp --dport ${port} --tcp-flags FIN,SYN,RST,ACK SYN -j ${chain}`,
    ),
    ...(rules === 'absent' ? [] : rules.map(({text}) => `-A ${chain} ${text}`)),
    'COMMIT\n',
  ].join('\n');

const empty = parseEgress(chain, 4, '*filter\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n', nowMs);

describe('a chain', () => {
  test.each([4, 6] as const)('IPv%d: the rules in their order, and the hooks', (family) => {
    const backend = egressChainBackend(chain, family);
    const desired = rulesOf(family, 'hold', [connectionOf(family, 4711)]);
    const plan = backend.plan(wish(desired), {...empty, readMs: nowMs});
    const [net, own, server] =
      family === 4
        ? ['198.51.100.0/24', '192.0.2.1/32', '192.0.2.25/32']
        : ['2001:db8:5::/48', '2001:db8::1/128', '2001:db8::25/128'];
    const syn = '--tcp-flags FIN,SYN,RST,ACK SYN';
    expect(plan.calls.map(({input}) => input)).toEqual([
      `*filter
-N BLOCKSMTP_OUT
-I OUTPUT 1 -p tcp -m tcp --dport 25 ${syn} -j BLOCKSMTP_OUT
-I OUTPUT 1 -p tcp -m tcp --dport 587 ${syn} -j BLOCKSMTP_OUT
-I BLOCKSMTP_OUT 1 -o lo -j RETURN
-I BLOCKSMTP_OUT 2 -d ${net} -j RETURN
-I BLOCKSMTP_OUT 3 -m owner --uid-owner 0 -j RETURN
-I BLOCKSMTP_OUT 4 -m owner --uid-owner 103 -j RETURN
-I BLOCKSMTP_OUT 5 -s ${own} -d ${server} -p tcp -m tcp --sport 4711 --dport 25 -j RETURN
-I BLOCKSMTP_OUT 6 -m time --datestart 2026-11-21T11:59:56 --datestop 2026-11-21T12:00:31 -j DROP
COMMIT
`,
    ]);
    expect([...plan.changes]).toEqual([
      ['createChain', 1],
      ['insertHook', 2],
      ['insertRule', 6],
    ]);
    expect(backend.standing(desired, plan.after())).toBe(2);
    expect(backend.standing(desired, empty)).toBe(0);
  });

  test('whatever stands: after the plan there is nothing to do, in the listing as in the belief', () => {
    fc.assert(
      fc.property(chains, modes, fc.boolean(), (actual, mode, hasRelease) => {
        const desired = rulesOf(4, mode, hasRelease ? [connectionOf(4, 4711)] : []);
        const window = windowFor(undefined, holdSwitchSeconds, nowMs);
        const steps = planEgress(desired, 4, 'first', window, actual);
        const after = doEgressSteps(actual, steps);
        expect(planEgress(desired, 4, 'first', window, after)).toEqual([]);
        const seen = parseEgress(chain, 4, listing(after), nowMs);
        expect(planEgress(desired, 4, 'first', window, seen)).toEqual([]);
        const others = (state: EgressChain): unknown =>
          state.rules === 'absent' ? [] : state.rules.filter(({owner}) => owner === 'other');
        expect(others(after)).toEqual(others(actual));
      }),
    );
  });

  test('one more release, and one less, is one rule', () => {
    const backend = egressChainBackend(chain, 4);
    const [one, two] = [connectionOf(4, 4711), connectionOf(4, 4712)];
    const stands = backend.plan(wish(rulesOf(4, 'hold', [one])), empty).after();
    const more = backend.plan(wish(rulesOf(4, 'hold', [one, two]), [two]), stands);
    expect(more.calls[0]?.input).toMatch(/^\*filter\n-I BLOCKSMTP_OUT 6 -s \S+ [^\n]+\nCOMMIT\n$/);
    expect(more.changes.size).toBe(0);
    const less = backend.plan(wish(rulesOf(4, 'hold', [two]), [one]), more.after());
    expect(less.calls[0]?.input).toMatch(/^\*filter\n-D BLOCKSMTP_OUT -s \S+ [^\n]+\nCOMMIT\n$/);
    expect(less.changes.size).toBe(0);
  });

  test('a release that another tool changed is a repair, as is one that another tool made', () => {
    const backend = egressChainBackend(chain, 4);
    const one = connectionOf(4, 4711);
    const stands = backend.plan(wish(rulesOf(4, 'hold', [one])), empty).after();
    expect(backend.plan(wish(rulesOf(4, 'hold')), stands).changes).toEqual(
      new Map([['deleteRule', 1]]),
    );
    const without = backend.plan(wish(rulesOf(4, 'hold'), [one]), stands).after();
    expect(backend.plan(wish(rulesOf(4, 'hold', [one])), without).changes).toEqual(
      new Map([['insertRule', 1]]),
    );
  });

  test('an IPv4-compatible address is read as ip6tables prints it', () => {
    const desired = rulesOf(6, 'reject', [], ['::c000:207']);
    const window = windowFor(undefined, 30, nowMs);
    const printed = ruleTexts(desired, 6, window).map((rule) =>
      rule.replace('::c000:207/128', '::192.0.2.7/128'),
    );
    const rules = printed.map((rule) => `-A ${chain} ${rule}\n`).join('');
    const seen = parseEgress(chain, 6, `*filter\n:OUTPUT -\n:${chain} -\n${rules}`, nowMs);
    const steps = planEgress(desired, 6, 'first', window, seen);
    expect(steps.map(({kind}) => kind)).toEqual(['insertHook', 'insertHook']);
  });
});

describe('a table', () => {
  test('a hold that goes on is one batch of elements, and no repair', () => {
    const backend = egressTableBackend(chain, 4);
    const stands = backend.plan(wish(rulesOf(4, 'hold')), {kind: 'absent'}).after();
    const later = {...wish(rulesOf(4, 'hold')), nowMs: nowMs + 15_000};
    const plan = backend.plan(later, stands);
    const ports = 'ip blocksmtp-BLOCKSMTP_OUT ports';
    expect(plan.calls[0]?.input.split('\n').slice(0, 3)).toEqual([
      `add element ${ports} { 25 timeout 1s }`,
      `delete element ${ports} { 25 }`,
      `add element ${ports} { 25 timeout 30s }`,
    ]);
    expect(plan.changes.size).toBe(0);
  });

  test.each([
    ['hold', 'hold'],
    ['hold', 'reject'],
    ['reject', 'hold'],
    ['reject', 'reject'],
  ] as const)('from %s to %s: after the plan there is nothing to do', (before, mode) => {
    const backend = egressTableBackend(chain, 4);
    const [one, two] = [connectionOf(4, 4711), connectionOf(4, 4712)];
    const stands = backend.plan(wish(rulesOf(4, before, [one])), {kind: 'absent'}).after();
    const desired = rulesOf(4, mode, [two]);
    const after = backend.plan(wish(desired), stands).after();
    const again = backend.plan(wish(desired), after);
    expect([again.calls, again.changes.size]).toEqual([[], 0]);
    expect(backend.standing(desired, after)).toBe(2);
  });

  test.each(['1.0.6', '1.1.3'] as const)('as nft %s prints it', (version) => {
    const reading = readEgressTable(chain, 4, {kind: 'done', stdout: listed(version)}, nowMs);
    const desired = new EgressIntent({
      ...{chain, ports: [25], mode: 'hold', uids: [0], switchSeconds: holdSwitchSeconds},
      destinations: [network('198.51.100.0/24'), network('203.0.113.25')],
    });
    expect(reading).toEqual({
      kind: 'read',
      actual: {
        ...{kind: 'table', shape: egressShape(desired, 4), readMs: nowMs},
        ports: new Map([['25', nowMs + 29_000]]),
        released: new Map([['192.0.2.1 . 4711 . 192.0.2.25 . 25', nowMs + 129_000]]),
      },
    });
  });
});

describe('the dead man’s switch', () => {
  const whole = holdSwitchSeconds * 1000;
  const window = windowFor(undefined, holdSwitchSeconds, nowMs);

  test('is set a while ahead, stays for a third of it, and is then renewed', () => {
    expect(window.untilMs - nowMs).toBeLessThanOrEqual(whole + 1000);
    expect(windowFor(window, holdSwitchSeconds, nowMs + whole / 4)).toBe(window);
    const later = nowMs + whole / 2;
    expect(windowFor(window, holdSwitchSeconds, later).untilMs).toBeGreaterThanOrEqual(
      later + whole,
    );
  });

  test('is made anew after a clock step, back or forward, and holds no longer', () => {
    for (const ms of [-3_600_000, -60_000, 60_000, 3_600_000]) {
      const renewed = windowFor(window, holdSwitchSeconds, nowMs + ms);
      expect(renewed.untilMs - (nowMs + ms)).toBeLessThanOrEqual(whole + 1000);
      // If the hold is not renewed, the kernel holds only within this window.
      const longest = window.untilMs - window.fromMs;
      expect(longest).toBeLessThanOrEqual(whole + 6000);
    }
  });
});

test('the watch keeps up until a look is too long ago; one that has not begun is waited for', () => {
  expect(isKeepingUp(undefined, 5_000_000)).toBe(true);
  expect(isKeepingUp(1000, 1000)).toBe(true);
  expect(isKeepingUp(1000, 1000 + longestGapMs - 1)).toBe(true);
  expect(isKeepingUp(1000, 1000 + longestGapMs)).toBe(false);
  // Before the switch itself ends, and before TCP sends its SYN for the fifth time.
  expect(longestGapMs).toBeLessThan(15_000);
});

test('a destination within another needs no rule, and one of the other family needs none either', () => {
  const networks = ['198.51.100.0/24', '198.51.100.7', '198.51.100.0/24', '2001:db8::/32'];
  const texts = destinationsOf(4, networks.map(network)).map(({text}) => text);
  expect(texts).toEqual(['198.51.100.0/24']);
});

const wish = (
  desired: EgressRules,
  changed: readonly Parameters<EgressIntent['release']>[0][] = [],
) => ({
  ...({desired, nowMs, scope: 'all', unwanted: 'remove'} as const),
  changed: new Set(
    changed.map(
      ({local, localPort, remote, remotePort}) =>
        `${local.text} . ${localPort} . ${remote.text} . ${remotePort}`,
    ),
  ),
});

const modes = fc.constantFrom('hold', 'reject');
const ruleText = fc.constantFrom(
  ...ruleTexts(
    rulesOf(4, 'hold', [connectionOf(4, 4711)]),
    4,
    windowFor(undefined, 30, nowMs - 9000),
  ),
  ...ruleTexts(rulesOf(4, 'reject'), 4, windowFor(undefined, 30, nowMs)),
  ...['-p tcp -j ACCEPT', '-s 192.0.2.9/32 -j RETURN', '-o lo -j ACCEPT'],
);
const hookStates = fc.constantFrom('first', 'late', 'twice');
/** Any chain: with our rules and foreign ones in any order, and with any hooks. */
const chains: fc.Arbitrary<EgressChain> = fc
  .tuple(
    fc.option(fc.array(ruleText, {maxLength: 12})),
    fc.uniqueArray(fc.constantFrom(25, 587, 26)),
    hookStates,
  )
  .map(([texts, ports, place]) => {
    const rules = (texts ?? []).map((rule) => `-A ${chain} ${rule}\n`).join('');
    const parsed = parseEgress(chain, 4, `*filter\n:${chain} -\n${rules}`, nowMs);
    const count = place === 'twice' ? 2 : 1;
    return {
      ...parsed,
      ...(texts === null ? {rules: 'absent' as const} : {}),
      hooks: new Map(texts === null ? [] : ports.map((port) => [port, {place, count}])),
    };
  });
