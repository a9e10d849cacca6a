/**
 * What a block is, and what can never be blocked. A block is an intention; only the backends know
 * whether the kernel holds it (`chain/`, `sets/`). Blocks are kept in a `Table`, under the text of
 * their network.
 */
import type {Because} from '../judge/verdict.js';
import type {Address} from '../net/address.js';
import {contains, type Network, parseNetwork} from '../net/network.js';

/** Plain data: it is saved as it is. */
export interface Block {
  /** Canonical text (`net/network.ts`): an address, or `first/prefix`. */
  readonly network: string;
  /**
   * When the block began. For evidence this is the time in the log, which may be read much later. Ms
   * since the epoch.
   */
  readonly fromMs: number;
  /**
   * When it was decided. Undefined for an operator's block, and in states of earlier versions: then
   * `fromMs` holds. Ms since the epoch.
   */
  readonly madeMs?: number;
  /** The end: the first moment without the block. Ms since the epoch. */
  readonly untilMs: number;
  /**
   * The times before a clock correction moved them: the clock that set them was ahead
   * (`guard/clock-mend.ts`). Undefined: nothing was moved. Ms since the epoch.
   */
  readonly noted?: {readonly fromMs: number; readonly untilMs: number} | undefined;
  readonly reason: string;
  readonly origin: 'evidence' | 'operator';
  /** What the judge saw; undefined for an operator's block, and in states of version 1.0. */
  readonly because?: Because | undefined;
  /** Networks within the blocked one whose packets still pass. Canonical texts; default: none. */
  readonly except?: readonly string[] | undefined;
}

/** The reason given for an operator's block, also in the history. */
export const operatorReason = 'by the operator';

/** A block as commands show it: with the ports at which it drops packets. */
export interface ShownBlock extends Block {
  /** In ascending order; absent if the daemon's version does not report them. */
  readonly ports?: readonly number[] | undefined;
}

/**
 * The shortest prefixes that may be blocked: what one provider holds. A shorter one is a typing error,
 * and would cost the mail of whole countries. Bits.
 */
export const shortestPrefix = {4: 16, 6: 32} as const;

/** @returns why the network can never be blocked; undefined: it can */
export function refusal(network: Network): string | undefined {
  const shortest = shortestPrefix[network.family];
  if (network.prefix >= shortest) return undefined;
  return `${network.text} is too large: expected a prefix of /${shortest} or longer`;
}

/** The blocks that are not over. */
export function standing(blocks: Iterable<Block>, nowMs: number): Block[] {
  return [...blocks].filter((block) => block.untilMs > nowMs);
}

/** Whether a block, of the client's own address or of a network around it, keeps this client out. */
export function isCovered(client: Address, blocks: Iterable<Block>): boolean {
  for (const block of blocks) {
    const {network} = block;
    if (network === client.text) return true;
    const larger = network.includes('/') ? parseNetwork(network) : undefined;
    if (larger !== undefined && contains(larger, client) && !passes(client, block)) return true;
  }
  return false;
}

/** Whether the block has an exception for this client. */
export function passes(client: Address, {except = []}: Pick<Block, 'except'>): boolean {
  return except.some((text) => {
    const hole = parseNetwork(text);
    return hole !== undefined && contains(hole, client);
  });
}

/** When the next block ends, ms since the epoch; undefined: there is none. */
export function nextEndMs(blocks: Iterable<Block>): number | undefined {
  let next: number | undefined;
  for (const {untilMs} of blocks) if (next === undefined || untilMs < next) next = untilMs;
  return next;
}
