/**
 * Ends a process that was warned of, on somebody's word: SIGTERM, and after a grace SIGKILL if it is
 * still the same. Whether it may be, `outgoing/warn/may-be-ended.ts` decides, on what the process is just before
 * each signal; everything is said in the log.
 *
 * Node has no pidfd, so between that look and the signal there is a gap: one turn of this program, some
 * 50 microseconds. For the signal to reach another process the first one would have to end, be
 * collected by its parent, and its number be given out anew within it, after all other numbers.
 */
import type {Say} from '../../../base/say.js';
import {
  type Decision,
  mayBeEnded,
  type ProcessState,
  type Target,
  targetText,
} from '../may-be-ended.js';
import {signalProcess} from '../../../sys/proc/signal-process.js';
import {ownPids, standingOf} from '../../../sys/proc/standing.js';
import {pause} from '../../../sys/run/clock.js';

/** How long a process has to go by itself. Ms. */
const standardGraceMs = 5000;

export interface KillerView {
  readonly isAllowed: (process: ProcessState) => boolean;
  readonly say: Say;
}

export interface KillerSettings {
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
    return mayBeEnded(target, standingOf(target.pid), {ownPids: ownPids(), isAllowed});
  }

  /**
   * Comes when it is decided: the process has gone, or will not, or may not be ended. Never fails.
   *
   * @param askedBy who wants it, for the log
   */
  async end(target: Target, askedBy: string): Promise<void> {
    if (this.#underWay.has(target.pid)) return;
    this.#underWay.add(target.pid);
    try {
      if (this.#signal(target, 'SIGTERM', askedBy) === 'sent') await this.#insist(target, askedBy);
    } finally {
      this.#underWay.delete(target.pid);
    }
  }

  async #insist(target: Target, askedBy: string): Promise<void> {
    const {graceMs = standardGraceMs} = this.#settings;
    for (let waitedMs = 0; waitedMs < graceMs; waitedMs += lookMs) {
      await pause(Math.min(lookMs, graceMs));
      if (this.#isOver(target)) return;
    }
    this.#signal(target, 'SIGKILL', askedBy);
  }

  /** The rules are for signals; here it only matters whether anything is left to be ended. */
  #isOver({pid, startTicks}: Target): boolean {
    return standingOf(pid)?.startTicks !== startTicks;
  }

  #signal(target: Target, signal: 'SIGTERM' | 'SIGKILL', askedBy: string): 'sent' | 'not' {
    const {say} = this.#view;
    const what = `${targetText(target)}, as ${askedBy} asked`;
    const decision = this.decide(target);
    if (decision.kind !== 'end') {
      const why = decision.kind === 'gone' ? 'it has ended already' : decision.why;
      say(decision.kind === 'gone' ? 'notice' : 'warning', `not ended: ${what}: ${why}`);
      return 'not';
    }
    if (this.#settings.mode === 'onlySay') {
      say('notice', `would end ${what}`);
      return 'not';
    }
    const result = signalProcess(target.pid, signal);
    if (result.kind === 'sent') {
      const stayed = signal === 'SIGKILL' ? '; it had stayed after SIGTERM' : '';
      say('notice', `ended ${what}: ${signal}${stayed}`);
      return 'sent';
    }
    // What has just ended by itself is no trouble.
    if (result.why.includes('ESRCH')) say('notice', `not ended: ${what}: it has ended already`);
    else say('error', `not ended: ${what}: ${result.why}`);
    return 'not';
  }
}

/** How often it is looked whether the process has gone. Ms. */
const lookMs = 100;
