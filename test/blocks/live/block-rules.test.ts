/** Both families together, and what other backends have left: on machines that lack this or that. */
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals';
import {BlockRules} from '../../../src/blocks/live/block-rules.js';
import type {FirewallSettings} from '../../../src/blocks/live/settings.js';
import {noFormer, removeAll} from '../../../src/blocks/live/leftovers.js';
import {retryPause} from '../../../src/firewall/live/keeper.js';
import type {Call, CallResult} from '../../../src/firewall/backend.js';
import type {Block} from '../../../src/blocks/block.js';
import type {LogLevel} from '../../../src/base/say.js';
import type {Family} from '../../../src/net/address.js';
import {FakeNetfilter} from '../../support/fake-netfilter.js';

const settings: FirewallSettings = {
  backend: 'iptables',
  iptablesChainName: 'GUESSERS',
  ports: [25],
  hookChains: ['INPUT'],
  flatChainMax: 1000,
  hookPlace: 'first',
};

let kernel = new FakeNetfilter();
let said: [LogLevel, string][] = [];
let programs: string[] = [];
let answer: (call: Call) => CallResult | undefined = () => undefined;
const firewalls: BlockRules[] = [];

beforeEach(() => {
  jest.useFakeTimers();
  kernel = new FakeNetfilter();
  said = [];
  programs = [];
  answer = () => undefined;
});
afterEach(async () => {
  await Promise.all(firewalls.splice(0).map((firewall) => firewall.stop('leave')));
  jest.useRealTimers();
});

const surroundings = {
  run: async (call: Call): Promise<CallResult> => {
    programs.push(call.program);
    return answer(call) ?? (await kernel.run(call));
  },
  say: (level: LogLevel, message: string) => void said.push([level, message]),
};

function make(families: readonly Family[], more: Partial<FirewallSettings> = {}): BlockRules {
  const firewall = new BlockRules({...settings, ...more}, families, surroundings);
  firewalls.push(firewall);
  return firewall;
}

const blockOf = (network: string): Block => ({
  ...{network, fromMs: 0, untilMs: Date.now() + 3_600_000},
  ...{reason: 'asked for', origin: 'operator'},
});

describe('families', () => {
  test('without IPv6 an IPv6 block is held by nobody, and nothing of IPv6 is called', async () => {
    const firewall = make([4]);
    firewall.replace([blockOf('192.0.2.1'), blockOf('2001:db8::1')]);
    firewall.set(blockOf('2001:db8::2'));
    firewall.lift('2001:db8::1');
    await firewall.enforce('remove');
    await firewall.check();
    await firewall.replaceOthers('-legacy');
    expect(kernel.rules('GUESSERS')).toHaveLength(1);
    expect(firewall.isEnforced('192.0.2.1')).toBe(true);
    expect(firewall.isEnforced('2001:db8::2')).toBe(true);
    expect([...firewall.enforced.keys()]).toEqual([4]);
    expect(programs.filter((program) => program.includes('ip6'))).toEqual([]);
  });

  test('a family that fails does not hold up the other', async () => {
    const firewall = make([4, 6]);
    firewall.replace([blockOf('192.0.2.1'), blockOf('2001:db8::1')]);
    await firewall.enforce('remove'); // ip6tables is missing
    expect(kernel.rules('GUESSERS')).toHaveLength(1);
    expect(firewall.isEnforced('192.0.2.1')).toBe(true);
    expect(firewall.isEnforced('2001:db8::1')).toBe(false);
    expect(firewall.enforced.get(6)).toMatchObject({
      ...{wanted: 1, standing: 0},
      failure: 'ip6tables-save: not found',
    });
    // What is not there has made nothing; what refuses may have.
    expect(await firewall.stop('remove')).toBe('removed');
    expect(kernel.rules('GUESSERS')).toBeUndefined();
  });

  test('a chain that cannot be removed at the end is logged', async () => {
    const firewall = make([4]);
    await firewall.enforce('remove');
    kernel.refuses = (errand) => errand === 'restore';
    expect(await firewall.stop('remove')).toBe('failed');
    expect(said.at(-1)).toEqual([
      'error',
      'IPv4 firewall: iptables chain GUESSERS: not removed: restore refused',
    ]);
  });
});

describe('leftovers', () => {
  test('a program that is not there can have left nothing', async () => {
    const firewall = make([4]);
    await firewall.enforce('remove');
    said = [];
    programs = [];
    await firewall.replaceOthers('-legacy');
    expect(programs).toEqual(['iptables-legacy-save', 'ipset', 'nft']);
    programs = [];
    await firewall.check();
    expect(programs).toEqual(['iptables-save']);
    programs = [];
    // It may come back, and is looked for again.
    await firewall.replaceOthers('-legacy');
    expect(programs).toEqual(['iptables-legacy-save', 'ipset', 'nft']);
    expect(said).toEqual([]);
  });

  test('are looked for when our own backend is in order, not before', async () => {
    kernel.refuses = () => true;
    const firewall = make([4]);
    await firewall.enforce('remove');
    await firewall.replaceOthers(undefined);
    await firewall.check();
    expect(new Set(programs)).toEqual(new Set(['iptables-save']));
    kernel.refuses = () => false;
    await jest.advanceTimersByTimeAsync(retryPause.firstMs);
    await firewall.replaceOthers(undefined);
    expect(programs).toContain('ipset');
  });

  test('where the kernel cannot do what ipset asks, one warning says so and nothing is lost', async () => {
    const why = 'ipset: ipset v7.17: Cannot open session to kernel.';
    answer = ({program}) => (program === 'ipset' ? {kind: 'failed', why} : undefined);
    const firewall = make([4]);
    firewall.set(blockOf('192.0.2.1'));
    await firewall.enforce('remove');
    said = [];
    for (let searches = 0; searches < 5; searches++) await firewall.replaceOthers(undefined);
    expect(said).toEqual([
      ['warning', `set GUESSERS-4: perhaps left behind, not removed: ${why} (trying again)`],
    ]);
    expect(kernel.rules('GUESSERS')).toHaveLength(1);
  });
});

