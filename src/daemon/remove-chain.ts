/** Takes a chain and its hook out of both families: after a reload that renamed it. */
import type {ChainSpec} from '../firewall/chain.js';
import type {Say} from '../log-level.js';
import {listFilterTable, machineFamilies, restoreBatch} from '../sys/netfilter.js';
import {KernelChain} from './kernel-chain.js';

export async function removeChain(spec: ChainSpec, say: Say): Promise<void> {
  const netfilter = {list: listFilterTable, restore: restoreBatch};
  const chains = machineFamilies().map((family) => new KernelChain(family, spec, netfilter, say));
  await Promise.all(chains.map((chain) => chain.remove()));
}
