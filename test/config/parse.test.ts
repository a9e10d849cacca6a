import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Raw} from '../../src/config/kinds/kind.js';
import {mostUnknownKeys, parseConfig, type ConfigSources} from '../../src/config/parse.js';
import {problemText} from '../../src/base/problem.js';
import {
  type Config,
  flagOf,
  keyOf,
  type SettingName,
  settingNames,
  settings,
} from '../../src/config/schema.js';

const file = '/etc/blocksmtp/blocksmtp.toml';

function parse(sources: Partial<ConfigSources>) {
  return parseConfig({flags: {}, file, table: {}, isSchedule: () => true, ...sources});
}

function configOf(sources: Partial<ConfigSources>): Config {
  const parsed = parse(sources);
  if (parsed.kind === 'problems') throw new Error(parsed.problems.map(problemText).join('\n'));
  return parsed.config;
}

function problemsOf(sources: Partial<ConfigSources>): string[] {
  const parsed = parse(sources);
  return parsed.kind === 'problems' ? parsed.problems.map(problemText) : [];
}

describe('parseConfig: values', () => {
  test('nothing written gives every default', () => {
    const standards = settingNames.map((name) => [name, settings[name].standard]);
    expect(configOf({})).toEqual(Object.fromEntries(standards));
  });

  test('the file wins over the default, the flag over the file', () => {
    const table = {threshold: 20, block_time: '2h'};
    expect(configOf({table})).toMatchObject({threshold: 20, blockTime: 7200});
    expect(configOf({table, flags: {threshold: '30'}})).toMatchObject({
      threshold: 30,
      blockTime: 7200,
    });
  });

  test('a flag wins over a bad value in the file', () => {
    expect(configOf({table: {threshold: 'x'}, flags: {threshold: '30'}}).threshold).toBe(30);
  });

  test('a configuration cannot be changed', () => {
    expect(Object.isFrozen(configOf({}))).toBe(true);
  });

  test('keys that every object has are not taken for settings', () => {
    const inherited = Object.create({threshold: 20}) as Record<string, unknown>;
    expect(configOf({table: inherited}).threshold).toBe(10);
  });
});

