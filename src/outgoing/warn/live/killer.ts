/**
 * Ends a process that led to a warning, when an operator or a user asks for it. Just before each signal
 * it looks at the process again, and `outgoing/warn/may-be-ended.ts` decides by that whether the process
 * may be ended. The log has every step.
 *
 * Node has no pidfd, so there is a gap between that look and the signal: some 50 microseconds. The signal
 * could reach another process only if within the gap the first process ended, its parent collected it,
 * and the kernel gave its number to a new process, after all other numbers.
 */
import type {Say} from '../../../base/say.js';
import {
  type Decision,
  mayBeEnded,
  type ProcessState,
  type Target,
  targetText,
} from '../may-be-ended.js';
import {endProcesses} from '../../../sys/proc/end-processes.js';
import type {Signal, SignalResult} from '../../../sys/proc/signal-process.js';
import {glanceAtLiving, ownPids} from '../../../sys/proc/snapshot.js';
import {pause} from '../../../sys/run/clock.js';

/** How long a process has to end after SIGTERM. Ms. */
const standardGraceMs = 5000;
/** Pause between two looks whether the process has ended. Ms. */
const lookMs = 100;

interface KillerView {
  readonly isAllowed: (process: ProcessState) => boolean;
  readonly say: Say;
}

interface KillerSettings {
  readonly mode: 'end' | 'onlySay';
  /** Time between SIGTERM and SIGKILL. Ms. Default: `standardGraceMs`. */
  readonly graceMs?: number;
}

export class Killer {
  readonly #settings: KillerSettings;
  readonly #view: KillerView;
  /** Numbers of processes that are being ended: a second click changes nothing. */
  readonly #underWay = new Set<number>();

  constructor(settings: KillerSettings, view: KillerView) {
    this.#settings = settings;
    this.#view = view;
  }

  /** Decides by the state of the process at this moment. */
  decide(target: Target): Decision {
    const {isAllowed} = this.#view;
    return mayBeEnded(target, glanceAtLiving(target.pid), {ownPids: ownPids(), isAllowed});
  }

  /**
   * Ends the process. Resolves when it has ended, has not ended in time, or may not be ended. Never fails.
   *
   * @param askedBy the person or program that asked for it, for the log
   */
  async end(target: Target, askedBy: string): Promise<void> {
    if (this.#underWay.has(target.pid)) return;
    this.#underWay.add(target.pid);
    try {
      await endProcesses([target], {
        look: () => (this.#mayEnd(target, askedBy) ? target : undefined),
        onSignal: (_, signal, result) => this.#say(target, askedBy, signal, result),
        grace: () => this.#grace(target),
      });
    } finally {
      this.#underWay.delete(target.pid);
    }
  }

  /** Logs the reason if the process may not be ended. */
  #mayEnd(target: Target, askedBy: string): boolean {
    const {say} = this.#view;
    const what = whatOf(target, askedBy);
    const decision = this.decide(target);
    if (decision.kind !== 'end') {
      const why = decision.kind === 'gone' ? hasEnded : decision.why;
      say(decision.kind === 'gone' ? 'notice' : 'warning', `not ended: ${what}: ${why}`);
      return false;
    }
    if (this.#settings.mode === 'onlySay') {
      say('notice', `would end ${what}`);
      return false;
    }
    return true;
  }

  #say(target: Target, askedBy: string, signal: Signal, result: SignalResult): void {
    const {say} = this.#view;
    const what = whatOf(target, askedBy);
    if (result.kind === 'sent') {
      const stayed = signal === 'SIGKILL' ? '; it had stayed after SIGTERM' : '';
      say('notice', `ended ${what}: ${signal}${stayed}`);
    } else if (result.kind === 'gone') {
      say('notice', `not ended: ${what}: ${hasEnded}`);
    } else {
      say('error', `not ended: ${what}: ${result.why}`);
    }
  }

  /** Waits for the process to end. @returns `stop`: it has ended */
  async #grace({pid, startTicks}: Target): Promise<'over' | 'stop'> {
    const {graceMs = standardGraceMs} = this.#settings;
    for (let waitedMs = 0; waitedMs < graceMs; waitedMs += lookMs) {
      await pause(Math.min(lookMs, graceMs));
      // Here it matters only whether the process still exists. `decide` is for signals.
      if (glanceAtLiving(pid)?.startTicks !== startTicks) return 'stop';
    }
    return 'over';
  }
}

const whatOf = (target: Target, askedBy: string): string =>
  `${targetText(target)}, as ${askedBy} asked`;

const hasEnded = 'it has ended already';
