/**
 * What a block is, and what can never be one. A block is an intention; whether the kernel holds it, the
 * backends know (`chain/`, `sets/`). Blocks are kept in a `Table` by the text of their network.
 */
import type {Because} from '../judge/verdict.js';
import type {Address} from '../net/address.js';
import {contains, type Network, parseNetwork} from '../net/network.js';

/** Plain data: it is saved as it is. */
export interface Block {
  /** Canonical text (`net/network.ts`): an address, or `first/prefix`. */
  readonly network: string;
  /** For evidence the time of the log, which may be read much later. Ms since the epoch. */
  readonly fromMs: number;
  /**
   * When it was decided on. Undefined when somebody asked for it, and in states of earlier versions:
   * as `fromMs` says. Ms since the epoch.
   */
  readonly madeMs?: number;
  /** The first moment without the block. Ms since the epoch. */
  readonly untilMs: number;
  /**
   * What it was noted with by a clock that was ahead of the one that mended it (`guard/clock-mend.ts`);
   * undefined: the clock was never found behind. Ms since the epoch.
   */
  readonly noted?: {readonly fromMs: number; readonly untilMs: number} | undefined;
  readonly reason: string;
  readonly origin: 'evidence' | 'operator';
  /** What the judge saw; undefined for an operator's block, and in states of 1.0. */
  readonly because?: Because | undefined;
  /** Networks inside of it whose packets still pass. Canonical texts; default: none. */
  readonly except?: readonly string[] | undefined;
}

/** The reason of a block that the operator asked for; the history has it too. */
export const operatorReason = 'by the operator';

/** A block as it is shown: with the ports at which it drops. */
export interface ShownBlock extends Block {
  /** In ascending order; absent: a daemon of an earlier version does not tell. */
  readonly ports?: readonly number[] | undefined;
}

/**
 * The shortest prefixes that may be blocked: what one provider holds. A shorter one is a typing
 * error that would cost the mail of whole countries. Bits.
 */
export const shortestPrefix = {4: 16, 6: 32} as const;

/** @returns why the network can never be blocked, or undefined */
export function refusal(network: Network): string | undefined {
  const shortest = shortestPrefix[network.family];
  if (network.prefix >= shortest) return undefined;
  return `${network.text} is too large: expected a prefix of /${shortest} or longer`;
}

/** The blocks that should stand. */
export function standing(blocks: Iterable<Block>, nowMs: number): Block[] {
  return [...blocks].filter((block) => block.untilMs > nowMs);
}

/** Whether one of the blocks keeps this client away, its own or one of a network. */
export function isCovered(client: Address, blocks: Iterable<Block>): boolean {
  for (const block of blocks) {
    const {network} = block;
    if (network === client.text) return true;
    const larger = network.includes('/') ? parseNetwork(network) : undefined;
    if (larger !== undefined && contains(larger, client) && !passes(client, block)) return true;
  }
  return false;
}

/** Whether the block lets this client of its network pass. */
export function passes(client: Address, {except = []}: Pick<Block, 'except'>): boolean {
  return except.some((text) => {
    const hole = parseNetwork(text);
    return hole !== undefined && contains(hole, client);
  });
}

/** When the next block ends, or undefined when none stands. Ms since the epoch. */
export function nextEndMs(blocks: Iterable<Block>): number | undefined {
  let next: number | undefined;
  for (const {untilMs} of blocks) if (next === undefined || untilMs < next) next = untilMs;
  return next;
}