describe('parseConfig: problems', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'a number out of bounds',
      {threshold: 1},
      'threshold: 1: expected a whole number from 2 to 1000',
    ],
    [
      'text for a number',
      {threshold: 'ten'},
      'threshold: "ten": expected a whole number from 2 to 1000',
    ],
    ['a number for text', {white_list: 5}, 'white_list: 5: expected a path that begins with /'],
    ['a list', {threshold: [10]}, 'threshold: [10]: expected a whole number from 2 to 1000'],
    ['a table', {threshold: {a: 1}}, 'threshold: {"a":1}: expected a whole number from 2 to 1000'],
    ['null', {threshold: null}, 'threshold: null: expected a whole number from 2 to 1000'],
    ['text for a switch', {dry_run: 'yes'}, 'dry_run: "yes": expected true or false'],
    ['an empty time', {block_time: ''}, 'block_time: "": expected a time from 1s to 365d'],
    ['no address', {mailer_ip: 'mail1'}, 'mailer_ip: "mail1": expected an IPv4 or IPv6 address'],
    ['an unknown key', {treshold: 10}, 'unknown key "treshold": expected one of the keys'],
    ['a name of another form', {blockTime: '1h'}, 'unknown key "blockTime": expected one of'],
    ['a table of settings', {score: {threshold: 10}}, 'unknown key "score": expected one of'],
  ])('%s: where, what, and what is expected', (_, table, expected) => {
    const [problem, ...more] = problemsOf({table});
    expect(problem).toContain(`${file}: ${expected}`);
    expect(more).toEqual([]);
  });

  test('an unknown key does not name all others, but the one that was meant', () => {
    expect(problemsOf({table: {treshold: 10}})).toEqual([
      expect.stringMatching(/^.{1,140}; did you mean threshold\?$/),
    ]);
    expect(problemsOf({table: {score: {threshold: 10}}})).toEqual([
      expect.stringMatching(/in no table; did you mean threshold\?$/),
    ]);
    expect(problemsOf({table: {nothing_like_it: 10}})).toEqual([expect.not.stringContaining('?')]);
  });

  test('a list where one text with commas is wanted shows that text', () => {
    expect(problemsOf({table: {mailer_ports: [25, 587]}})).toEqual([
      expect.stringMatching(/did you mean "25,587"\?$/),
    ]);
    expect(problemsOf({table: {hook_chains: ['INPUT', 'FORWARD']}})).toEqual([
      expect.stringMatching(/did you mean "INPUT,FORWARD"\?$/),
    ]);
    for (const ports of [[], [[25]], [0], ['a', {}]]) {
      expect(problemsOf({table: {mailer_ports: ports}})).toEqual([
        expect.not.stringContaining('did you'),
      ]);
    }
  });

  test('of very many unknown keys the first are listed, with the number of the others', () => {
    const keys = Array.from({length: 100_000}, (_, i) => [`treshold_${i}`, i]);
    const told = problemsOf({table: Object.fromEntries(keys) as Record<string, unknown>});
    expect(told).toHaveLength(mostUnknownKeys + 1);
    expect(told.at(-1)).toContain(`: ${100_000 - mostUnknownKeys} more unknown keys: expected `);
  });

  test('__proto__ as a key is an unknown key', () => {
    const table = JSON.parse('{"__proto__": 1}') as Record<string, unknown>;
    expect(problemsOf({table})).toEqual([expect.stringContaining('unknown key "__proto__"')]);
  });

  test('a problem of a flag names the flag', () => {
    expect(problemsOf({flags: {mailerPort: '0'}, table: {mailer_port: 25}})).toEqual([
      '--mailer-port: "0": expected a whole number from 1 to 65535',
    ]);
  });

  test('mailer_port is the old word for mailer_ports with one port; both must say the same', () => {
    const expected = `expected the same as ${file}: mailer_ports, which is "25,587"; keep only one of them`;
    expect(problemsOf({flags: {mailerPort: '25'}, table: {mailer_ports: '25,587'}})).toEqual([
      `--mailer-port: "25": ${expected}`,
    ]);
    expect(problemsOf({table: {mailer_port: 26, mailer_ports: '25,587'}})).toEqual([
      `${file}: mailer_port: 26: ${expected}`,
    ]);
    expect(problemsOf({table: {mailer_port: 26, mailer_ports: 'auto'}})).toHaveLength(1);
    expect(problemsOf({flags: {mailerPort: 25}, table: {mailer_ports: 'auto'}})).toHaveLength(1);
    expect(problemsOf({table: {mailer_port: 25, mailer_ports: 'auto'}})).toEqual([]);
    expect(problemsOf({table: {mailer_port: 26, mailer_ports: '26'}})).toEqual([]);
  });

  test('a chain of ours is no hook chain', () => {
    const table = {hook_chains: 'INPUT,GUESSERS', iptables_chain_name: 'GUESSERS'};
    expect(problemsOf({table})).toEqual([
      `${file}: hook_chains: "GUESSERS": expected a chain that is not ours: it is iptables_chain_name`,
    ]);
  });

  test('a schedule that only node-cron can refuse', () => {
    expect(problemsOf({table: {reap_schedule: '99 * * * *'}, isSchedule: () => false})).toEqual([
      expect.stringContaining('reap_schedule: "99 * * * *": expected five fields as in cron'),
    ]);
  });

  test('a quotation of a bad value is short', () => {
    const [problem = ''] = problemsOf({table: {threshold: 'x'.repeat(1_000_000)}});
    expect(problem.length).toBeLessThan(250);
  });

  test('every bad value is reported, of flags and of the file', () => {
    const bad: Record<SettingName, Raw> = Object.fromEntries(
      settingNames.map((name) => [name, '\n']),
    ) as Record<SettingName, Raw>;
    fc.assert(
      fc.property(fc.shuffledSubarray(settingNames), fc.shuffledSubarray(settingNames), (a, b) => {
        const flags = Object.fromEntries(a.map((name) => [name, bad[name]]));
        const table = Object.fromEntries(b.map((name) => [keyOf(name), bad[name]]));
        const where = settingNames.flatMap((name) =>
          a.includes(name) ? [flagOf(name)] : b.includes(name) ? [`${file}: ${keyOf(name)}`] : [],
        );
        const parsed = parse({flags, table});
        const told = parsed.kind === 'problems' ? parsed.problems.map((each) => each.where) : [];
        expect(told).toEqual(where);
      }),
    );
  });
});

