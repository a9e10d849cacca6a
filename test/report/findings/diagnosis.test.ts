/** What the doctor finds, and what it tells the operator to do. */
import {describe, expect, test} from '@jest/globals';
import {settings, type Config} from '../../../src/config/schema.js';
import {diagnose} from '../../../src/report/findings/diagnosis.js';
import type {Facts} from '../../../src/report/findings/facts.js';
import {mostTreeRules} from '../../../src/report/findings/size.js';
import {leastNamedShare} from '../../../src/report/findings/coverage.js';
import type {Coverage, MeasuredWay, SightedBy} from '../../../src/outgoing/coverage.js';
import {nobodyListens, type Verdict} from '../../../src/hearing/view.js';
import {type Status} from '../../../src/report/status.js';
import {sourceOf, statusOf} from '../status-samples.js';
import {standard, statusWith, troubles, well, without} from './samples.js';

test('a machine on which all is well', () => {
  expect(troubles({})).toEqual([]);
  expect(diagnose(well).map(({what}) => what)).toContain(
    '3 blocks: the flat chain is fine up to 1000',
  );
});

test('saved rules that name a set of ours are bad: none of them is loaded at boot', () => {
  expect(troubles({savedSets: ['/etc/iptables/rules.v4']})).toEqual([
    expect.stringMatching(/^bad: \/etc\/iptables\/rules.v4 names a set .* backend = "nftables"/),
  ]);
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
  const status = statusOf({sinceMs: undefined});
  expect(troubles({lackingRights, status})).toContainEqual(
    expect.stringMatching(/^bad: no CAP_NET_ADMIN, CAP_KILL: run it as root/),
  );
  // A daemon that runs has rights of its own: a member of the group may ask.
  expect(troubles({lackingRights})[0]).toBe(
    'advice: doctor has no CAP_NET_ADMIN, CAP_KILL, so it cannot see all: run it as root',
  );
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

  test('runs on the last good configuration, or would at its next start', () => {
    const badFile = {...statusWith(0), trial: {kind: 'badFile', why: 'x'}} as const;
    const told = [expect.stringMatching(/^bad: the configuration file is BAD and NOT in force/)];
    expect(troubles({status: badFile})).toEqual(told);
    expect(troubles({status: badFile, file: 'bad'})).toEqual(told);
    expect(troubles({file: 'bad'})).toEqual([
      'bad: the configuration file is bad now: see blocksmtp check-config',
    ]);
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

describe('the lines that the daemon hears', () => {
  const heard = (verdict: Verdict, ageMs = 0, notes: string[] = []): Facts['status'] => ({
    ...statusWith(3),
    hearing: {
      ...nobodyListens,
      ...{verdict, why: verdict === 'deaf' ? ['/l: x'] : []},
      sources: [sourceOf({source: '/l', verdict, notes, sinceMs: 2 - ageMs})],
    },
  });

  test('deaf is bad, and quiet is worth a word after a day', () => {
    expect(troubles({status: heard('hears')})).toEqual([]);
    expect(troubles({status: heard('quiet')})).toEqual([]);
    expect(troubles({status: heard('deaf')})).toEqual(['bad: the mailer is not heard: /l: x']);
    expect(troubles({status: heard('quiet', 90_000_000)})).toEqual([
      'advice: the daemon reads /l: 428 lines, 20 about clients, for 25h',
    ]);
    expect(troubles({status: heard('hears', 0, ['y'])})).toEqual(['advice: /l: y']);
  });

  test('stamps of another clock', () => {
    const status = statusWith(3);
    const sources = [sourceOf({source: '/l', offsetSeconds: 3600})];
    const hearing = {...nobodyListens, verdict: 'hears' as const, sources};
    expect(troubles({status: {...status, hearing}})).toEqual([
      "advice: /l: its stamps are 1h behind this machine's clock, corrected: see that the syslog daemon, its host and blocksmtp have the same time zone and clock",
    ]);
  });

  test('a daemon that runs with something else', () => {
    const differences = [{key: 'mailer_syslog_name', daemon: '"x"', here: '"auto"'}];
    expect(troubles({differences})).toEqual([
      'advice: the daemon runs with mailer_syslog_name = "x", the configuration here says "auto": flags go before the file, and a changed file needs a reload',
    ]);
  });
});

test('the whitelist', () => {
  const [file, why] = ['/etc/wl', '/etc/wl: no such file'];
  expect(troubles({whitelist: {kind: 'none', file, why}})).toEqual([
    'advice: /etc/wl: no such file: nobody is whitelisted',
  ]);
  expect(troubles({whitelist: {kind: 'read', file, entries: 1, badLines: 2}})).toEqual([
    'bad: 2 bad lines in /etc/wl, which do not count: `blocksmtp check 127.0.0.1` names them',
  ]);
  expect(troubles({whitelist: {kind: 'kept', file, why, entries: 3, copy: '/state/wl'}})).toEqual([
    'bad: the whitelist cannot be read (/etc/wl: no such file): the last good list (3 entries) is in force; to have the file back: cp /state/wl /etc/wl; an empty file ends the list',
  ]);
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

test('verified without the journal is less than it seems', () => {
  const verified = {attribution: 'verified'} as const;
  expect(troubles({}, verified)).toEqual([
    expect.stringMatching(/^advice: attribution is verified, .*follow the journal/),
  ]);
  expect(troubles({sources: [{name: 'journal', trouble: undefined}]}, verified)).toEqual([]);
});

describe('how much is seen of programs that connect and are gone', () => {
  const measured = (way: SightedBy, counts: Partial<Coverage> = {}): MeasuredWay => ({
    ...{kind: 'measured', way, canaries: 40, connected: 40, seen: 40},
    ...{withPid: 40, withUser: 40, withProgram: 40},
    ...counts,
  });
  const lead = 'outgoing mail, programs that connect and end at once';
  const [all, none] = ['40 of 40 seen, 40 with their pid', '40 of 40 seen, 0 with their pid'];
  const tables = measured('tables', {withPid: 0, withUser: 0, withProgram: 0});
  const events = measured('events', {withUser: 9, withProgram: 1});
  const hold = measured('hold');
  const [deaf, unheld] = (['events', 'hold'] as const).map((way): MeasuredWay => ({
    kind: 'unmeasured',
    way,
    why: 'no tracefs',
  })) as [MeasuredWay, MeasuredWay];
  const found = (coverage: MeasuredWay[], outbound: Config['outbound']): string[] =>
    diagnose({...well, coverage, config: {...standard, outbound}})
      .filter(({what}) => what.startsWith(lead))
      .map(({verdict, what}) => `${verdict}${what.slice(lead.length)}`);
  const more = `: with outbound = "hold" ${all}, 40 with their program`;

  test.each([
    [
      'what the kernel tells',
      [tables, events, hold],
      'warn',
      [`good: ${all}, 1 with their program (the kernel tells)`, `good${more}`],
    ],
    [
      'nothing could be told of',
      [tables, deaf, hold],
      'observe',
      [`advice: ${none}, 0 with their program (socket tables alone; no tracefs)`, `advice${more}`],
    ],
    [
      'nobody is let out who could be held back',
      [tables, events, hold],
      'reject',
      [`good: ${all}, 1 with their program (the kernel tells)`],
    ],
    [
      'held back',
      [tables, events, hold],
      'hold',
      [`good: ${all}, 40 with their program (held back)`],
    ],
    [
      'held back, and one was missed',
      [tables, events, measured('hold', {withPid: 39})],
      'hold',
      ['bad: 40 of 40 seen, 39 with their pid, 40 with their program (held back)'],
    ],
    [
      'held back for ever',
      [tables, events, measured('hold', {connected: 30})],
      'hold',
      ['bad: "hold" did not release 10 of 40 in time'],
    ],
    [
      'not held back, for it cannot be',
      [tables, events, unheld],
      'hold',
      ['advice: not measured: no tracefs'],
    ],
    [
      'nothing is measured',
      [{...unheld, way: 'tables'}, deaf, unheld],
      'warn',
      ['advice: not measured: no tracefs'],
    ],
    ['not watched', [tables, events, hold], 'off', []],
  ] as const)('%s', (_, coverage, outbound, expected) => {
    expect(found([...coverage], outbound)).toEqual(expected);
  });

  test.each([
    [40 * leastNamedShare, 'good'],
    [40 * leastNamedShare - 1, 'advice'],
  ])('%d of 40 that the kernel named', (withPid, verdict) => {
    const [first = ''] = found([tables, {...events, withPid} as MeasuredWay, hold], 'warn');
    expect(first).toMatch(new RegExp(`^${verdict}: `));
  });
});

test('settings of the watch that name what is not there; not where nothing is watched', () => {
  const changes: Partial<Facts> = {
    unknownUsers: ['wwwdata'],
    warnTroubles: [{setting: 'warn_command', why: 'not a file'}],
  };
  expect(troubles(changes)).toEqual([
    'bad: allowed_senders: no user "wwwdata" in /etc/passwd, so this entry allows nobody: correct the name, or give the number of the user',
    'advice: warn_command: not a file',
  ]);
  expect(troubles(changes, {outbound: 'off'})).toEqual([]);
});
