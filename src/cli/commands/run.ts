/** `blocksmtp run`: the daemon, from its first configuration to the signal that ends it. */
import {type Problem, problemText} from '../../base/problem.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Signals} from '../face/surroundings.js';
import type {Options} from '../../config/options.js';
import type {Config} from '../../config/schema.js';
import {checked} from '../../daemon/course/checked.js';
import {Course, type NextLife} from '../../daemon/course/reload.js';
import {endTrial, readTrial, writeTrial} from '../../daemon/course/trial-file.js';
import {live} from '../../daemon/life.js';
import {OutgoingMemory} from '../../outgoing/live/memory.js';
import {type Log, openLog} from '../../sys/talk/log.js';

export async function run(
  options: Options,
  signals: Signals,
  complain: (problems: readonly Problem[]) => void,
): Promise<ExitCode> {
  // Listened to before anything else and to the end: a SIGHUP between two lives must not kill.
  const wishes = new Wishes(signals);
  const first = firstLife(options);
  if (first.kind === 'problems') {
    complain(first.problems);
    return exitCode.configuration;
  }
  let {life} = first;
  const outboundMemory = new OutgoingMemory();
  let closed: Promise<unknown> = Promise.resolve();
  for (;;) {
    const log = openLog(life.config);
    if (life.why !== undefined) log.say(life.why.level, life.why.message);
    const end = await liveOnce(life, options, {log, wishes, outboundMemory});
    // The next life does not wait for it: a syslog that is away takes seconds to be given up.
    closed = Promise.all([closed, log.close()]);
    if (end.kind === 'exit') {
      await closed;
      return end.exitCode;
    }
    life = end.life;
  }
}

type FirstLife =
  | {readonly kind: 'life'; readonly life: NextLife}
  | {readonly kind: 'problems'; readonly problems: readonly Problem[]};

/** With what the file says, unless that is what nobody confirmed: then with what it said before. */
export function firstLife(options: Options): FirstLife {
  const parsed = checked(options);
  if (parsed.kind === 'problems') return parsed;
  const {config, text} = parsed;
  const trial = config.dryRun ? undefined : readTrial(config.stateDir);
  if (trial === undefined) return {kind: 'life', life: {config, text}};
  const lift = trial.kind === 'running' ? {liftSinceMs: trial.sinceMs} : {};
  if (trial.tried !== text) {
    const noted = notNoted(() => endTrial(config.stateDir));
    const message = `the configuration file is another one than what nobody confirmed: the trial is over, and the file is in force${noted}`;
    return {kind: 'life', life: {config, text, ...lift, why: {level: 'notice', message}}};
  }
  const before = checked(options, trial.before);
  if (before.kind === 'problems') {
    // It was in force; what it names must have gone since. Not to start would guard nobody.
    const told = before.problems.map(problemText).join('; ');
    const message = `the configuration was never confirmed, but the one before is bad now, so it is in force all the same: ${told}`;
    return {kind: 'life', life: {config, text, why: {level: 'error', message}}};
  }
  const failed = {...trial, kind: 'failed'} as const;
  const noted = notNoted(() => writeTrial(config.stateDir, failed));
  const message = `the configuration was never confirmed: the one before is in force; \`blocksmtp reload\` takes over what the file says${noted}`;
  const life = {
    config: before.config,
    text: trial.before,
    trial: failed,
    ...lift,
    why: {level: 'error', message},
  } as const;
  return {kind: 'life', life};
}

/** A disk that refuses keeps nobody from starting: the next start finds the trial as it is. */
function notNoted(note: () => void): string {
  try {
    note();
    return '';
  } catch (error) {
    return ` (not noted: ${(error as Error).message})`;
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
  | {readonly kind: 'next'; readonly life: NextLife};

/** What a life meets: its log is its own, the others outlive it. */
interface Company {
  readonly log: Log;
  readonly wishes: Wishes;
  readonly outboundMemory: OutgoingMemory;
}

async function liveOnce(
  life: NextLife,
  options: Options,
  {log, wishes, outboundMemory}: Company,
): Promise<LifeEnd> {
  const {config, liftSinceMs} = life;
  const end = new AbortController();
  const course = new Course(life, options, log, () => {
    wishes.defer();
    end.abort();
  });
  wishes.listen(() => {
    wishes.reloadWasHeard();
    if (wishes.stop) course.end();
    else course.reload('signal');
  });
  const ending = await live({
    config,
    log,
    stop: end.signal,
    firewallAtEnd: () => {
      if (wishes.stop) return config.flushOnExit ? 'remove' : 'leave';
      // A dry run takes nothing over: it changes nothing.
      return course.next === undefined || course.next.config.dryRun ? 'leave' : 'handOver';
    },
    onWhitelist: () => course.noteWhitelist(),
    answer: (request) => course.answer(request),
    trial: () => course.trial,
    outboundMemory,
    ...(liftSinceMs === undefined ? {} : {liftSinceMs}),
  });
  course.end();
  // Also of a life that was still waiting for the state: a SIGHUP must not end the guard.
  if (course.next !== undefined && !wishes.stop) return {kind: 'next', life: course.next};
  if (ending.kind === 'unavailable') {
    log.say('error', ending.why);
    return {kind: 'exit', exitCode: exitCode.unavailable};
  }
  log.say('notice', config.dryRun ? 'end of the dry run' : lastWords(ending.firewall, config));
  return {kind: 'exit', exitCode: exitCode.ok};
}

function lastWords(firewall: 'left' | 'removed' | 'failed', {outbound}: Config): string {
  const left =
    outbound === 'reject'
      ? 'end: the blocks stay, and outgoing mail stays rejected'
      : 'end: the blocks stay';
  return {
    left,
    removed: 'end: chain and hook removed',
    failed: 'end: chain and hook could not be removed, and stay',
  }[firewall];
}
