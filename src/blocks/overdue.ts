/**
 * Finds blocks that nothing will end. With iptables the kernel drops a client until somebody
 * removes the rule, and without a daemon nobody does. Says which blocks are over, and what the
 * operator should do. With ipset and nftables the kernel ends each block by itself.
 */
import {aboutText} from '../base/duration.js';
import {countText} from '../base/count.js';
import type {Block} from './block.js';

/** Blocks that the text names, the oldest first. A count: it is one line. */
const mostNamed = 3;

/** Blocks without an end while no daemon runs. */
export interface Endless {
  /** When that was seen. Ms since the epoch. */
  readonly atMs: number;
  /** All such blocks. A count. */
  readonly blocks: number;
  /** Those whose time is over already. A count. */
  readonly over: number;
  /** Those that have been over for the longest time, the oldest first. */
  readonly oldest: readonly Pick<Block, 'network' | 'untilMs'>[];
}

/** @returns undefined: each block ends by itself, or there is none */
export function endlessBlocks(
  blocks: Iterable<Pick<Block, 'network' | 'untilMs'>>,
  backend: 'iptables' | 'ipset' | 'nftables',
  nowMs: number,
): Endless | undefined {
  if (backend !== 'iptables') return undefined;
  const all = [...blocks];
  if (all.length === 0) return undefined;
  const over = all.filter(({untilMs}) => untilMs <= nowMs);
  const oldest = over
    .sort((a, b) => a.untilMs - b.untilMs)
    .slice(0, mostNamed)
    .map(({network, untilMs}) => ({network, untilMs}));
  return {atMs: nowMs, blocks: all.length, over: over.length, oldest};
}

/** Why no daemon runs, as far as the operator must do something else. */
type NoDaemon = 'badConfiguration' | 'notRunning';

/** One line for an operator who has to act. */
export function endlessText({atMs, blocks, over, oldest}: Endless, why: NoDaemon): string {
  const ago = (untilMs: number): string =>
    aboutText(Math.max(0, Math.ceil((atMs - untilMs) / 1000)));
  const rest = over - oldest.length;
  const names = oldest
    .map(({network, untilMs}) => `${network} (over for ${ago(untilMs)})`)
    .join(', ');
  const which =
    over === 0
      ? 'none of them is over yet'
      : `${over} of them should have ended: ${names}${rest === 0 ? '' : `, and ${rest} more`}`;
  const start = why === 'badConfiguration' ? 'correct the configuration and start it' : 'start it';
  return `no daemon runs, so ${countText(blocks, 'block')} ${blocks === 1 ? 'stands' : 'stand'} in iptables without an end; ${which}: ${start}, or \`blocksmtp flush\` lifts all`;
}
