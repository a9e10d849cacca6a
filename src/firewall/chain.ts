/**
 * What one family's chain looks like in the kernel, as far as it concerns us. A value: `iptables.ts`
 * reads it from a listing, `plan.ts` compares it with what should be.
 */

/** Name of the chain and the port it guards; both families have the same. */
export interface ChainSpec {
  readonly chain: string;
  readonly port: number;
}

/**
 * Where packets enter the chain.
 * `first`: exactly once, and no rule before it can accept a packet for our port.
 * `late`: a rule before it may accept, so that open sessions would pass by; or it stands twice.
 */
export type Hook = 'missing' | 'late' | 'first';

export interface ChainState {
  readonly chain: 'absent' | 'present';
  readonly hook: Hook;
  /** How often our jump stands in INPUT; more than once after a race of two tools. */
  readonly hookCount: number;
  /** Jumps to our chain that are not ours: with one the chain can be emptied, but not deleted. */
  readonly otherJumps: number;
  /** Our DROP rules: network text → how often. More than once is a fault. */
  readonly drops: ReadonlyMap<string, number>;
}
