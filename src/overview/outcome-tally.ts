/**
 * Which outcome counts as what in the sums of the report. Of the daemon and of a replay the same: so what both
 * tell is the same. Decides no block and keeps no client, but for a replay whom a block would have stopped.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import type {Outcome} from '../guard/outcome.js';
import type {State} from '../guard/state.js';
import type {Evidence} from '../mail/evidence.js';
import type {Address} from '../net/address.js';
import {type Counted, HourTally} from '../tally/hours.js';
import {type Rise, ScoreTally} from '../tally/score-days.js';

/** Blocked clients of a replay whose further answers are followed. A count, of some 100 bytes each. */
const mostFollowed = 50_000;

export class OutcomeTally {
  readonly #hours: HourTally;
  readonly #scores: ScoreTally;
  /** How a client is called; undefined: nobody who is blocked goes on. */
  readonly #textOf: ((client: Address) => string) | undefined;
  /** The present threshold: a score counts as that of a client with this bar. Names. */
  readonly #threshold: number;
  /** By client: at which score it would be now. */
  readonly #blocked = new BoundedMap<string, Pick<Rise, 'to' | 'mail'>>(mostFollowed);

  /**
   * @param threshold the setting. Names
   * @param textOf of a replay, in which no block stops anybody: how a client is called. What it was answered
   *   behind its block tells what higher thresholds would have done.
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

  /** @param nowMs nothing happened later. Ms since the epoch */
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
    // What a good past outweighs, or what takes mail else, is no guess at any threshold.
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
