/**
 * The sums of a replay for its page, as the daemon has them of its log. In a replay no block stops anybody, so what
 * the blocked go on to ask tells what higher thresholds would have done. Decides also which stamps are believed: one
 * line of another year would leave all others out of the last 90 days.
 */
import type {Config} from '../config/schema.js';
import type {Outcome} from '../guard/outcome.js';
import {emptyState, type State} from '../guard/state.js';
import {ClientScope} from '../net/client-key.js';
import {OutcomeTally} from '../overview/outcome-tally.js';
import {dayMs} from '../tally/score-days.js';

export class ReplayTally {
  readonly #tables: Pick<State, 'outcomeHours' | 'scoreDays'> = emptyState('unsaved');
  readonly #tally: OutcomeTally;
  /** So far: the clock of the log. Ms since the epoch; undefined: no two outcomes have agreed on it yet. */
  #newestMs: number | undefined;
  /** More than a day ahead of all others. It counts when a second one says the same. */
  #ahead: {readonly outcome: Outcome; readonly atMs: number} | undefined;

  constructor({threshold, ipv6Prefix}: Pick<Config, 'threshold' | 'ipv6Prefix'>) {
    const scope = new ClientScope(ipv6Prefix);
    this.#tally = new OutcomeTally(this.#tables, threshold, (client) => scope.textOf(client));
  }

  hear(outcome: Outcome): void {
    const atMs = timeOf(outcome);
    if (atMs === undefined) return;
    const ahead = this.#ahead;
    if (this.#newestMs !== undefined && atMs <= this.#newestMs + dayMs) this.#count(outcome, atMs);
    else if (ahead !== undefined && Math.abs(atMs - ahead.atMs) <= dayMs) {
      this.#ahead = undefined;
      this.#count(ahead.outcome, ahead.atMs);
      this.#count(outcome, atMs);
    } else this.#ahead = {outcome, atMs};
  }

  /** The log has been read. Of a log with one outcome that one counts. */
  end(): Pick<State, 'outcomeHours' | 'scoreDays'> {
    const ahead = this.#ahead;
    if (this.#newestMs === undefined && ahead !== undefined) this.#count(ahead.outcome, ahead.atMs);
    return this.#tables;
  }

  #count(outcome: Outcome, atMs: number): void {
    this.#newestMs = Math.max(this.#newestMs ?? atMs, atMs);
    this.#tally.hear(outcome, this.#newestMs);
  }
}

/** Ms since the epoch; undefined: the page counts no such outcome. */
function timeOf(outcome: Outcome): number | undefined {
  if ('evidence' in outcome) return outcome.evidence.atMs;
  if (outcome.kind === 'delivered') return outcome.atMs;
  return outcome.kind === 'block' ? outcome.block.fromMs : undefined;
}
