/**
 * Ends sendmail processes that `sessions/reap.ts` finds stuck. On SIGTERM sendmail ends without
 * another word, and its client sees the connection close; a process that stays gets SIGKILL. The
 * reaper first searches all processes. Then, just before each signal, it looks at the process
 * again, because its client may have begun to work meanwhile.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {Dialect} from '../../mail/dialect.js';
import {servedPorts} from '../attribute.js';
import {isSame, type ChildObservation, type Stuck, stuckChild, stuckText} from '../reap.js';
import {endProcesses} from '../../sys/proc/end-processes.js';
import {Mailers} from '../../sys/proc/mailers.js';
import {ageSeconds} from '../../sys/proc/snapshot.js';
import type {Signal, SignalResult} from '../../sys/proc/signal-process.js';
import {idleTimes, portSockets} from '../../sys/proc/sockets/port-sockets.js';
import {pause} from '../../sys/run/clock.js';

/** How long a process has to end after SIGTERM. Ms. */
const graceMs = 5000;
/**
 * Processes that are looked at together before their signals, so that the idle times are read once
 * for all. A count.
 */
const mostAtOnce = 50;

type Settings = Pick<Config, 'idleCmdRead' | 'maxRuntimeCmdRead' | 'dryRun'> & {
  /** The ports at which clients are served. */
  readonly ports: readonly number[];
};

interface ReaperView {
  readonly say: Say;
  /** Called for each process that got SIGTERM; logs it, and counts it against the client. */
  readonly onReaped: (stuck: Stuck) => void;
  /** Whether this life of the daemon is over; then no process gets a signal any more. */
  readonly isOver: () => boolean;
}

/** What the machine showed a moment ago. */
interface Look {
  readonly mailers: Mailers;
  readonly idleMs: ChildObservation['idleMs'];
}

export class Reaper {
  readonly #settings: Settings;
  readonly #view: ReaperView;
  readonly #dialect: Dialect;
  readonly #troubles: Troubles;

  constructor(settings: Settings, view: ReaperView, dialect: Dialect) {
    this.#settings = settings;
    this.#view = view;
    this.#dialect = dialect;
    this.#troubles = new Troubles(view.say);
  }

  async reap(): Promise<void> {
    const {idleCmdRead, maxRuntimeCmdRead, dryRun} = this.#settings;
    if (idleCmdRead === 0 && maxRuntimeCmdRead === 0) return;
    const found = await this.#search();
    if (dryRun) {
      for (const stuck of found) this.#view.say('notice', `would reap ${stuckText(stuck)}`);
      return;
    }
    let look: Look | undefined;
    await endProcesses(
      this.#batches(found, (latest) => (look = latest)),
      {
        look: (stuck, signal) => look && this.#lookAgain(stuck, signal, look),
        onSignal: (stuck, signal, result) => this.#onSignal(stuck, signal, result),
        grace: async () => {
          if (this.#view.isOver()) return 'stop';
          await pause(graceMs);
          if (this.#view.isOver()) return 'stop'; // the next life finds them again
          look = await this.#look();
          return 'over';
        },
      },
    );
  }

  /**
   * Yields the processes one by one; looks at the machine before each batch. Ends with this life.
   */
  async *#batches(found: readonly Stuck[], onLook: (look: Look) => void): AsyncGenerator<Stuck> {
    for (let from = 0; from < found.length; from += mostAtOnce) {
      onLook(await this.#look());
      if (this.#view.isOver()) return;
      yield* found.slice(from, from + mostAtOnce);
    }
  }

  async #search(): Promise<Stuck[]> {
    const look = await this.#look();
    const found: Stuck[] = [];
    for await (const holder of look.mailers.all()) {
      const stuck = this.#judge({holder, idleMs: look.idleMs});
      if (stuck !== undefined) found.push(stuck);
    }
    return found;
  }

  async #look(): Promise<Look> {
    const ports = servedPorts(this.#settings.ports);
    const [sockets, idleMs] = await Promise.all([portSockets(...ports), this.#idleMs(ports)]);
    return {mailers: new Mailers(sockets, this.#dialect.isProgram), idleMs};
  }

  async #idleMs(ports: readonly number[]): Promise<ChildObservation['idleMs']> {
    const idle = await idleTimes(ports);
    if (idle.kind === 'measured') {
      this.#troubles.end(idleTrouble);
      return idle.idleMs;
    }
    if (this.#settings.idleCmdRead > 0 && !this.#troubles.has(idleTrouble)) {
      const why = `${idle.why} (package iproute2)`;
      const message = `idle sendmail processes are not found: ${why}; blocksmtp says this once`;
      this.#troubles.begin(idleTrouble, message, 'warning');
    }
    return new Map();
  }

  #judge({holder, idleMs}: Pick<ChildObservation, 'holder' | 'idleMs'>): Stuck | undefined {
    const {idleCmdRead, maxRuntimeCmdRead, ports} = this.#settings;
    const limits = {idleSeconds: idleCmdRead, ageSeconds: maxRuntimeCmdRead};
    const observation = {holder, idleMs, ageSeconds: ageSeconds(holder.startTicks)};
    return stuckChild(observation, limits, {dialect: this.#dialect, ports});
  }

  /** @returns the process as it is now, if it still must be ended */
  #lookAgain(before: Stuck, signal: Signal, {mailers, idleMs}: Look): Stuck | undefined {
    const holder = mailers.look(before.pid);
    if (signal === 'SIGKILL') return isSame(before, holder, this.#dialect) ? before : undefined;
    const stuck = holder && this.#judge({holder, idleMs});
    return stuck?.startTicks === before.startTicks ? stuck : undefined;
  }

  #onSignal(stuck: Stuck, signal: Signal, result: SignalResult): void {
    // A process that has just ended by itself is no trouble.
    if (result.kind === 'gone') return;
    const stayed = `sendmail process ${stuck.pid}, which stayed after SIGTERM`;
    const who = signal === 'SIGTERM' ? stuckText(stuck) : stayed;
    if (result.kind === 'refused') this.#view.say('error', `not reaped: ${who}: ${result.why}`);
    else if (signal === 'SIGTERM') this.#view.onReaped(stuck);
    else this.#view.say('notice', `reap ${who}: SIGKILL`);
  }
}

const idleTrouble = 'idle times';
