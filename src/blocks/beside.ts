/**
 * Rules that drop an address and are no block of ours, as values. `report/beside-text.ts` puts them
 * into words.
 */
import type {OtherDrop} from '../firewall/other-drops.js';

/** Plain data. */
export interface DropsBeside {
  /** `own`: in the chain of the blocks, although no block says so. */
  readonly drops: readonly (OtherDrop & {readonly whose: 'own' | 'others'})[];
  /** Further ones. A count. */
  readonly more: number;
  /** Why a table could not be looked at, a line for each. */
  readonly unread: readonly string[];
}
