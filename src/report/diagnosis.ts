/**
 * What `blocksmtp doctor` finds: facts of this machine in, findings out, each with what to do. Pure:
 * the facts are gathered in `cli/commands/doctor.ts`.
 */
import {countText} from '../base/count.js';
import type {Config} from '../config/schema.js';
import type {TrialView} from '../config/trial.js';
import type {Family} from '../net/address.js';
import type {MeasuredWay} from '../outgoing/coverage.js';
import {coverageFindings} from './coverage-findings.js';
import type {Finding} from './finding.js';
import {unknownUserText} from './outgoing-notice.js';
import {type EgressStatus, enforcedShare, type Status} from './status.js';
import {percentText, trialTrouble, unsavedText} from './status-lines.js';

export interface Facts {
  readonly config: Config;
  readonly families: readonly Family[];
  /** The first line that each says of its version; undefined: it is not there. */
  readonly programs: ReadonlyMap<string, string | undefined>;
  /** Of those that it needs (capabilities(7)). */
  readonly lackingRights: readonly string[];
  /** How things stand, with a daemon or without one; or why nobody knows. */
  readonly status: Status | {readonly unavailable: string};
  readonly whitelist:
    {readonly entries: number; readonly problems: number} | {readonly why: string};
  /** What would be followed, and whether it can be: the last change, or why not. */
  readonly sources: readonly {readonly name: string; readonly trouble: string | undefined}[];
  /** Processes that run sendmail. */
  readonly sendmails: number;
  /** Users of `allowed_senders` whom nobody is. */
  readonly unknownUsers: readonly string[];
  /** Ways for warnings that do not work now: the setting, and why. */
  readonly warnTroubles: readonly {readonly setting: string; readonly why: string}[];
  /** How much is seen of who connects and is gone; empty where outgoing mail is not watched. */
  readonly coverage: readonly MeasuredWay[];
}

/** With a set the kernel ends a block by itself, and no number of them costs a packet anything. */
const setsAdvice = 'backend = "ipset" or "nftables" costs packets nothing for any number of blocks';

/**
 * The most rules of one family for which a tree is good; as many as `blocks_max` allows unless told
 * otherwise. With 100,000 it takes 4 s to make or restore one (docs/performance.md).
 */
export const mostTreeRules = 50_000;

export function diagnose(facts: Facts): Finding[] {
  return [
    ...programFindings(facts),
    ...rightFindings(facts),
    ...daemonFindings(facts),
    ...sizeFindings(facts),
    ...whitelistFindings(facts),
    ...sourceFindings(facts),
    ...outboundFindings(facts),
    ...coverageFindings(facts.coverage, facts.config.outbound),
  ];
}

const good = (what: string): Finding => ({verdict: 'good', what});
const advice = (what: string): Finding => ({verdict: 'advice', what});
const bad = (what: string): Finding => ({verdict: 'bad', what});

/** Which programs each backend runs. */
function neededPrograms({config, families}: Facts): string[] {
  const chain = families.map((family) => (family === 4 ? 'iptables' : 'ip6tables'));
  switch (config.backend) {
    case 'iptables':
      return chain;
    case 'ipset':
      return [...chain, 'ipset'];
    case 'nftables':
      return ['nft'];
  }
}

function programFindings(facts: Facts): Finding[] {
  const {programs, config, families} = facts;
  const needed = neededPrograms(facts).map((program) => {
    const version = programs.get(program);
    return version === undefined
      ? bad(`${program} is missing, and backend = "${config.backend}" needs it: install it`)
      : good(version);
  });
  const cuts = config.cutSessions === 'both' || config.cutSessions === 'sockets';
  const measures = config.idleCmdRead > 0;
  const left = [
    ...(cuts ? ['open connections are not destroyed'] : []),
    ...(measures ? ['idle sendmail processes are not found (idle_cmd_read)'] : []),
  ].join(', ');
  const noSs = left !== '' && programs.get('ss') === undefined;
  return [
    ...needed,
    ...(noSs ? [advice(`ss is missing: ${left} (install iproute2)`)] : []),
    ...(families.includes(6) ? [] : [good('this machine has no IPv6, so only IPv4 is guarded')]),
  ];
}

