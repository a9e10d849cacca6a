/**
 * One life of the daemon: from a configuration to the signal that ends it. A reload that changes the configuration
 * ends one life and begins the next, so there is only one way to start. Between two lives the blocks stay in the
 * kernel. `course/` decides which life comes next.
 */
import type {Config} from '../config/schema.js';
import type {TrialView} from '../config/trial.js';
import type {Answer, CourseRequest} from '../control/protocol.js';
import {type Answerers, route, routeReading, routeReturned} from '../control/route.js';
import {DigestMail} from './alarms/digest-mail.js';
import {ControlDoor} from './control-door.js';
import {Daemon} from './daemon.js';
import {
  awaitAddresses,
  KnownWhitelist,
  type ListState,
  settle,
} from '../score/live/exemption-watch.js';
import type {ReadyLife} from './readiness.js';
import {type Guarding, openToGuard} from './resources.js';
import type {AtEnd} from '../firewall/live/family-keepers.js';
import {emptyState, type State} from '../guard/state.js';
import {sendmail} from '../mail/sendmail/dialect.js';
import {OutgoingMemory} from '../outgoing/live/memory.js';
import {watchOutgoing} from '../outgoing/live/start.js';
import {outboundNotice} from '../report/outgoing-notice.js';
import {AlarmBook} from '../report/alarms/alarms.js';
import {enforcedShare} from '../report/status.js';
import {PortWatch} from '../sessions/live/port-watch.js';
import {Reaper} from '../sessions/live/reaper.js';
import {gatePorts, sessionPorts} from '../sessions/served-ports.js';
import type {Stuck} from '../sessions/reap.js';
import {monotonicMs, pauseUnless} from '../sys/run/clock.js';
import {machineFamilies} from '../sys/firewall/netfilter.js';
import {onSchedule, repeat, type Schedule} from '../sys/run/schedule.js';
import type {Log} from '../sys/talk/log.js';

export type Ending =
  | {readonly kind: 'ended'; readonly firewall: 'left' | 'removed' | 'failed'}
  /** Another daemon holds the state, or it cannot be opened. */
  | {readonly kind: 'unavailable'; readonly state: 'taken' | 'failed'; readonly why: string};

/** How often the whitelist file and the machine's addresses are checked. Ms. */
const exemptionsMs = 1000;

/** What a life needs from the course. */
export interface LifeCourse {
  /** Ends the life. */
  readonly end: AbortSignal;
  /** Whether the configuration is on trial. */
  readonly trial: TrialView;
  /** What happens to the rules when the life ends: the next life takes them over, or the configuration decides. */
  readonly firewallAtEnd: AtEnd;
  readonly answer: (request: CourseRequest) => Promise<Answer>;
  /** The mailer accepts connections at other ports than when this life began. */
  readonly portsChanged: (message: string) => void;
  /** The daemon holds the state, and works. */
  readonly begun: (living: Living) => void;
}

/** What the course needs from the life. */
export interface Living {
  /** Whether a whitelist was read, now or in an earlier life. */
  readonly whitelist: 'had' | 'hadNone';
  /**
   * Reads the whitelist and the machine's addresses, restores the control socket and the state if they are gone,
   * and has the firewall searched for leftovers of others. Ends when the results are in force. `unsettled`:
   * somebody is writing the whitelist; the last good one stays in force until it is complete. `unread`: it cannot
   * be read, so the last good one stays.
   */
  readonly refresh: () => Promise<ListState>;
}

/** What outlives a life, but not the process. */
export class LifeMemory {
  /** What the watch on outgoing mail has learnt. */
  readonly outgoing = new OutgoingMemory();
  /** The whitelist as it was last read. */
  readonly whitelist = new KnownWhitelist();
  /** The alarms that were reported. */
  readonly alarms = new AlarmBook();
  /** The state of dry runs, which is never saved. */
  readonly unsaved: State = emptyState('unsaved');
  guarding: Guarding = 'notYet';
}

interface LifeTerms {
  readonly config: Config;
  readonly log: Log;
  readonly course: LifeCourse;
  /** Default: this is the first life. */
  readonly memory?: LifeMemory;
  /** Blocks made on evidence since then are lifted at the start. */
  readonly liftSinceMs?: number;
  /** Called when the life has begun its work. */
  readonly onReady?: (life: ReadyLife) => void;
  /** Opens the state and the firewall; replaced in tests. */
  readonly open?: typeof openToGuard;
}

