/**
 * One policy over an old log: a guard with a memory of its own, and what came of it. Several of them can hear
 * one reading of the log (`guard/joining.ts`), for what a line says does not depend on who judges it.
 */
import type {AllDealings} from './dealings.js';
import {count, newReplayed, type Replayed} from './replayed.js';
import {Guard} from '../guard/guard.js';
import type {Joined, Joining} from '../guard/joining.js';
import type {Outcome} from '../guard/outcome.js';
import type {GuardSettings} from '../guard/settings.js';
import type {State} from '../guard/state.js';
import type {JoinOutcome} from '../mail/join-outcome.js';
import type {Exemptions} from '../score/exempt.js';

interface PolicyRunParts {
  /** How people call the policy: the file that it stands in. */
  readonly name: string;
  readonly settings: GuardSettings;
  readonly exemptions: Exemptions;
  /** Of the policy alone. */
  readonly state: State;
  readonly joining: Joining;
  /** The counts of clients under this policy. */
  readonly dealings: AllDealings;
  /** Each decision, for callers that want to see it. */
  readonly onOutcome: (outcome: Outcome) => void;
}

export class PolicyRun {
  readonly name: string;
  readonly dealings: AllDealings;
  readonly #parts: PolicyRunParts;
  readonly #guard: Guard;
  readonly #replayed: Replayed;

  constructor(parts: PolicyRunParts) {
    const {name, settings, state, joining, dealings} = parts;
    this.#parts = parts;
    [this.name, this.dealings] = [name, dealings];
    this.#guard = new Guard(settings, state, joining);
    this.#guard.see(parts.exemptions);
    this.#replayed = newReplayed(settings.policy.threshold);
  }

  /** @param nowMs the log was not written later; @param atMs of the line. Ms since the epoch */
  hear(joined: Joined, nowMs: number, atMs: number): void {
    const outcomes = this.#guard.judge(joined, nowMs, this.#parts.exemptions);
    if (outcomes.length > 0) this.#note(outcomes, atMs);
  }

  /** @param over envelopes that the joining has given up; @param atMs of the latest line */
  sweep(over: readonly JoinOutcome[], nowMs: number, atMs: number): void {
    this.#note(this.#guard.sweepAfter(over, nowMs), atMs);
  }

  /** The reader of the log fills in its lines, its files and when it begins. */
  get replayed(): Replayed {
    return this.#replayed;
  }

  #note(outcomes: readonly Outcome[], atMs: number): void {
    for (const outcome of outcomes) {
      count(this.#replayed, outcome, atMs);
      this.dealings.hear(outcome);
      this.#parts.onOutcome(outcome);
    }
  }
}
