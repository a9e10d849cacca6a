/**
 * Makes blocks from the judge's verdicts, unless something prevents them: exempt clients in a
 * network, the limit of blocks in a minute, the limit of places. Tells the judge which blocks were
 * made. Convicts no client.
 */
import type {Block} from '../blocks/block.js';
import {lift} from './lifting.js';
import {MinuteLimit} from './minute-limit.js';
import type {Outcome} from './outcome.js';
import {Places} from './places.js';
import type {GuardSettings} from './settings.js';
import type {State} from './state.js';
import {becauseText} from '../judge/because-text.js';
import type {Judge} from '../judge/judge.js';
import {goodInside} from '../judge/mercy.js';
import type {BlockVerdict} from '../judge/verdict.js';
import type {Proof} from '../mail/evidence.js';
import {type Network, parseNetwork} from '../net/network.js';
import {mostHoles} from '../net/subtract.js';
import type {Exemptions} from '../score/exempt.js';

/** When a block begins, and when it is made. Ms since the epoch. */
interface Begin {
  readonly fromMs: number;
  readonly nowMs: number;
}

const noNames: readonly string[] = [];

export class Sentences {
  readonly #places: Places;
  readonly #state: State;
  readonly #judge: Judge;
  readonly #minute: MinuteLimit;
  readonly #names: GuardSettings['namesOfBlocks'];

  constructor(
    settings: Pick<GuardSettings, 'blocksMax' | 'blocksPerMinute' | 'namesOfBlocks'>,
    state: State,
    judge: Judge,
  ) {
    const {blocksMax, blocksPerMinute, namesOfBlocks} = settings;
    [this.#state, this.#judge, this.#names] = [state, judge, namesOfBlocks];
    this.#places = new Places(blocksMax, state.blocks);
    this.#minute = new MinuteLimit(blocksPerMinute);
  }

  of(
    verdicts: readonly BlockVerdict[],
    proof: Proof,
    begin: Begin,
    exemptions: Exemptions,
  ): Outcome[] {
    return verdicts.flatMap((verdict) => {
      const outcomes = this.#sentence(verdict, proof, begin, exemptions);
      const isMade = outcomes.some(({kind}) => kind === 'block');
      const untilMs = begin.fromMs + verdict.seconds * 1000;
      if (isMade) this.#judge.blocked(verdict, untilMs, begin.fromMs);
      else this.#judge.notBlocked(verdict, begin.fromMs);
      return outcomes;
    });
  }

  /** The judge learns of a block that an earlier run made, and could not save. */
  noted({network: text, fromMs, untilMs, because}: Block): void {
    const network = parseNetwork(text);
    if (network === undefined || because === undefined) return;
    const seconds = Math.ceil((untilMs - fromMs) / 1000);
    this.#judge.blocked({network, seconds, repeat: 0, because}, untilMs, fromMs);
  }

  /** Sets a block, or replaces it. The caller has checked exemptions and refusals. */
  block(block: Block, repeat: number): Outcome {
    const {blocks, history} = this.#state;
    const {network, fromMs: atMs, madeMs = atMs, reason} = block;
    const isNew = blocks.get(network) === undefined;
    const place = isNew ? this.#places.take(block, madeMs) : ({kind: 'free'} as const);
    if (place.kind === 'none') return {kind: 'noRoom', network};
    if (place.kind === 'instead') lift(this.#state, place.of, 'replaced', madeMs);
    blocks.set(network, block);
    history.push({atMs, network, event: 'blocked', reason});
    const instead = place.kind === 'instead' ? {insteadOf: place.of.network} : {};
    return {kind: 'block', block, repeat, ...instead};
  }

  #sentence(
    {network: whole, seconds, repeat, because}: BlockVerdict,
    proof: Proof,
    {fromMs, nowMs}: Begin,
    exemptions: Exemptions,
  ): Outcome[] {
    const network = whole.text;
    const except = this.#exceptions(whole, because.rule, exemptions);
    const untilMs = fromMs + seconds * 1000;
    const standing = this.#state.blocks.get(network);
    if (except === 'all' || (standing !== undefined && standing.untilMs >= untilMs)) return [];
    const place = this.#minute.take(network, nowMs);
    if (place === 'stillFull') return [];
    if (place === 'full') return [{kind: 'heldBack', network, why: 'minute'}];
    const proved = {...because, proof};
    const reason = becauseText(proved);
    const kept = this.#names === 'kept' ? proved : {...proved, names: noNames};
    const made = {madeMs: nowMs, origin: 'evidence', because: kept} as const;
    const inside = except.length === 0 ? {} : {except};
    return [this.block({network, fromMs, untilMs, reason, ...made, ...inside}, repeat)];
  }

  /**
   * The parts of a network that are not blocked with it. @returns `all`: nothing in it can be
   * blocked
   */
  #exceptions(
    network: Network,
    rule: BlockVerdict['because']['rule'],
    exemptions: Exemptions,
  ): readonly string[] | 'all' {
    const exempt = exemptions.within(network);
    if (exempt.some(({text}) => text === network.text)) return 'all';
    // Neighbours in our own network are not blocked for one another.
    if (rule === 'neighbours' && exemptions.isOurs(network)) return 'all';
    const good = rule === 'neighbours' ? [...goodInside(this.#judge, network)] : [];
    const all = [...new Set([...exempt.map(({text}) => text), ...good])];
    return all.length > mostHoles ? 'all' : all;
  }
}
