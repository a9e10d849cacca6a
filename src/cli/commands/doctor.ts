/**
 * `blocksmtp doctor`: collects facts for `report/findings/diagnosis.ts`, which judges them, and prints the
 * findings. Changes nothing, except that without a daemon it opens an existing state (`daemon/resources.ts`).
 * It measures the watch on outgoing mail in a network namespace of its own (`coverage.ts`), which is gone
 * afterwards.
 */
import {coverageInside} from './coverage.js';
import {answerFor} from './operate.js';
import type {Answered} from './without-daemon.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, WithoutDaemon} from '../face/surroundings.js';
import {greetingFacts} from '../inspect/greeting-facts.js';
import {firewallFacts} from '../inspect/firewall-facts.js';
import {differences, effectiveConfig} from '../../config/effective.js';
import {type Config, settings} from '../../config/schema.js';
import type {GuardRequest} from '../../control/protocol.js';
import {journalSource, planSources} from '../../log/source-plan.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import {unknownUsers} from '../../outgoing/allowed.js';
import {diagnose} from '../../report/findings/diagnosis.js';
import type {Facts} from '../../report/findings/facts.js';
import type {Finding} from '../../report/finding.js';
import {ExemptionWatch} from '../../score/live/exemption-watch.js';
import {keptToLook} from '../../score/live/kept-list.js';
import {quietMs, whyNotRead, whyNotRun} from '../../sys/disk/text-file.js';
import {isPattern, logsLike} from '../../sys/follow/glob.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {mailerPids} from '../../sys/proc/mailers.js';
import {Users} from '../../sys/proc/users.js';
import {nowMs} from '../../sys/run/clock.js';
import {lackingCapabilities} from '../../sys/run/machine.js';
import {machineFamilies, programVersion} from '../../sys/firewall/netfilter.js';
import {desktopUser, runtimeFolder} from '../../sys/talk/desktop.js';
import type {Log} from '../../sys/talk/log.js';

/** Some of these are needed, depending on backend and settings. */
const programs = ['iptables', 'ip6tables', 'ipset', 'nft', 'ss'];

/**
 * The daemon needs these for: the firewall, the raw tables of iptables, finding the owner of a socket, ending
 * stuck processes.
 */
const rights = ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_PTRACE', 'CAP_KILL'] as const;

export async function doctor(
  form: 'text' | 'json',
  config: Config,
  log: Log,
  output: Output,
  alone: WithoutDaemon = 'mayWork',
): Promise<ExitCode> {
  const asked: GuardRequest = {command: 'status'};
  const answer = await answerFor(asked, config, log, alone);
  if (answer === undefined) return exitCode.configuration;
  const file = alone === 'mayWork' ? 'good' : 'bad';
  const status = statusIn(answer);
  const isRunning = !('unavailable' in status) && status.sinceMs !== undefined;
  // Judge what the daemon runs with: its flags override the file.
  const judged = isRunning ? effectiveConfig(config, status.settings) : config;
  const differ = isRunning ? differences(config, status.settings) : [];
  const isHung = 'hung' in answer;
  // Measuring takes seven seconds; if the daemon hangs, the operator wants to know that immediately.
  const gathered = await gather(isHung ? {...judged, outbound: 'off'} : judged);
  const findings = diagnose({...gathered, config: judged, differences: differ, file, status});
  output.print(form === 'json' ? `${JSON.stringify(findings, null, 2)}\n` : text(findings));
  return findings.some(({verdict}) => verdict === 'bad') ? exitCode.no : exitCode.ok;
}

async function gather(
  config: Config,
): Promise<Omit<Facts, 'file' | 'status' | 'config' | 'differences'>> {
  const users = new Users();
  const versions = await Promise.all(
    programs.map(async (program) => [program, await programVersion(program)] as const),
  );
  return {
    nowMs: nowMs(),
    families: machineFamilies(),
    programs: new Map(versions),
    lackingRights: lackingCapabilities(rights),
    ...(await firewallFacts(config)),
    whitelist: whitelistOf(config),
    sources: sourcesOf(config),
    sendmails: await countMailers(),
    unknownUsers: unknownUsers(config.allowedSenders, settings.allowedSenders.standard, (name) =>
      users.uidOf(name),
    ),
    warnTroubles: await warnTroublesOf(config),
    greeting: await greetingFacts(config),
    coverage: config.outbound === 'off' ? [] : await coverageInside(config),
  };
}

/** What can be found out without sending anything. */
async function warnTroublesOf({
  warnCommand,
  warnUser,
  mailActionCommand,
}: Config): Promise<Facts['warnTroubles']> {
  const command = warnCommand === '' ? undefined : whyNotRun(warnCommand);
  const action = mailActionCommand === '' ? undefined : whyNotRun(mailActionCommand);
  const found = warnUser === '' ? undefined : await desktopUser(warnUser, runtimeFolder);
  return [
    ...(command === undefined ? [] : [{setting: 'warn_command', why: command}]),
    ...(action === undefined ? [] : [{setting: 'mail_action_command', why: action}]),
    ...(found?.kind === 'none' ? [{setting: 'warn_user', why: found.why}] : []),
  ];
}

async function countMailers(): Promise<number> {
  const pids: number[] = [];
  for await (const pid of mailerPids(sendmail.isProgram)) pids.push(pid);
  return pids.length;
}

function statusIn(answer: Answered): Facts['status'] {
  if ('unavailable' in answer) return answer;
  return answer.kind === 'status' ? answer.status : {unavailable: 'the daemon does not tell'};
}

function whitelistOf(config: Config): Facts['whitelist'] {
  // It tells by its findings, and logs nothing.
  const watch = new ExemptionWatch(config, () => undefined, keptToLook(config.stateDir));
  watch.refresh();
  return watch.view;
}

function sourcesOf({syslogMsgsFile, attribution}: Config): Facts['sources'] {
  const plan = planSources(syslogMsgsFile, attribution, {
    quietMs: (path) => quietMs(path, nowMs()),
    hasJournal: hasJournal(),
    hasPlace: () => false,
  });
  const files = plan.files.flatMap((name) => {
    const paths = isPattern(name) ? logsLike(name) : [name];
    return paths.length === 0 ? [{name, trouble: 'no such file'}] : paths.map(fileSource);
  });
  const isFollowed = plan.journal === 'followed';
  const trouble = hasJournal() ? undefined : 'there is no journal here';
  return isFollowed ? [...files, {name: journalSource, trouble}] : files;
}

const fileSource = (name: string) => ({name, trouble: whyNotRead(name)});

const marks = {good: 'ok      ', advice: 'advice  ', bad: 'BAD     '} as const;

const text = (findings: readonly Finding[]): string =>
  findings.map(({verdict, what}) => `${marks[verdict]}${what}\n`).join('');
