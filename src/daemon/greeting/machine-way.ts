/** The rules that lead clients to the gate on this machine, as the configuration wants them. */
import type {Config} from '../../config/schema.js';
import {noWay} from '../../greeting/no-way.js';
import {GateRules} from '../../greeting/rules/live/gate-rules.js';
import {formerGate} from '../../greeting/rules/live/leftovers.js';
import type {GateWay} from '../../greeting/way.js';
import type {KeeperTools} from '../../firewall/live/keeper.js';
import type {State} from '../../guard/state.js';
import type {Family} from '../../net/address.js';
import {otherVariant} from '../../sys/firewall/netfilter.js';

type WaySettings = Pick<Config, 'greeting' | 'greetingPort' | 'backend' | 'hookPlace'>;

/**
 * If no rules are wanted and none were ever made, the firewall is not even read: listing the table nat would create
 * it.
 *
 * @param families none in a dry run
 * @param save saves the state; called before the first rule is made
 */
export function machineWay(
  config: WaySettings,
  families: readonly Family[],
  state: Pick<State, 'greetingRules'>,
  tools: KeeperTools,
  save: () => void,
): GateWay {
  const former = formerGate(state);
  const isNothing = config.greeting === 'off' && !former.mayStand();
  if (families.length === 0 || isNothing) return noWay(families);
  return new GateRules(config, families, {...tools, former, save, otherVariant});
}