test('rules for other ports give way in the batch that brings the new ones, and for ever', async () => {
  const earlier = make([4]);
  earlier.set(blockOf('192.0.2.1'));
  await earlier.enforce('remove');
  await earlier.stop('leave');
  const old = {INPUT: kernel.rules('INPUT')!, GUESSERS: kernel.rules('GUESSERS')!};
  const former = {...noFormer, traffic: [{ports: [25], hooks: ['INPUT']}]};
  const ports = [25, 465, 587];
  const firewall = new BlockRules({...settings, ports}, [4], surroundings, former);
  firewalls.push(firewall);
  firewall.set(blockOf('192.0.2.1'));
  await firewall.enforce('remove');
  const match = '-p tcp -m multiport --dports 25,465,587';
  const now = {INPUT: [`${match} -j GUESSERS`], GUESSERS: [`-s 192.0.2.1/32 ${match} -j DROP`]};
  const standing = () => ({INPUT: kernel.rules('INPUT'), GUESSERS: kernel.rules('GUESSERS')});
  expect([standing(), kernel.restores()]).toEqual([now, 2]);
  // A saved rule set comes back.
  kernel.behindOurBack((chains) => {
    chains.get('INPUT')!.push(...old.INPUT);
    chains.get('GUESSERS')!.push(...old.GUESSERS);
  });
  await firewall.check();
  expect(standing()).toEqual(now);
});

test('a client that passes comes and goes by itself, and the firewall reports no foreign change', async () => {
  const firewall = make([4], {ports: [25, 587]});
  firewall.set(blockOf('192.0.2.1'));
  await firewall.enforce('remove');
  const passing = '-s 192.0.2.1/32 -p tcp -m tcp --dport 587 -j RETURN';
  firewall.letPass(new Map([['192.0.2.1', Date.now() + 60_000]]));
  await firewall.check();
  expect(kernel.rules('GUESSERS')?.[0]).toBe(passing);
  firewall.letPass(new Map());
  await firewall.check();
  expect(kernel.rules('GUESSERS')).not.toContain(passing);
  expect(firewall.enforced.get(4)).toMatchObject({standing: 1, repairs: 0});
});

test('rules of the old program are taken over, though it kept no state', async () => {
  kernel.behindOurBack((chains) => {
    chains.set('GUESSERS', ['-s 192.0.2.9/32 -p tcp -m tcp --dport 25 -j DROP']);
    chains.set('INPUT', ['-p tcp -m tcp --dport 25 -j GUESSERS']);
  });
  const firewall = make([4], {ports: [25, 587]});
  await firewall.enforce('remove');
  expect([kernel.rules('INPUT'), kernel.rules('GUESSERS')]).toEqual([
    ['-p tcp -m multiport --dports 25,587 -j GUESSERS'],
    [],
  ]);
});

describe('listings that say nothing', () => {
  test.each([
    ['nftables', 'nft', '', 'nft: expected {"nftables": [...: '],
    ['nftables', 'nft', 'table ip blocksmtp {', '...: table ip blocksmtp {'],
    ['ipset', 'ipset', '', 'the set GUESSERS-4 is not ours'],
  ] as const)('%s: %s printed %j', async (backend, program, stdout, why) => {
    answer = (call) => (call.program === program ? {kind: 'done', stdout} : undefined);
    const firewall = make([4], {backend});
    firewall.set(blockOf('192.0.2.1'));
    await firewall.enforce('remove');
    expect(firewall.enforced.get(4)?.failure).toContain(why);
    expect(kernel.restores()).toBe(0);
  });
});

test('half a listing of nft, which it calls done, is a table that must be made anew', async () => {
  const batches: string[] = [];
  const half = '{"nftables": [{"table": {"family": "ip", "flags": ';
  answer = ({program, input}) => {
    if (program === 'nft' && input !== '') batches.push(input);
    return {kind: 'done', stdout: program === 'nft' ? half : ''};
  };
  const firewall = make([4], {backend: 'nftables'});
  firewall.set(blockOf('192.0.2.1'));
  await firewall.enforce('remove');
  expect(batches).toEqual([expect.stringContaining('delete table ip blocksmtp-GUESSERS\n')]);
  expect(batches[0]).toContain('hosts {\n192.0.2.1 timeout');
  await firewall.check();
  expect(firewall.enforced.get(4)).toMatchObject({standing: 0, failure: undefined});
});

test('removeAll goes on after a chain that it cannot remove, and names it', async () => {
  const why = 'nft: Operation not permitted';
  answer = ({program}) => (program === 'nft' ? {kind: 'failed', why} : undefined);
  const firewall = make([4]);
  firewall.set(blockOf('192.0.2.1'));
  await firewall.enforce('remove');
  await firewall.stop('leave');
  expect(await removeAll(settings, [4], '-legacy', surroundings)).toEqual([
    `table ip blocksmtp-GUESSERS: not removed: ${why}`,
  ]);
  expect(kernel.rules('GUESSERS')).toBeUndefined();
});
