/**
 * One life of the daemon: from a configuration to the signal that ends it. A reload is the end of
 * one life and the beginning of the next, so a setting that is reloaded is no special case, and
 * there is only one way to start. The blocks stay in the kernel between two lives.
 */
import type {Config} from '../config/schema.js';
import type {TrialView} from '../config/trial.js';
import type {Answer, CourseRequest} from '../control/protocol.js';
import {route} from '../control/route.js';
import {Daemon} from './daemon.js';
import {openToGuard} from './resources.js';
import type {AtEnd} from '../firewall/live/keeper.js';
import type {RunCall} from '../firewall/live/part.js';
import type {Step} from '../firewall/live/steps.js';
import {OutgoingMemory} from '../outgoing/live/memory.js';
import {watchOutgoing} from '../outgoing/live/start.js';
import {outboundNotice} from '../report/outgoing-notice.js';
import {enforcedShare} from '../report/status.js';
import {Reaper} from '../sessions/live/reaper.js';
import {machineFamilies} from '../sys/run/netfilter.js';
import {onSchedule, repeat, type Schedule} from '../sys/run/schedule.js';
import {type ControlServer, serveControl} from '../sys/talk/control-socket.js';
import type {Log} from '../sys/talk/log.js';

export type Ending =
  | {readonly kind: 'ended'; readonly firewall: 'left' | 'removed' | 'failed'}
  /** The state is another daemon's, or cannot be opened. */
  | {readonly kind: 'unavailable'; readonly why: string};

/** How often the whitelist file and the machine's addresses are looked at. Ms. */
const friendsMs = 1000;

/** What one life is lived with. */
export interface LifeTerms {
  readonly config: Config;
  readonly log: Log;
  /** Ends the life. */
  readonly stop: AbortSignal;
  /** Asked at the end: a reload hands the rules over, an exit as configured. */
  readonly firewallAtEnd: () => AtEnd;
  /** Called when a whitelist has been read: from then on none may be lost. */
  readonly onWhitelist: () => void;
  /** Answers what is about configurations. */
  readonly answer: (request: CourseRequest) => Answer;
  /** Whether the configuration is on trial; default: it is not. */
  readonly trial?: () => TrialView;
  /** What the watch on outgoing mail knew in the life before; default: there was none. */
  readonly outboundMemory?: OutgoingMemory;
  /** Blocks made on evidence since then are lifted at the beginning. */
  readonly liftSinceMs?: number;
  /** Runs the programs of the firewall otherwise than the workplace does; for tests. */
  readonly run?: RunCall;
  /** Told at each step that a crash could follow; for tests. */
  readonly onStep?: (step: Step) => void;
}

export async function live(terms: LifeTerms): Promise<Ending> {
  const {config, log, stop, firewallAtEnd, onWhitelist, liftSinceMs, trial, run, onStep} = terms;
  const opened = await openToGuard(config, log, stop);
  if (opened.kind !== 'ready') return {kind: 'unavailable', why: opened.why};
  const {workplace} = opened;
  const daemon = new Daemon({
    ...workplace,
    config,
    families: config.dryRun ? [] : machineFamilies(),
    log,
    ...(trial && {trial}),
    ...(run && {run}),
    ...(onStep && {onStep}),
  });
  const schedules = makeSchedules(terms, daemon);
  const friends = setInterval(() => {
    daemon.refreshFriends();
    if (daemon.hasWhitelist) onWhitelist();
  }, friendsMs);
  const over = new AbortController();
  let watching: Promise<void> | undefined;
  let control: ControlServer | undefined;
  let firewall: 'left' | 'removed' | 'failed' = 'failed';
  try {
    if (config.dryRun) log.say('notice', 'dry run: what follows is only said, nothing is changed');
    daemon.start(liftSinceMs);
    const {egress} = daemon;
    void egress.start().then(() => {
      // Where they do not stand the error is said instead.
      const stands = enforcedShare([...egress.enforced.values()]) === 1;
      const notice = outboundNotice(config);
      const isNow = stands && !config.dryRun && !over.signal.aborted;
      if (isNow && notice !== undefined) log.say('notice', notice);
    });
    const onCount = (): void => daemon.noteChange();
    const rows = workplace.state.outgoing;
    const memory = terms.outboundMemory ?? new OutgoingMemory();
    watching = watchOutgoing({config, rows, egress, onCount, memory, say: log.say}, over.signal);
    if (daemon.hasWhitelist) onWhitelist();
    const answer = (value: unknown): Promise<Answer> =>
      route(value, {course: terms.answer, guard: (request) => daemon.answer(request)});
    if (!config.dryRun) control = await makeControl(config, answer, log);
    await daemon.follow(stop);
  } finally {
    clearInterval(friends);
    control?.close();
    over.abort();
    await watching;
    await Promise.all(schedules.map((schedule) => schedule.stop()));
    firewall = await daemon.stop(firewallAtEnd());
    workplace.leave();
  }
  return {kind: 'ended', firewall};
}

function makeSchedules({config, log, stop}: LifeTerms, daemon: Daemon): Schedule[] {
  const reaper = new Reaper(config, {
    say: log.say,
    onReaped: (stuck) => daemon.reaped(stuck),
    isOver: () => stop.aborted,
  });
  return [
    onSchedule('cleanse', config.cleanseSchedule, log.say, () => daemon.cleanse()),
    repeat(config.checkInterval * 1000, () => daemon.check()),
    onSchedule('reap', config.reapSchedule, log.say, () => reaper.reap()),
  ];
}

async function makeControl(
  config: Config,
  answer: (request: unknown) => Promise<Answer>,
  log: Log,
): Promise<ControlServer | undefined> {
  try {
    return await serveControl(config.controlSocket, answer);
  } catch (error) {
    log.say(
      'error',
      `no control socket, so no command reaches this daemon: ${(error as Error).message}`,
    );
    return undefined;
  }
}
