/** `blocksmtp run`: the daemon, from its first configuration to the signal that ends it. */
import {type Problem, problemText} from '../config/problem.js';
import {type Config, flagOf} from '../config/schema.js';
import {chainSpec} from '../daemon/daemon.js';
import {live} from '../daemon/life.js';
import {removeChain} from '../daemon/remove-chain.js';
import {readTextFile} from '../sys/text-file.js';
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
  #listener: () => void = () => undefined;

  constructor(signals: Signals) {
    signals.onStop(() => {
      this.stop = true;
      this.#listener();
    });
    signals.onReload(() => this.#listener());
  }

  listen(listener: () => void): void {
    this.#listener = listener;
    if (this.stop) listener();
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
  let next: Config | undefined;
  wishes.listen(() => {
    next = wishes.stop ? undefined : reloaded(options, log);
    if (wishes.stop || next !== undefined) end.abort();
  });
  const atEnd = (): 'leave' | 'remove' => (wishes.stop && config.flushOnExit ? 'remove' : 'leave');
  const ending = await live(config, log, end.signal, atEnd);
  if (ending.kind === 'unavailable') {
    log.say('error', ending.why);
    return {kind: 'exit', exitCode: exitCode.unavailable};
  }
  if (next !== undefined && !wishes.stop) {
    log.say('notice', 'configuration and whitelist are read anew');
    return {kind: 'reload', config: next};
  }
  log.say('notice', config.flushOnExit ? 'end: chain and hook removed' : 'end: the blocks stay');
  return {kind: 'exit', exitCode: exitCode.ok};
}

function reloaded(options: Options, log: Log): Config | undefined {
  const parsed = checked(options);
  if (parsed.kind === 'config') return parsed.config;
  const problems = parsed.problems.map(problemText).join('; ');
  log.say('error', `reload refused, nothing has changed: ${problems}`);
  return undefined;
}

/** The configuration, and the whitelist too if it was asked for by name: innocents depend on it. */
function checked(options: Options): ReturnType<typeof configOf> {
  const parsed = configOf(options);
  const where = flagOf('whiteList');
  const problems = parsed.kind === 'problems' ? parsed.problems : [];
  const told = problems.some((problem) => problem.where === where);
  if (typeof options.whiteList !== 'string' || told) return parsed;
  const read = readTextFile(options.whiteList);
  if (read.kind === 'text') return parsed;
  const expected = 'a whitelist that can be read; without it innocents could be blocked';
  return {kind: 'problems', problems: [...problems, {where, what: read.why, expected}]};
}

/** A reload may give the chain another name or port; the old one must not stay behind. */
async function moveChain(before: Config, after: Config, log: Log): Promise<void> {
  const [from, to] = [chainSpec(before), chainSpec(after)];
  if (before.dryRun || (from.chain === to.chain && from.port === to.port)) return;
  await removeChain(from, log.say);
}
