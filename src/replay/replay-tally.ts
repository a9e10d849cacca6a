/**
 * The sums of a replay for its page, as the daemon has them of its log. In a replay no block stops anybody, so what
 * the blocked go on to ask tells what higher thresholds would have done.
 */
import type {Config} from '../config/schema.js';
import type {Outcome} from '../guard/outcome.js';
import {emptyState, type State} from '../guard/state.js';
import {ClientScope} from '../net/client-key.js';
import {OutcomeTally} from '../overview/outcome-tally.js';

export class ReplayTally {
  readonly tables: Pick<State, 'outcomeHours' | 'scoreDays'> = emptyState('unsaved');
  readonly #tally: OutcomeTally;
  /** So far: the clock of the log. Ms since the epoch. */
  #newestMs = 0;

  constructor({threshold, ipv6Prefix}: Pick<Config, 'threshold' | 'ipv6Prefix'>) {
    const scope = new ClientScope(ipv6Prefix);
    this.#tally = new OutcomeTally(this.tables, threshold, (client) => scope.textOf(client));
  }

  hear(outcome: Outcome): void {
    this.#newestMs = Math.max(this.#newestMs, timeOf(outcome));
    this.#tally.hear(outcome, this.#newestMs);
  }
}

/** Of an outcome that is counted; of others 0. Ms since the epoch. */
function timeOf(outcome: Outcome): number {
  if ('evidence' in outcome) return outcome.evidence.atMs;
  if (outcome.kind === 'delivered') return outcome.atMs;
  return outcome.kind === 'block' ? outcome.block.fromMs : 0;
}
