/** What the doctor finds, and what he tells to do. */
import {describe, expect, test} from '@jest/globals';
import {settingNames, settings, type Config} from '../../src/config/schema.js';
import {diagnose, type Facts, mostTreeRules} from '../../src/daemon/diagnosis.js';
import type {Status} from '../../src/daemon/status.js';

const standard = Object.fromEntries(
  settingNames.map((name) => [name, settings[name].standard]),
) as unknown as Config;

const statusWith = (blocks: number): Status => ({
  sinceMs: 1,
  backend: 'iptables',
  families: [
    {family: 4, wanted: blocks, standing: blocks, readMs: 1, repairs: 0, failure: undefined},
  ],
  egress: {mode: 'none', families: []},
  blocks,
  offenders: 0,
  brake: {kind: 'free'},
  trial: {kind: 'none'},
  outcomes: {},
});

const well: Facts = {
  config: standard,
  families: [4, 6],
  programs: new Map(
    ['iptables', 'ip6tables', 'ipset', 'nft', 'ss'].map((name) => [name, `${name} 1.0`]),
  ),
  lackingRights: [],
  status: statusWith(3),
  whitelist: {entries: 2, problems: 0},
  sources: [{name: '/var/log/mail.log', trouble: undefined}],
  sendmails: 2,
};

const without = (...names: string[]): Facts['programs'] =>
  new Map([...well.programs].filter(([name]) => !names.includes(name)));

/** What is not good, as `verdict: what`. */
const troubles = (changes: Partial<Facts>, settingsOf: Partial<Config> = {}): string[] =>
  diagnose({...well, config: {...standard, ...settingsOf}, ...changes})
    .filter(({verdict}) => verdict !== 'good')
    .map(({verdict, what}) => `${verdict}: ${what}`);

test('a machine on which all is well', () => {
  expect(troubles({})).toEqual([]);
  expect(diagnose(well).map(({what}) => what)).toContain(
    '3 blocks: the flat chain is fine up to 1000',
  );
});

describe('programs', () => {
  test.each([
    ['iptables', ['iptables', 'ip6tables']],
    ['ipset', ['iptables', 'ip6tables', 'ipset']],
    ['nftables', ['nft']],
  ] as const)('the backend %s needs %j', (backend, needed) => {
    const none = troubles({programs: new Map()}, {backend, cutSessions: 'none', idleCmdRead: 0});
    expect(none).toEqual(
      needed.map(
        (name) => `bad: ${name} is missing, and backend = "${backend}" needs it: install it`,
      ),
    );
  });

  test('a machine without IPv6 needs no ip6tables', () => {
    expect(troubles({programs: without('ip6tables'), families: [4]})).toEqual([]);
  });

  test.each([
    ['both', 600, 'open connections are not destroyed, idle sendmail processes are not found'],
    ['sockets', 0, 'open connections are not destroyed'],
    ['processes', 600, 'idle sendmail processes are not found'],
    ['none', 0, undefined],
  ] as const)('without ss, cut_sessions %s, idle_cmd_read %s', (cutSessions, idleCmdRead, left) => {
    const named = left?.replace('found', 'found (idle_cmd_read)');
    const advice =
      named === undefined ? [] : [`advice: ss is missing: ${named} (install iproute2)`];
    expect(troubles({programs: without('ss')}, {cutSessions, idleCmdRead})).toEqual(advice);
  });
});

test('rights: bad, but for a dry run', () => {
  const lackingRights = ['CAP_NET_ADMIN', 'CAP_KILL'];
  expect(troubles({lackingRights})[0]).toMatch(/^bad: no CAP_NET_ADMIN, CAP_KILL: run it as root/);
  expect(troubles({lackingRights}, {dryRun: true})[0]).toMatch(/^advice/);
});

describe('the daemon', () => {
  test('does not run, or nobody knows', () => {
    expect(troubles({status: {...statusWith(0), sinceMs: undefined}})).toEqual([
      'bad: no daemon runs: nobody is blocked from now on',
    ]);
    expect(troubles({status: {unavailable: 'no answer'}})).toEqual(['bad: no answer']);
  });

  test('has a configuration on trial, or one that nobody confirmed', () => {
    const trialOf = (trial: Status['trial']): string[] =>
      troubles({status: {...statusWith(0), trial}});
    expect(trialOf({kind: 'running', untilMs: 1})).toEqual([
      'advice: the configuration is on trial: `blocksmtp confirm` keeps it',
    ]);
    expect(trialOf({kind: 'failed'})[0]).toMatch(/^bad: the configuration file is NOT in force/);
    expect(trialOf({kind: 'overdue'})[0]).toMatch(/^bad: the configuration was NOT confirmed/);
  });

  test('is refused by the firewall', () => {
    const status = statusWith(10);
    const families = status.families.map((each) => ({...each, standing: 5, failure: 'denied'}));
    expect(troubles({status: {...status, families}})).toEqual([
      'bad: only 50 % of the blocks stand',
      'bad: the firewall refuses: denied',
    ]);
  });
});

describe('up to where the plain chain is fine', () => {
  const sizeOf = (blocks: number, settingsOf: Partial<Config> = {}): string[] =>
    diagnose({...well, config: {...standard, ...settingsOf}, status: statusWith(blocks)})
      .filter(({what}) => what.includes(' blocks') || what.includes('rules'))
      .map(({verdict, what}) => `${verdict}: ${what}`)
      .filter((line) => !line.includes('all blocks stand'));

  test('a flat chain, a tree, and more than a tree', () => {
    expect(sizeOf(1000)).toEqual(['good: 1000 blocks: the flat chain is fine up to 1000']);
    expect(sizeOf(1001)).toEqual([
      'good: 1001 blocks, more than flat_chain_max: they stand in sub-chains, which is fine up to 50000',
    ]);
    expect(sizeOf(mostTreeRules)[0]).toMatch(/^good: 50000 blocks/);
    expect(sizeOf(mostTreeRules + 1)[0]).toMatch(/^advice: 50001 blocks .* backend = "ipset"/);
  });

  test('a tree is good for as many as there may be by default', () => {
    expect(mostTreeRules).toBe(settings.blocksMax.standard);
  });

  test('a flat chain that was made too long', () => {
    expect(sizeOf(3000, {flatChainMax: 5000})[0]).toMatch(/^advice: each packet .* 3000 rules/);
  });

  test('sets have no such bound', () => {
    expect(sizeOf(500_000, {backend: 'nftables'})).toEqual([]);
  });
});

test('the whitelist', () => {
  expect(troubles({whitelist: {why: 'no such file'}})).toEqual([
    'advice: no such file: nobody is whitelisted',
  ]);
  expect(troubles({whitelist: {entries: 1, problems: 2}})[0]).toMatch(/^bad: 2 bad lines in /);
});

test('the logs, and a machine without a mailer', () => {
  expect(troubles({sources: [{name: '/var/log/mail.log', trouble: 'no such file'}]})).toEqual([
    'bad: /var/log/mail.log: no such file',
  ]);
  expect(troubles({sendmails: 0})).toEqual([
    'advice: no sendmail runs here: the kernel cannot tell who a client is',
  ]);
  expect(troubles({sendmails: 0}, {mailerSyslogHost: 'mail1'})).toEqual([]);
});
