/**
 * Rules that drop an address but do not belong to a block of ours, as values.
 * `report/beside-text.ts` puts them into words.
 */
import type {OtherDrop} from '../firewall/other-drops.js';

/** Plain data. */
export interface DropsBeside {
  /** `own`: the rule stands in our chain, although there is no such block. */
  readonly drops: readonly (OtherDrop & {readonly whose: 'own' | 'others'})[];
  /** Rules beyond those listed. A count. */
  readonly more: number;
  /** Why a table could not be read, one line for each table. */
  readonly unread: readonly string[];
}
