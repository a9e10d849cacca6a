/**
 * Ends a process that was warned of, on an operator's or a user's word.
 * `outgoing/warn/may-be-ended.ts` decides whether the process may be ended, on what it is just
 * before each signal. The log has every step.
 *
 * Node has no pidfd, so between that look and the signal there is a gap: one turn of this program,
 * some 50 microseconds. For the signal to reach another process the first one would have to end, be
 * collected by its parent, and its number be given out again within the gap, after all other
 * numbers.
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

/** How long a process has to go by itself. Ms. */
const standardGraceMs = 5000;
/** Pause between two looks whether the process has gone. Ms. */
const lookMs = 100;

interface KillerView {
  readonly isAllowed: (process: ProcessState) => boolean;
  readonly say: Say;
}

interface KillerSettings {
  readonly mode: 'end' | 'onlySay';
  /** Ms; as a rule five seconds. */
  readonly graceMs?: number;
}

export class Killer {
  readonly #settings: KillerSettings;
  readonly #view: KillerView;
  /** Being ended now, by pid: a second click changes nothing. */
  readonly #underWay = new Set<number>();

  constructor(settings: KillerSettings, view: KillerView) {
    this.#settings = settings;
    this.#view = view;
  }

  /** As it is at this moment. */
  decide(target: Target): Decision {
    const {isAllowed} = this.#view;
    return mayBeEnded(target, glanceAtLiving(target.pid), {ownPids: ownPids(), isAllowed});
  }

  /**
   * Resolves when it is decided: the process has gone, or stays, or may not be ended. Never fails.
   *
   * @param askedBy who wants it, for the log
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

  /** Says why not. */
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

  /** @returns `stop`: it has gone by itself */
  async #grace({pid, startTicks}: Target): Promise<'over' | 'stop'> {
    const {graceMs = standardGraceMs} = this.#settings;
    for (let waitedMs = 0; waitedMs < graceMs; waitedMs += lookMs) {
      await pause(Math.min(lookMs, graceMs));
      // The rules are for signals; here it only matters whether anything is left to be ended.
      if (glanceAtLiving(pid)?.startTicks !== startTicks) return 'stop';
    }
    return 'over';
  }
}

const whatOf = (target: Target, askedBy: string): string =>
  `${targetText(target)}, as ${askedBy} asked`;

const hasEnded = 'it has ended already';