function rightFindings({lackingRights, config}: Facts): Finding[] {
  if (lackingRights.length === 0) return [good('all rights that it needs')];
  const what = `no ${lackingRights.join(', ')}: run it as root, or by the systemd unit`;
  return [config.dryRun ? advice(what) : bad(what)];
}

function daemonFindings({status}: Facts): Finding[] {
  if ('unavailable' in status) return [bad(status.unavailable)];
  const {sinceMs, families, egress, crowd, trial, unsaved} = status;
  const share = enforcedShare(families);
  const all = [...families, ...egress.families];
  const failures = new Set(all.flatMap(({failure}) => failure ?? []));
  return [
    sinceMs === undefined
      ? bad('no daemon runs: nobody is blocked from now on')
      : good('the daemon runs'),
    ...(share === 1
      ? [good('all blocks stand')]
      : [bad(`only ${percentText(share)} of the blocks stand`)]),
    ...(crowd.listLoss.kind === 'off'
      ? []
      : [
          bad(
            'blocking is stopped: the relay refuses users whom it had; see whether it knows its users',
          ),
        ]),
    ...trialFindings(trial),
    ...(unsaved === undefined ? [] : [bad(unsavedText(unsaved))]),
    ...egressFindings(egress),
    ...[...failures].map((failure) => bad(`the firewall refuses: ${failure}`)),
  ];
}

function egressFindings({mode, families}: EgressStatus): Finding[] {
  if (mode !== 'hold' && mode !== 'reject') return [];
  return enforcedShare(families) === 1
    ? [good(`outgoing mail: the rules of "${mode}" stand`)]
    : [bad(`outgoing mail: the rules of "${mode}" do not all stand`)];
}

function trialFindings(trial: TrialView): Finding[] {
  switch (trial.kind) {
    case 'none':
      return [];
    case 'running':
      return [advice('the configuration is on trial: `blocksmtp confirm` keeps it')];
    case 'failed':
    case 'overdue':
      return [bad(trialTrouble[trial.kind])];
  }
}

/** Up to where the plain chain is fine, and what to do then. */
function sizeFindings({config, status}: Facts): Finding[] {
  if ('unavailable' in status || config.backend !== 'iptables') return [];
  const most = Math.max(0, ...status.families.map(({wanted}) => wanted));
  const {flatChainMax} = config;
  if (most > mostTreeRules)
    return [advice(`${most} blocks in one family are many for iptables: ${setsAdvice}`)];
  if (most > flatChainMax) {
    return [
      good(
        `${most} blocks, more than flat_chain_max: they stand in sub-chains, which is fine up to ${mostTreeRules}`,
      ),
    ];
  }
  const isLong = most > 2000;
  const cost = `each packet to the mailer is compared with up to ${most} rules: lower flat_chain_max to 1000`;
  return [
    isLong
      ? advice(cost)
      : good(`${countText(most, 'block')}: the flat chain is fine up to ${flatChainMax}`),
  ];
}

function whitelistFindings({whitelist, config}: Facts): Finding[] {
  if ('why' in whitelist) return [advice(`${whitelist.why}: nobody is whitelisted`)];
  const {entries, problems} = whitelist;
  if (problems > 0)
    return [
      bad(
        `${countText(problems, 'bad line')} in ${config.whiteList}: \`blocksmtp check\` tells more`,
      ),
    ];
  return [good(`${entries} ${entries === 1 ? 'entry' : 'entries'} in ${config.whiteList}`)];
}

function sourceFindings({sources, sendmails, lackingRights, config}: Facts): Finding[] {
  const followed = sources.map(({name, trouble}) =>
    trouble === undefined ? good(`follows ${name}`) : bad(`${name}: ${trouble}`),
  );
  const isLocal = config.mailerSyslogHost === '';
  // Without this right the programs of others are not seen.
  const isSeen = !lackingRights.includes('CAP_SYS_PTRACE');
  return sendmails === 0 && isLocal && isSeen
    ? [...followed, advice('no sendmail runs here: the kernel cannot tell who a client is')]
    : followed;
}

function outboundFindings({unknownUsers, warnTroubles, config}: Facts): Finding[] {
  if (config.outbound === 'off') return [];
  return [
    ...unknownUsers.map((user) => bad(unknownUserText(user))),
    ...warnTroubles.map(({setting, why}) => advice(`${setting}: ${why}`)),
  ];
}
