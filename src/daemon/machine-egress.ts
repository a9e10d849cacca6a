/** The egress guard on this machine: its users, its network namespace, its other iptables. */
import type {Config} from '../config/schema.js';
import type {Family} from '../net/address.js';
import type {State} from '../state/state.js';
import {ownNetwork} from '../sys/machine.js';
import {otherVariant} from '../sys/netfilter.js';
import {Users} from '../sys/users.js';
import {Egress} from './egress.js';
import {formerEgress} from './egress-leftovers.js';
import type {Surroundings} from './keeper.js';

/** @param save saves the state; called before the first rule is made */
export function machineEgress(
  config: Config,
  families: readonly Family[],
  state: State,
  surroundings: Surroundings,
  save: () => void,
): Egress {
  const users = new Users();
  return new Egress(config, families, {
    ...surroundings,
    ...{save, otherVariant, network: ownNetwork(), former: formerEgress(state)},
    uidOf: (name) => users.uidOf(name),
  });
}
