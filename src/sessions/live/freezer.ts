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
import {statIfThere} from '../../sys/proc/snapshot.js';
import {
  freezeMs,
  type FrozenBefore,
  frozenNote,
  mayFreeze,
  mayFreezeAgain,
  mostFrozen,
  notedFrozen,
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

export class Freezer {
  readonly #view: FreezerView;
  readonly #isOn: boolean;
  readonly #frozen = new Set<ProcessIdentity>();
  readonly #before = new BoundedMap<number, FrozenBefore>(mostRemembered);

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
  }

  /**
   * Freezes a process, if it serves a client. Never fails.
   *
   * @param when `first`: it is asked about for the first time; `again`: it is frozen only if it is in a hurry
   */
  freeze(pid: number, when: 'first' | 'again'): void {
    const {dialect, notes, isExempt} = this.#view;
    if (!this.#isOn || notes === undefined || this.#frozen.size >= mostFrozen) return;
    const before = this.#before.get(pid);
    const isAgain = before !== undefined && mayFreezeAgain(before, this.#view.now());
    if (when === 'again' && !isAgain) return;
    const glance = mailerGlance(pid, dialect.isProgram);
    if (glance === undefined || !mayFreeze(glance, dialect, isExempt)) return;
    const {startTicks} = glance;
    const isSame = before?.startTicks === startTicks;
    if (isSame && !isAgain) return;
    const identity = {pid, startTicks};
    try {
      notes.add(frozenNote(identity));
    } catch {
      return; // without a note it could stay frozen
    }
    const times = isSame ? before.times + 1 : 1;
    this.#before.set(pid, {startTicks, times, thawedMs: undefined});
    this.#frozen.add(identity);
    signalProcess(pid, 'SIGSTOP');
    setTimeout(() => this.#thaw(identity), freezeMs);
  }

  /** Thaws all processes now. */
  stop(): void {
    for (const identity of this.#frozen) this.#thaw(identity);
  }

  #thaw(identity: ProcessIdentity): void {
    if (!this.#frozen.delete(identity)) return;
    thaw(identity);
    const before = this.#before.get(identity.pid);
    if (before?.startTicks === identity.startTicks) {
      this.#before.set(identity.pid, {...before, thawedMs: this.#view.now()});
    }
    if (this.#frozen.size === 0) this.#view.notes?.clear();
  }
}

/** @returns `gone`: it has ended; `ran`: it was not frozen */
function thaw({pid, startTicks}: ProcessIdentity): 'wasFrozen' | 'ran' | 'gone' {
  const stat = statIfThere(pid);
  if (stat?.startTicks !== startTicks) return 'gone';
  signalProcess(pid, 'SIGCONT');
  return stat.state === 'T' ? 'wasFrozen' : 'ran';
}