export async function live(terms: LifeTerms): Promise<Ending> {
  const {config, log, course, liftSinceMs, memory = new LifeMemory(), open = openToGuard} = terms;
  const opened = await open(config, log, course.end, memory.unsaved, memory.guarding);
  if (opened.kind !== 'ready') return {kind: 'unavailable', state: opened.kind, why: opened.why};
  memory.guarding = 'begun';
  const {resources} = opened;
  const watch = new PortWatch(config, resources.state, sendmail);
  await watch.look();
  await awaitAddresses(memory.whitelist, course.end);
  const daemon = new Daemon({
    ...resources,
    config,
    families: config.dryRun ? [] : machineFamilies(),
    log,
    trial: () => course.trial,
    known: memory.whitelist,
    alarmBook: memory.alarms,
  });
  const door = doorOf(config, log, answerersOf(course, daemon));
  const secure = async (): Promise<void> => {
    if ((await resources.secure()) === 'madeAgain') daemon.noteChange();
    await door.open();
  };
  const digest = digestOf(terms, resources.state, daemon);
  const schedules = [...makeSchedules(terms, daemon, {watch, digest}, secure), digest];
  const exemptions = setInterval(() => void daemon.refreshExemptions(), exemptionsMs);
  const over = new AbortController();
  let watching: Promise<unknown> | undefined;
  let firewall: 'left' | 'removed' | 'failed' = 'failed';
  try {
    if (config.dryRun)
      log.say('notice', 'dry run: the log says what the daemon would do; it changes nothing');
    daemon.start(liftSinceMs);
    void sayWhenEnforced(terms, daemon, over.signal);
    void tellWhenReady(terms, daemon, over.signal);
    const {egress} = daemon;
    const onCount = (): void => daemon.noteChange();
    const rows = resources.state.outgoing;
    const parts = {config, rows, egress, onCount, memory: memory.outgoing, say: log.say};
    watching = Promise.all([watchOutgoing(parts, over.signal), daemon.watchMail(over.signal)]);
    course.begun(livingOf(daemon, memory.whitelist, secure));
    await door.open();
    // If somebody is writing the whitelist, wait until it is complete: no client is judged by the previous one.
    await settle(() => daemon.refreshExemptions());
    await daemon.follow(course.end);
  } finally {
    clearInterval(exemptions);
    door.close();
    over.abort();
    await watching;
    await Promise.all(schedules.map((schedule) => schedule.stop()));
    firewall = await daemon.stop(course.firewallAtEnd);
    resources.leave();
  }
  return {kind: 'ended', firewall};
}

const answerersOf = (course: LifeTerms['course'], daemon: Daemon): Answerers => ({
  course: (request) => course.answer(request),
  complaint: (request) => daemon.complain(request),
  guard: (request) => daemon.answer(request),
  gate: ({report}) => Promise.resolve(daemon.greet(report)),
});

const doorOf = (config: Config, log: Log, answerers: Answerers): ControlDoor =>
  new ControlDoor(config, log.say, (value) => route(value, answerers), {
    readers: (value) => routeReading(value, answerers),
    mailer: (value) => routeReturned(value, answerers),
  });

function livingOf(daemon: Daemon, known: KnownWhitelist, secure: () => Promise<void>): Living {
  return {
    get whitelist() {
      return daemon.hasWhitelist ? 'had' : 'hadNone';
    },
    refresh: async () => {
      await secure();
      void daemon.lookForLeftovers();
      known.tryAgain();
      return settle(() => daemon.refreshExemptions());
    },
  };
}

/**
 * How long the mailer waits for the daemon at boot, at most. Ms: if the firewall refuses, or the log to catch up
 * with is long, the relay must still start.
 */
const longestUnreadyMs = 10_000;
/** The pause between two checks whether the daemon is ready. Ms. */
const readyLookMs = 50;

async function tellWhenReady(
  {log, onReady}: LifeTerms,
  daemon: Daemon,
  over: AbortSignal,
): Promise<void> {
  if (onReady === undefined) return;
  const latestMs = monotonicMs() + longestUnreadyMs;
  while (!daemon.isReady && monotonicMs() < latestMs && !over.aborted) {
    await pauseUnless(over, readyLookMs);
  }
  if (!over.aborted) onReady({status: () => daemon.brief, say: log.say});
}

/** Logs that the rules for outgoing mail are in force. If they are not, the error is logged instead. */
async function sayWhenEnforced(
  {config, log}: LifeTerms,
  {egress}: Daemon,
  over: AbortSignal,
): Promise<void> {
  await egress.start();
  const stands = enforcedShare([...egress.enforced.values()]) === 1;
  const notice = outboundNotice(config);
  const isNow = stands && !config.dryRun && !over.aborted;
  if (isNow && notice !== undefined) log.say('notice', notice);
}

const digestOf = ({config, log}: LifeTerms, {digests}: State, daemon: Daemon): DigestMail =>
  new DigestMail({
    ...{config, rows: digests, say: log.say},
    report: (seconds) => daemon.answer({command: 'report', seconds}),
    onChange: () => daemon.noteChange(),
  });

function makeSchedules(
  {config, log, course}: LifeTerms,
  daemon: Daemon,
  {watch, digest}: {readonly watch: PortWatch; readonly digest: DigestMail},
  secure: () => Promise<void>,
): Schedule[] {
  const view = {
    say: log.say,
    onReaped: (stuck: Stuck) => daemon.reaped(stuck),
    isOver: () => course.end.aborted,
  };
  const ports = sessionPorts(watch.sessionPorts, gatePorts(config));
  const reaper = new Reaper({...config, ports}, view, sendmail);
  return [
    onSchedule('cleanse', config.cleanseSchedule, log.say, () => daemon.cleanse()),
    repeat(config.checkInterval * 1000, async () => {
      await secure();
      const change = await watch.look();
      if (change !== undefined) course.portsChanged(change);
      await daemon.check();
      await digest.lookBack();
    }),
    onSchedule('reap', config.reapSchedule, log.say, () => reaper.reap()),
  ];
}
