/** `blocksmtp run`: the daemon, from its first configuration to the signal that ends it. */
import {type Problem, problemText} from '../config/problem.js';
import type {Config} from '../config/schema.js';
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
  readonly stop: AbortSignal;
  /** @returns a function that takes the listener away */
  onReload(listener: () => void): () => void;
}

export async function run(
  options: Options,
  signals: Signals,
  complain: (problems: readonly Problem[]) => void,
): Promise<ExitCode> {
  const parsed = checked(options);
  if (parsed.kind === 'problems') {
    complain(parsed.problems);
    return exitCode.configuration;
  }
  let {config} = parsed;
  for (;;) {
    const log = openLog(config);
    const reloaded = await liveUntilReload(config, options, log, signals);
    if (reloaded.kind === 'exit') {
      await log.close();
      return reloaded.exitCode;
    }
    log.say('notice', 'configuration and whitelist are read anew');
    await moveChain(config, reloaded.config, log);
    await log.close();
    config = reloaded.config;
  }
}

type LifeEnd =
  | {readonly kind: 'exit'; readonly exitCode: ExitCode}
  | {readonly kind: 'reload'; readonly config: Config};

async function liveUntilReload(
  config: Config,
  options: Options,
  log: Log,
  signals: Signals,
): Promise<LifeEnd> {
  const end = new AbortController();
  const stop = (): void => end.abort();
  let next: Config | undefined;
  const unlisten = signals.onReload(() => {
    const parsed = checked(options);
    if (parsed.kind === 'config') {
      next = parsed.config;
      end.abort();
    } else {
      const problems = parsed.problems.map(problemText).join('; ');
      log.say('error', `reload refused, nothing has changed: ${problems}`);
    }
  });
  signals.stop.addEventListener('abort', stop);
  if (signals.stop.aborted) stop();
  const atEnd = (): 'leave' | 'remove' =>
    next === undefined && config.flushOnExit ? 'remove' : 'leave';
  const ending = await live(config, log, end.signal, atEnd);
  signals.stop.removeEventListener('abort', stop);
  unlisten();
  if (ending.kind === 'unavailable') {
    log.say('error', ending.why);
    return {kind: 'exit', exitCode: exitCode.unavailable};
  }
  if (next !== undefined && !signals.stop.aborted) return {kind: 'reload', config: next};
  log.say('notice', config.flushOnExit ? 'end: chain and hook removed' : 'end: the blocks stay');
  return {kind: 'exit', exitCode: exitCode.ok};
}

/** The configuration, and the whitelist too if it was asked for by name: innocents depend on it. */
function checked(options: Options): ReturnType<typeof configOf> {
  const parsed = configOf(options);
  if (parsed.kind === 'problems' || options.whiteList === undefined) return parsed;
  const read = readTextFile(parsed.config.whiteList);
  if (read.kind === 'text') return parsed;
  const expected = 'a whitelist that can be read; without it innocents could be blocked';
  return {kind: 'problems', problems: [{where: '--white-list', what: read.why, expected}]};
}

/** A reload may give the chain another name or port; the old one must not stay behind. */
async function moveChain(before: Config, after: Config, log: Log): Promise<void> {
  const [from, to] = [chainSpec(before), chainSpec(after)];
  if (before.dryRun || (from.chain === to.chain && from.port === to.port)) return;
  await removeChain(from, log.say);
}
