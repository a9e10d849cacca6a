/**
 * Decides which outcome counts as what in the sums of the report. Daemon and replay use the same rules, so their reports
 * mean the same. Decides no block. Keeps no client, but in a replay it keeps the clients that a block would have stopped.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import type {Outcome} from '../guard/outcome.js';
import type {State} from '../guard/state.js';
import type {Evidence} from '../mail/evidence.js';
import type {Address} from '../net/address.js';
import {type Counted, HourTally} from '../tally/hours.js';
import {type Rise, ScoreTally} from '../tally/score-days.js';

/** In a replay, the further answers of at most so many blocked clients are followed. A count: some 100 bytes each. */
const mostFollowed = 50_000;

export class OutcomeTally {
  readonly #hours: HourTally;
  readonly #scores: ScoreTally;
  /** Makes the key of a client; undefined: not a replay, so a blocked client gets no further answers. */
  readonly #textOf: ((client: Address) => string) | undefined;
  /** The present threshold: scores are converted to a client with this bar. Names. */
  readonly #threshold: number;
  /** By client: the score that it would have now. */
  readonly #blocked = new BoundedMap<string, Pick<Rise, 'to' | 'mail'>>(mostFollowed);

  /**
   * @param threshold the setting. Names
   * @param textOf given in a replay, in which no block stops a client: makes the key of a client. Its answers after its
   *   block show what higher thresholds would have done.
   */
  constructor(
    tables: Pick<State, 'outcomeHours' | 'scoreDays'>,
    threshold: number,
    textOf?: (client: Address) => string,
  ) {
    this.#hours = new HourTally(tables.outcomeHours);
    this.#scores = new ScoreTally(tables.scoreDays);
    this.#threshold = threshold;
    this.#textOf = textOf;
  }

  /** @param nowMs the latest time of an event so far. Ms since the epoch */
  hear(outcome: Outcome, nowMs: number): void {
    switch (outcome.kind) {
      case 'counted':
        this.#countedOf(outcome, nowMs);
        return;
      case 'exempt':
        this.#add(isAnswer(outcome.evidence) ? 'spared' : 'signs', outcome.evidence.atMs, nowMs);
        return;
      case 'paid':
        this.#paid(outcome.evidence, nowMs);
        return;
      case 'unproven':
        this.#add(isAnswer(outcome.evidence) ? 'unproven' : 'signs', outcome.evidence.atMs, nowMs);
        return;
      case 'delivered':
        if (outcome.sender === 'named' && outcome.client !== undefined) {
          this.#add('delivered', outcome.atMs, nowMs);
        }
        return;
      case 'block':
        this.#blockOf(outcome.block, nowMs);
        return;
      case 'broken':
      case 'dispute':
      case 'envelopeEnded':
      case 'heldBack':
      case 'lifted':
      case 'listBack':
      case 'listLost':
      case 'noRoom':
      case 'reaped':
      case 'unheeded':
      case 'unresolved':
      case 'wave':
    }
  }

  #add(what: Counted, atMs: number, nowMs: number, count = 1): void {
    if (count > 0) this.#hours.add(what, count, atMs, nowMs);
  }

  #countedOf(
    {evidence, score, weight = 0, row}: Extract<Outcome, {kind: 'counted'}>,
    nowMs: number,
  ): void {
    const answers = isAnswer(evidence) ? 1 : 0;
    const {atMs} = evidence;
    // A name counts as no guess if good mail outweighs it, or if it took mail before.
    const isSpared = score <= 0 || row === undefined;
    this.#add(answers === 0 ? 'signs' : isSpared ? 'spared' : 'guesses', atMs, nowMs);
    if (row === undefined || weight <= 0 || score <= 0) return;
    const {bar, mail} = row;
    const scale = this.#threshold / bar;
    const [from, to] = [Math.max(0, score - weight) * scale, score * scale];
    this.#scores.rise({from, to, answers, mail}, atMs, nowMs);
  }

  #paid(evidence: Evidence, nowMs: number): void {
    const isOne = isAnswer(evidence);
    this.#add(isOne ? 'whileBlocked' : 'signs', evidence.atMs, nowMs);
    const key = isOne ? this.#textOf?.(evidence.client) : undefined;
    const before = key === undefined ? undefined : this.#blocked.get(key);
    if (key === undefined || before === undefined) return;
    const {to: from, mail} = before;
    this.#blocked.set(key, {to: from + 1, mail});
    this.#scores.rise({from, to: from + 1, answers: 1, mail}, evidence.atMs, nowMs);
  }

  #blockOf(
    {network, fromMs, origin, because}: Extract<Outcome, {kind: 'block'}>['block'],
    nowMs: number,
  ): void {
    if (origin !== 'evidence') return;
    this.#add('blocks', fromMs, nowMs);
    if (because === undefined) return;
    if (because.rule !== 'row') this.#add('lowBlocks', fromMs, nowMs);
    this.#add('beforeBlocks', fromMs, nowMs, because.counts['unknownRecipient']);
    if (this.#textOf === undefined || because.rule === 'neighbours') return;
    const mail = because.delivered > 0 ? 'had' : 'none';
    const bar = because.rule === 'row' ? because.bar : this.#threshold;
    this.#blocked.set(network, {to: (because.score * this.#threshold) / bar, mail});
  }
}

const isAnswer = ({kind}: Evidence): boolean => kind === 'unknownRecipient';
