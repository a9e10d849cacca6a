/** Makes the egress guard for this machine: with its users, its network namespace, its other iptables. */
import type {Config} from '../../../config/schema.js';
import type {Family} from '../../../net/address.js';
import type {State} from '../../../guard/state.js';
import {ownNetwork} from '../../../sys/run/machine.js';
import {otherVariant} from '../../../sys/firewall/netfilter.js';
import {Users} from '../../../sys/proc/users.js';
import {EgressGuard} from './egress-guard.js';
import {formerEgress} from './leftovers.js';
import type {KeeperTools} from '../../../firewall/live/keeper.js';

/** @param save saves the state; called before the first rule is made */
export function machineEgress(
  config: Config,
  families: readonly Family[],
  state: State,
  surroundings: KeeperTools,
  save: () => void,
): EgressGuard {
  const users = new Users();
  return new EgressGuard(config, families, {
    ...surroundings,
    ...{save, otherVariant, network: ownNetwork(), former: formerEgress(state)},
    uidOf: (name) => users.uidOf(name),
  });
}
