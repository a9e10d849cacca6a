/**
 * The names of chains: which ones blocksmtp needs for itself, and how the sub-chains of our chain are called. What the
 * chains hold is for `blocks/chain/tree.ts` and `greeting/rules/chain-texts.ts`.
 */
import {hashOf} from '../../base/hash.js';
import {text} from './scalars.js';

/**
 * Names the chains, the table and the sets of the greeting. It is not a setting: a machine has one port 25, and two
 * redirections would only disturb each other. Names of ipset sets have at most 31 characters.
 */
export const gateName = 'BLOCKSMTP_GREETING';

/** iptables(8) allows 28 characters. The excluded names would be taken for a target or an option, or are ours. */
export const chainName = text(
  new RegExp(
    `^(?!(?:INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING|ACCEPT|DROP|RETURN|QUEUE|REJECT|LOG|${gateName}(?:-.*)?)$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,27}$`,
  ),
  `a chain of its own: 1 to 28 letters, digits, _ . or -, none of the built-in names, and not ${gateName}, which is the gate's`,
  'NAME',
);

/** The longest chain name minus the `-7f0` of a sub-chain. Characters. */
const longestBase = 24;

/**
 * The common beginning of the sub-chains' names. A chain name that is too long is cut, and
 * distinguished by its hash.
 */
export function subChainBase(chain: string): string {
  if (chain.length <= longestBase) return chain;
  const hash = (hashOf(chain) % 2 ** 32).toString(16).padStart(8, '0');
  return `${chain.slice(0, longestBase - 9)}.${hash}`;
}

/** Whether the name is that of a sub-chain of this chain. */
export function isSubChainOf(chain: string, name: string): boolean {
  const base = subChainBase(chain);
  return name.startsWith(`${base}-`) && /^[0-9a-f]{1,3}$/.test(name.slice(base.length + 1));
}
