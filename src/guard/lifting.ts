/**
 * Lifts blocks that are over, and blocks that nobody wants any more. Functions over the state; their
 * outcomes say what must leave the firewall. A block that is taken back leads to no complaint. So its
 * deeds are forgotten here, where every lifted block passes, with or without a daemon. `guard.ts`
 * decides which blocks are made.
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
 * Lifts the blocks of clients that have become exempt. If only a part of a blocked network is exempt,
 * that part passes from now on; the outcome names each as a block of its own.
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
    if (isWhole || isTooMany) return [lift(state, block, 'exempt', nowMs)];
    if (holes.length === 0) return [];
    state.blocks.replace(block.network, {...block, except: [...before, ...holes]});
    return holes.map((text) =>
      exempted(state, {...block, network: text, except: undefined}, nowMs),
    );
  });
  return withoutDeeds(state, outcomes);
}

/** Forgets the deeds of these clients, so that they lead to no complaint. */
function withoutDeeds<Outcomes extends readonly Outcome[]>(
  state: State,
  outcomes: Outcomes,
): Outcomes {
  const networks = outcomes.flatMap((each) => (each.kind === 'lifted' ? [each.block.network] : []));
  forgetDeeds(state.complaintDeeds, networks);
  return outcomes;
}

/** @param block the exempt part, as if it were a block of its own */
function exempted(state: State, block: Block, nowMs: number): Outcome {
  const {network} = block;
  state.history.push({atMs: nowMs, network, event: 'unblocked', reason: 'exempt'});
  return {kind: 'lifted', block, why: 'exempt'};
}

/**
 * Lifts the blocks made on evidence since that time, however old the evidence: the configuration of
 * that time was never confirmed.
 */
export function liftSince(state: State, sinceMs: number, nowMs: number): Outcome[] {
  const isMadeSince = ({fromMs, madeMs = fromMs, origin}: Block): boolean =>
    madeMs >= sinceMs && origin === 'evidence';
  return liftThose(state, isMadeSince, 'notConfirmed', nowMs);
}

/** Lifts all blocks, and pardons their clients like `unblock`. */
export function liftAll(state: State, nowMs: number): Outcome[] {
  const blocks = [...state.blocks.values()];
  return withoutDeeds(
    state,
    blocks.map((block) => liftAndPardon(state, block, nowMs, flushReason)),
  );
}

/**
 * Lifts a block because the operator wants it.
 *
 * @returns undefined if there is no such block
 */
export function unblock(state: State, network: string, nowMs: number): Outcome | undefined {
  const block = state.blocks.get(network);
  // Even if the block has ended: the client may still be due for a complaint.
  forgetDeeds(state.complaintDeeds, [network]);
  if (block !== undefined) return liftAndPardon(state, block, nowMs);
  pardon(state, networkOf(network), nowMs);
  return undefined;
}

/** A client that the operator unblocks starts at zero; its old score would block it again. */
function liftAndPardon(state: State, block: Block, nowMs: number, noted?: string): Outcome {
  pardon(state, networkOf(block.network), nowMs);
  return lift(state, block, 'operator', nowMs, noted);
}

/**
 * Lifts one block. It counts towards the client's next block, unless it is taken back.
 *
 * @param noted the reason for the history; default: `why`
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

/** The relay has lost its list of users, which may have caused the recent blocks. */
export function liftLate(state: State, sinceMs: number, nowMs: number): Outcome[] {
  // Compares log times, like the loss itself: a replay makes all its blocks at the same moment.
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
  // A block that ran its full time was right, so its client can be complained about.
  return why === 'ended' ? outcomes : withoutDeeds(state, outcomes);
}
