/**
 * Freezes processes of the mailer for a moment, and thaws them. `sessions/freeze.ts` decides which ones, and for how
 * long.
 *
 * Any user may write a line in the name of any process, and so have it frozen. So each is frozen a few times at most.
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import type {ProcessIdentity} from '../../base/process-identity.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {Dialect} from '../../mail/dialect.js';
import type {Address} from '../../net/address.js';
import type {NotesFile} from '../../sys/disk/notes-file.js';
import {mailerGlance} from '../../sys/proc/proc.js';
import {signalProcess} from '../../sys/proc/signal-process.js';
import {BootClock, statIfThere} from '../../sys/proc/snapshot.js';
import {atExit} from '../../sys/run/at-exit.js';
import {
  freezeInBatchMs,
  freezeMs,
  type FrozenBefore,
  frozenNote,
  mayFreeze,
  mayFreezeAgain,
  mostFrozen,
  mostTimes,
  notedFrozen,
  waitsForCommand,
} from '../freeze.js';

/** Processes that are remembered, so that none is frozen often. A count: more than a large relay has. */
const mostRemembered = 10_000;

interface FreezerView {
  readonly dialect: Dialect;
  /** Where the processes are noted; undefined: none is frozen. */
  readonly notes: Pick<NotesFile, 'add' | 'read' | 'clear'> | undefined;
  /** Whether a client is never blocked. */
  readonly isExempt: (client: Address) => boolean;
  /** The monotonic clock. Ms. */
  readonly now: () => number;
  readonly say: Say;
}

interface Frozen extends ProcessIdentity {
  /** Since when, by the monotonic clock. Ms. */
  readonly sinceMs: number;
}

export class Freezer {
  readonly #view: FreezerView;
  readonly #isOn: boolean;
  readonly #frozen = new Set<Frozen>();
  readonly #before = new BoundedMap<number, FrozenBefore>(mostRemembered);
  readonly #boot = new BootClock();
  #revoke = (): void => undefined;

  constructor({cutSessions, dryRun}: Pick<Config, 'cutSessions' | 'dryRun'>, view: FreezerView) {
    this.#view = view;
    // It only pays where the process of a guesser is ended.
    this.#isOn = !dryRun && (cutSessions === 'both' || cutSessions === 'processes');
  }

  /** Thaws the processes that a killed run left frozen. */
  begin(): void {
    const {notes, say} = this.#view;
    for (const each of notedFrozen(notes?.read() ?? '')) {
      if (thaw(each) !== 'wasFrozen') continue;
      say('notice', `sendmail process ${each.pid} goes on: a killed run had frozen it`);
    }
    notes?.clear();
    if (this.#isOn) this.#revoke = atExit(() => this.stop());
  }

  /**
   * Freezes the process that wrote a line, if it serves a client. Never fails.
   *
   * @param when `first`: it is asked about for the first time; `again`: it is frozen only if it is in a hurry
   * @param envelopeMs when the envelope of the line began; ms since the epoch
   * @returns the process, if it was frozen while it waited for a command
   */
  freeze(
    pid: number,
    when: 'first' | 'again',
    envelopeMs: number,
  ): Pick<ProcessIdentity, 'startTicks'> | undefined {
    const {dialect, notes, now} = this.#view;
    if (!this.#isOn || notes === undefined || this.#frozen.size >= mostFrozen) return undefined;
    const before = this.#before.get(pid);
    const isAgain = before !== undefined && mayFreezeAgain(before, now());
    if (when === 'again' && !isAgain) return undefined;
    const glance = mailerGlance(pid, dialect.isProgram);
    if (glance === undefined) return undefined;
    const {startTicks} = glance;
    const isSame = before?.startTicks === startTicks;
    if (isSame && !isAgain) return undefined;
    const startedMs = this.#boot.startedMsOf(startTicks);
    if (!mayFreeze({...glance, startedMs}, envelopeMs, this.#view)) return undefined;
    try {
      notes.add(frozenNote(glance));
    } catch {
      return undefined; // without a note it could stay frozen
    }
    const times = isSame ? before.times + 1 : 1;
    this.#before.set(pid, {startTicks, times, thawedMs: undefined});
    const frozen = {pid, startTicks, sinceMs: now()};
    this.#frozen.add(frozen);
    // Once more: the note may have taken long, and the client may have sent something meanwhile.
    const last = mailerGlance(pid, dialect.isProgram);
    signalProcess(pid, 'SIGSTOP');
    setTimeout(() => this.#thaw(frozen), freezeMs);
    const waits =
      last !== undefined && [glance, last].every((each) => waitsForCommand(each, dialect));
    return waits ? {startTicks} : undefined;
  }

  /** Thaws the processes that were frozen for too long: while a batch is judged, no timer runs. */
  thawDue(): void {
    if (this.#frozen.size === 0) return;
    const dueMs = this.#view.now() - freezeInBatchMs;
    for (const frozen of this.#frozen) if (frozen.sinceMs <= dueMs) this.#thaw(frozen);
  }

  /** Thaws a process that got SIGTERM, so that it can end, and never freezes it again. */
  release({pid, startTicks}: ProcessIdentity): void {
    for (const frozen of this.#frozen) if (frozen.pid === pid) this.#thaw(frozen);
    this.#before.set(pid, {startTicks, times: mostTimes, thawedMs: this.#view.now()});
  }

  /** Thaws all processes. */
  stop(): void {
    this.#revoke();
    for (const frozen of this.#frozen) this.#thaw(frozen);
  }

  #thaw(frozen: Frozen): void {
    if (!this.#frozen.delete(frozen)) return;
    thaw(frozen);
    const before = this.#before.get(frozen.pid);
    if (before?.startTicks === frozen.startTicks) {
      this.#before.set(frozen.pid, {...before, thawedMs: this.#view.now()});
    }
    if (this.#frozen.size === 0) this.#view.notes?.clear();
  }
}

/**
 * A process about which nothing can be read (no descriptor is left) gets its signal too.
 *
 * @returns `gone`: another process has its number; `ran`: it was not frozen, or is not known
 */
function thaw({pid, startTicks}: ProcessIdentity): 'wasFrozen' | 'ran' | 'gone' {
  const stat = statIfThere(pid);
  if (stat !== undefined && stat.startTicks !== startTicks) return 'gone';
  signalProcess(pid, 'SIGCONT');
  return stat?.state === 'T' ? 'wasFrozen' : 'ran';
}
