/**
 * Takes blocks back: those that are over, and those that nobody wants any more. Functions over the
 * state; their outcomes say what must leave the firewall. A block that is taken back leads to no
 * complaint, so its reason is forgotten here, where every lifting passes, with a daemon or without.
 * Which blocks are made is for `guard.ts`.
 */
import type {Block} from '../blocks/block.js';
import {flushReason} from '../blocks/history.js';
import {forgetDeeds} from '../complaint/spool/deed.js';
import type {Outcome, WhyLifted} from './outcome.js';
import type {State} from './state.js';
import {endEarlier, pardon, takeBack} from '../judge/mercy.js';
import {networkOf} from '../net/network.js';
import {mostHoles} from '../net/subtract.js';
import type {Exemptions} from '../score/exempt.js';

/** Lifts the blocks that are over. */
export function endBlocks(state: State, nowMs: number): Outcome[] {
  return liftThose(state, ({untilMs}) => untilMs <= nowMs, 'ended', nowMs);
}

/**
 * Lifts the blocks of clients that have become exempt. Where evidence blocks a network, only those in
 * it pass from now on that are exempt: the outcome names their block.
 */
export function liftExempt(state: State, exemptions: Exemptions, nowMs: number): Outcome[] {
  const outcomes = [...state.blocks.values()].flatMap((block) => {
    const network = networkOf(block.network);
    const exempt = exemptions.within(network);
    if (exempt.length === 0) return [];
    const before = block.except ?? [];
    const holes = [...new Set(exempt.map(({text}) => text))].filter(
      (text) => !before.includes(text),
    );
    const isWhole = exempt.some(({text}) => text === block.network);
    const isTooMany = before.length + holes.length > mostHoles;
    if (block.origin === 'operator' || isWhole || isTooMany) {
      return [lift(state, block, 'exempt', nowMs)];
    }
    if (holes.length === 0) return [];
    state.blocks.replace(block.network, {...block, except: [...before, ...holes]});
    return holes.map((text) => open(state, {...block, network: text, except: undefined}, nowMs));
  });
  return withoutDeeds(state, outcomes);
}

/** They are no matter for a complaint any more. */
function withoutDeeds<Outcomes extends readonly Outcome[]>(
  state: State,
  outcomes: Outcomes,
): Outcomes {
  const networks = outcomes.flatMap((each) => (each.kind === 'lifted' ? [each.block.network] : []));
  forgetDeeds(state.complaintDeeds, networks);
  return outcomes;
}

/** @param block what it would be as a block of its own */
function open(state: State, block: Block, nowMs: number): Outcome {
  const {network} = block;
  state.history.push({atMs: nowMs, network, event: 'unblocked', reason: 'exempt'});
  return {kind: 'lifted', block, why: 'exempt'};
}

/**
 * Lifts the blocks that were made on evidence since then, however old the evidence: the configuration
 * of that time was not confirmed.
 */
export function liftSince(state: State, sinceMs: number, nowMs: number): Outcome[] {
  const isMadeSince = ({fromMs, madeMs = fromMs, origin}: Block): boolean =>
    madeMs >= sinceMs && origin === 'evidence';
  return liftThose(state, isMadeSince, 'notConfirmed', nowMs);
}

/** Lifts all blocks, and forgets what their clients did: see `unblock`. */
export function liftAll(state: State, nowMs: number): Outcome[] {
  const blocks = [...state.blocks.values()];
  return withoutDeeds(
    state,
    blocks.map((block) => letGo(state, block, nowMs, flushReason)),
  );
}

/**
 * Lifts a block because the operator says so.
 *
 * @returns undefined when there is no such block
 */
export function unblock(state: State, network: string, nowMs: number): Outcome | undefined {
  const block = state.blocks.get(network);
  // Also where its block has ended: it is still a matter for a complaint.
  forgetDeeds(state.complaintDeeds, [network]);
  if (block !== undefined) return letGo(state, block, nowMs);
  pardon(state, networkOf(network), nowMs);
  return undefined;
}

/** A client that the operator unblocks starts at zero; its old score would block it again. */
function letGo(state: State, block: Block, nowMs: number, noted?: string): Outcome {
  pardon(state, networkOf(block.network), nowMs);
  return lift(state, block, 'operator', nowMs, noted);
}

/**
 * Lifts one block; its client is one with a block more, unless the block is taken back.
 *
 * @param noted for the history; default: why
 */
export function lift(
  state: State,
  block: Block,
  why: WhyLifted,
  nowMs: number,
  noted: string = why,
): Outcome {
  const {network, untilMs} = block;
  state.blocks.delete(network);
  // A block that is taken back does not make the next one longer.
  if (why === 'brake' || why === 'notConfirmed') takeBack(state, networkOf(network), nowMs);
  else if (untilMs > nowMs) endEarlier(state, networkOf(network), nowMs);
  const event = why === 'ended' ? 'ended' : 'unblocked';
  state.history.push({atMs: nowMs, network, event, reason: noted});
  return {kind: 'lifted', block, why};
}

/** The relay has lost its list of users: recent blocks may be a result of that. */
export function liftLate(state: State, sinceMs: number, nowMs: number): Outcome[] {
  // By the time of the log, as the loss: a replay makes all of its blocks at once.
  const isLate = ({fromMs, origin}: Block): boolean => fromMs >= sinceMs && origin === 'evidence';
  return liftThose(state, isLate, 'brake', nowMs);
}

function liftThose(
  state: State,
  isMeant: (block: Block) => boolean,
  why: WhyLifted,
  nowMs: number,
): Outcome[] {
  const meant = [...state.blocks.values()].filter(isMeant);
  const outcomes = meant.map((block) => lift(state, block, why, nowMs));
  // A block that is over by itself was right: it is complained of.
  return why === 'ended' ? outcomes : withoutDeeds(state, outcomes);
}
