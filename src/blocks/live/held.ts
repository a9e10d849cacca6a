/**
 * Counts the blocks that the kernel holds, without the state: for commands, when the daemon that
 * has the state does not answer. How many there should be is then unknown. Changes nothing.
 */
import {iptablesBackend} from '../chain/backend.js';
import {ipsetBackend} from '../sets/ipset.js';
import {nftablesBackend} from '../sets/nftables.js';
import {chainSettings, type FirewallSettings, likelyTraffic} from './settings.js';
import {readPart, type PartRead, type RunCall} from '../../firewall/live/part.js';
import type {Family} from '../../net/address.js';

type Held =
  | {readonly kind: 'held'; readonly count: number}
  | {readonly kind: 'unknown'; readonly why: string};

export async function heldBlocks(
  settings: FirewallSettings,
  family: Family,
  run: RunCall,
): Promise<Held> {
  const chain = chainSettings(settings, family, likelyTraffic(settings.hookChains));
  switch (settings.backend) {
    case 'iptables':
      return held(await readPart(iptablesBackend(chain), run), ({chains}) =>
        [...chains.values()].reduce((sum, {drops, stale}) => sum + drops.size + stale.size, 0),
      );
    case 'ipset':
      return held(await readPart(ipsetBackend(chain), run), ({set}) =>
        set === 'absent' ? 0 : set.size,
      );
    case 'nftables':
      return held(
        await readPart(nftablesBackend(chain.spec, family), run),
        ({elements}) => elements.size,
      );
  }
}

const held = <Actual>(read: PartRead<Actual>, countIn: (actual: Actual) => number): Held =>
  read.kind === 'read'
    ? {kind: 'held', count: countIn(read.actual)}
    : {kind: 'unknown', why: read.why};