describe('parseConfig: contradictions', () => {
  test('block_time_max below block_time is a problem', () => {
    expect(problemsOf({table: {block_time: '8d'}, flags: {blockTimeMax: '2h'}})).toEqual([
      '--block-time-max: 2h: expected at least block_time, which is 8d',
    ]);
  });

  test('each is reported beside every other problem', () => {
    expect(problemsOf({flags: {blockTime: '2h', blockTimeMax: '1h', threshold: '1'}})).toEqual([
      '--threshold: "1": expected a whole number from 2 to 1000',
      '--block-time-max: 1h: expected at least block_time, which is 2h',
    ]);
  });

  test('a block_time of 1.0 beyond what block_time_max is now takes that along', () => {
    const week = 7 * 86_400;
    expect(configOf({table: {block_time: '7d'}})).toMatchObject({
      ...{blockTime: week, blockTimeMax: week},
    });
    expect(configOf({table: {block_time: '1h'}}).blockTimeMax).toBe(4 * 86_400);
    expect(problemsOf({table: {block_time: '7d', block_time_max: '4d'}})).toEqual([
      `${file}: block_time_max: 4d: expected at least block_time, which is 7d`,
    ]);
  });

  test.each([
    [
      {greeting_wait: '5s', greeting_wait_stress: '6s'},
      'greeting_wait_stress: 6s: expected at most greeting_wait, which is 5s',
    ],
    [
      {greeting_max: 50, greeting_max_per_network: 60},
      'greeting_max_per_network: 60: expected at most greeting_max, which is 50',
    ],
    [
      {greeting_max_per_client: 101},
      'greeting_max_per_client: 101: expected at most greeting_max_per_network, which is 100',
    ],
    [
      {greeting_port: 2525, mailer_ports: '25,2525'},
      'greeting_port: 2525: expected a port at which nobody else listens: clients call the mailer at this one',
    ],
    [
      {mailer_ports: '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15'},
      'mailer_ports: "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15": expected at most 14 ports, because one rule names them and greeting_port',
    ],
  ])('of the gate: %j', (table, problem) => {
    expect(problemsOf({table: {...table, greeting: 'gate'}})).toEqual([`${file}: ${problem}`]);
    // Where nobody waits nobody has chosen the port.
    expect(problemsOf({table: {...table, greeting: 'observe'}})).toEqual([]);
  });

  test.each([
    ['iptables_chain_name', {iptables_chain_name: 'BLOCKSMTP_GREETING'}],
    ['outbound_chain_name', {outbound_chain_name: 'BLOCKSMTP_GREETING'}],
    ['iptables_chain_name', {iptables_chain_name: 'BLOCKSMTP_GREETING-early'}],
    ['outbound_chain_name', {outbound_chain_name: 'SPAM_UNAME_GUESSERS-a'}],
    ['outbound_chain_name', {iptables_chain_name: 'OURS', outbound_chain_name: 'OURS-7f0'}],
  ])('of a name that we need ourselves: %s', (key, table) => {
    const found = problemsOf({table});
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${file}: ${key}: `);
    expect(found[0]).toMatch(/which is the gate's$|no name of a sub-chain of iptables_chain_name/);
  });

  test('of names: what only looks like a sub-chain is good', () => {
    const table = {iptables_chain_name: 'OURS', outbound_chain_name: 'OURS-out'};
    expect(configOf({table}).outboundChainName).toBe('OURS-out');
  });

  test('of the gate: a part that is not written is no larger than its whole', () => {
    const few = {greetingMax: 10, greetingMaxPerNetwork: 10, greetingMaxPerClient: 10};
    expect(configOf({table: {greeting_max: 10}})).toMatchObject(few);
    const equal = {greeting_wait: '5s', greeting_wait_stress: '5s'};
    expect(configOf({table: equal})).toMatchObject({greetingWait: 5, greetingWaitStress: 5});
  });

  test('equal is good', () => {
    expect(configOf({table: {block_time: '7d'}}).blockTime).toBe(7 * 86_400);
  });
});
