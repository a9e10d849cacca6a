/**
 * Ends sendmail processes that `sessions/reap.ts` finds stuck: SIGTERM, on which sendmail goes (its
 * client is told nothing: it sees the end of the connection), and after a grace SIGKILL. Each is looked
 * at twice: when all are searched through, and anew just before the signal, for its client may have
 * begun to work meanwhile.
 */
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {Dialect} from '../../mail/dialect.js';
import {servedPorts} from '../attribute.js';
import {isSame, type Observation, type Stuck, stuckChild, stuckText} from '../reap.js';
import {Mailers} from '../../sys/proc/mailers.js';
import {ageSeconds} from '../../sys/proc/process-stat.js';
import {signalProcess} from '../../sys/proc/signal-process.js';
import {idleTimes, portSockets} from '../../sys/proc/sockets.js';
import {pause} from '../../sys/run/clock.js';

/** How long a process has to go by itself. Ms. */
const graceMs = 5000;
/** Looked at in one go before their signals: the idle times are read once for them. A count. */
const mostAtOnce = 50;

type Settings = Pick<Config, 'idleCmdRead' | 'maxRuntimeCmdRead' | 'mailerPort' | 'dryRun'>;

export interface ReaperView {
  readonly say: Say;
  /** Told of each process that had SIGTERM; says so, and what follows for its client. */
  readonly onReaped: (stuck: Stuck) => void;
  /** Whether this life of the daemon is over: nobody has a signal any more. */
  readonly isOver: () => boolean;
}

/** All that can be asked of the machine, as it was a moment ago. */
interface Look {
  readonly mailers: Mailers;
  readonly idleMs: Observation['idleMs'];
}

export class Reaper {
  readonly #settings: Settings;
  readonly #view: ReaperView;
  readonly #dialect: Dialect;
  /** Why idle times could not be read the last time; it would be the same each time. */
  #trouble = '';

  constructor(settings: Settings, view: ReaperView, dialect: Dialect) {
    this.#settings = settings;
    this.#view = view;
    this.#dialect = dialect;
  }

  async reap(): Promise<void> {
    const {idleCmdRead, maxRuntimeCmdRead, dryRun} = this.#settings;
    if (idleCmdRead === 0 && maxRuntimeCmdRead === 0) return;
    const found = await this.#search();
    if (dryRun) {
      for (const stuck of found) this.#view.say('notice', `would reap ${stuckText(stuck)}`);
      return;
    }
    const told: Stuck[] = [];
    for (let from = 0; from < found.length; from += mostAtOnce) {
      const look = await this.#look();
      if (this.#view.isOver()) return;
      const some = found.slice(from, from + mostAtOnce);
      told.push(...some.flatMap((stuck) => this.#terminate(stuck, look) ?? []));
    }
    if (told.length === 0) return;
    await pause(graceMs);
    if (this.#view.isOver()) return; // the next life finds them again
    const {mailers} = await this.#look();
    for (const stuck of told) this.#kill(stuck, mailers);
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
    const ports = servedPorts(this.#settings.mailerPort);
    const [sockets, idleMs] = await Promise.all([portSockets(...ports), this.#idleMs(ports)]);
    return {mailers: new Mailers(sockets, this.#dialect.isProgram), idleMs};
  }

  async #idleMs(ports: readonly number[]): Promise<Observation['idleMs']> {
    const idle = await idleTimes(ports);
    const trouble = idle.kind === 'unknown' ? idle.why : '';
    if (trouble !== '' && this.#trouble === '' && this.#settings.idleCmdRead > 0) {
      const why = `${trouble} (package iproute2)`;
      this.#view.say('warning', `idle sendmail processes are not found: ${why}; this is said once`);
    }
    this.#trouble = trouble;
    return idle.kind === 'unknown' ? new Map() : idle.idleMs;
  }

  #judge({holder, idleMs}: Pick<Observation, 'holder' | 'idleMs'>): Stuck | undefined {
    const {idleCmdRead, maxRuntimeCmdRead, mailerPort} = this.#settings;
    const limits = {idleSeconds: idleCmdRead, ageSeconds: maxRuntimeCmdRead};
    const observation = {holder, idleMs, ageSeconds: ageSeconds(holder.startTicks)};
    return stuckChild(observation, limits, {dialect: this.#dialect, port: mailerPort});
  }

  /** @returns the process, if it had the signal */
  #terminate(found: Stuck, {mailers, idleMs}: Look): Stuck | undefined {
    const holder = mailers.look(found.pid);
    const stuck = holder && this.#judge({holder, idleMs});
    if (stuck === undefined || stuck.startTicks !== found.startTicks) return undefined;
    const result = signalProcess(stuck.pid, 'SIGTERM');
    if (result.kind === 'sent') {
      this.#view.onReaped(stuck);
      return stuck;
    }
    this.#notEnded(stuckText(stuck), result.why);
    return undefined;
  }

  #kill(stuck: Stuck, mailers: Mailers): void {
    if (!isSame(stuck, mailers.look(stuck.pid), this.#dialect)) return;
    const who = `sendmail process ${stuck.pid}, which stayed after SIGTERM`;
    const result = signalProcess(stuck.pid, 'SIGKILL');
    if (result.kind === 'sent') this.#view.say('notice', `reap ${who}: SIGKILL`);
    else this.#notEnded(who, result.why);
  }

  #notEnded(who: string, why: string): void {
    // What has just ended by itself is no trouble.
    if (!why.includes('ESRCH')) this.#view.say('error', `not reaped: ${who}: ${why}`);
  }
}
