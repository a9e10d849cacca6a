/** `blocksmtp run`: the daemon, from its first configuration to the signal that ends it. */
import {type Problem, problemText} from '../config/problem.js';
import {type Config, flagOf, keyOf, settings} from '../config/schema.js';
import {chainSpec} from '../daemon/firewall.js';
import {live} from '../daemon/life.js';
import {removeFirewall} from '../daemon/remove-firewall.js';
import {readTextFile, whyNotAppended} from '../sys/text-file.js';
import {type Log, openLog} from '../sys/log.js';
import {type ExitCode, exitCode} from './exit.js';
import {configOf, type Options} from './options.js';

/** What the process is told from outside; `main.ts` has the real signals. */
export interface Signals {
  /** End, as SIGTERM and SIGINT ask. */
  onStop(listener: () => void): void;
  /** Read the configuration anew, as SIGHUP asks. */
  onReload(listener: () => void): void;
}

export async function run(
  options: Options,
  signals: Signals,
  complain: (problems: readonly Problem[]) => void,
): Promise<ExitCode> {
  // Listened to before anything else and to the end: a SIGHUP between two lives must not kill.
  const wishes = new Wishes(signals);
  const parsed = checked(options);
  if (parsed.kind === 'problems') {
    complain(parsed.problems);
    return exitCode.configuration;
  }
  let {config} = parsed;
  for (;;) {
    const log = openLog(config);
    const end = await liveOnce(config, options, log, wishes);
    if (end.kind === 'reload') await moveChain(config, end.config, log);
    await log.close();
    if (end.kind === 'exit') return end.exitCode;
    config = end.config;
  }
}

/** What has been asked for by signals, and whom to tell when something is. */
class Wishes {
  stop = false;
  #reload = false;
  #listener: () => void = () => undefined;

  constructor(signals: Signals) {
    signals.onStop(() => {
      this.stop = true;
      this.#listener();
    });
    signals.onReload(() => {
      this.#reload = true;
      this.#listener();
    });
  }

  /** A wish from before is heard at once. */
  listen(listener: () => void): void {
    this.#listener = listener;
    if (this.stop || this.#reload) listener();
  }

  /** Nobody listens for now; wishes are kept. */
  defer(): void {
    this.#listener = () => undefined;
  }

  reloadWasHeard(): void {
    this.#reload = false;
  }
}

type LifeEnd =
  | {readonly kind: 'exit'; readonly exitCode: ExitCode}
  | {readonly kind: 'reload'; readonly config: Config};

async function liveOnce(
  config: Config,
  options: Options,
  log: Log,
  wishes: Wishes,
): Promise<LifeEnd> {
  const end = new AbortController();
  let hadWhitelist = readTextFile(config.whiteList).kind === 'text';
  let next: Config | undefined;
  wishes.listen(() => {
    wishes.reloadWasHeard();
    next = wishes.stop
      ? undefined
      : reloaded(config, hadWhitelist ? 'had' : 'hadNone', options, log);
    if (wishes.stop || next !== undefined) {
      wishes.defer();
      end.abort();
    }
  });
  const atEnd = (): 'leave' | 'remove' => (wishes.stop && config.flushOnExit ? 'remove' : 'leave');
  const ending = await live(config, log, end.signal, atEnd, () => (hadWhitelist = true));
  if (ending.kind === 'unavailable') {
    log.say('error', ending.why);
    return {kind: 'exit', exitCode: exitCode.unavailable};
  }
  if (next !== undefined && !wishes.stop) {
    log.say('notice', 'configuration and whitelist are read anew');
    return {kind: 'reload', config: next};
  }
  log.say('notice', config.dryRun ? 'end of the dry run' : lastWords[ending.firewall]);
  return {kind: 'exit', exitCode: exitCode.ok};
}

const lastWords = {
  left: 'end: the blocks stay',
  removed: 'end: chain and hook removed',
  failed: 'end: chain and hook could not be removed, and stay',
} as const;

/**
 * The configuration as it is now, or undefined when the one in force stays: a bad one is refused as
 * a whole, and so is one that would lose the whitelist or leave the state behind.
 */
function reloaded(
  before: Config,
  whitelist: 'had' | 'hadNone',
  options: Options,
  log: Log,
): Config | undefined {
  const parsed = checked(options);
  const problems = parsed.kind === 'problems' ? [...parsed.problems] : [];
  if (parsed.kind === 'config') {
    const {config} = parsed;
    if (config.stateDir !== before.stateDir) {
      const expected = `${before.stateDir} until the daemon is started anew`;
      problems.push({where: keyOf('stateDir'), what: config.stateDir, expected});
    }
    const read = readTextFile(config.whiteList);
    if (whitelist === 'had' && read.kind !== 'text') {
      problems.push(noWhitelist(keyOf('whiteList'), read.why));
    }
    if (problems.length === 0) return config;
  }
  const told = problems.map(problemText).join('; ');
  log.say('error', `reload refused, nothing has changed: ${told}`);
  return undefined;
}

function noWhitelist(where: string, why: string): Problem {
  const expected = 'a whitelist that can be read; without it innocents could be blocked';
  return {where, what: why, expected};
}

/**
 * The configuration, and with it the files that it names: the whitelist, if it was asked for by name,
 * because innocents depend on it, and the log file.
 */
function checked(options: Options): ReturnType<typeof configOf> {
  const parsed = configOf(options);
  const problems = parsed.kind === 'problems' ? [...parsed.problems] : [];
  const fileOf = (name: 'whiteList' | 'logFile'): string => {
    const told = problems.some(({where}) => where === flagOf(name));
    const flag = told ? undefined : options[name];
    const written = parsed.kind === 'config' ? parsed.config[name] : flag;
    return flag === undefined && written === settings[name].standard ? '' : String(written ?? '');
  };
  const placeOf = (name: 'whiteList' | 'logFile'): string =>
    options[name] === undefined ? keyOf(name) : flagOf(name);
  const [whiteList, logFile] = [fileOf('whiteList'), fileOf('logFile')];
  const read = whiteList === '' ? undefined : readTextFile(whiteList);
  if (read !== undefined && read.kind !== 'text') {
    problems.push(noWhitelist(placeOf('whiteList'), read.why));
  }
  const refused = logFile === '' ? undefined : whyNotAppended(logFile);
  if (refused !== undefined) {
    problems.push({
      where: placeOf('logFile'),
      what: refused,
      expected: 'a file that can be written',
    });
  }
  return problems.length === 0 ? parsed : {kind: 'problems', problems};
}

/** A reload may give the chain another name or port; the old one must not stay behind. */
async function moveChain(before: Config, after: Config, log: Log): Promise<void> {
  const [from, to] = [chainSpec(before), chainSpec(after)];
  if (before.dryRun || (from.chain === to.chain && from.port === to.port)) return;
  const failures = await removeFirewall(before, log.say);
  for (const failure of failures) log.say('error', failure);
}
