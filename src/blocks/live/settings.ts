/** What the firewall needs from the configuration and from detection. */
import type {ChainSettings} from '../chain/plan.js';
import {type ChainSpec, type Traffic, trafficKey} from '../chain/spec.js';
import type {Config} from '../../config/schema.js';
import type {Family} from '../../net/address.js';

export type FirewallSettings = Pick<
  Config,
  'backend' | 'iptablesChainName' | 'flatChainMax' | 'hookPlace' | 'hookChains'
> &
  Partial<Pick<Config, 'greeting' | 'greetingPort'>> & {
    /** The guarded ports (`sessions/served-ports.ts`), in ascending order. */
    readonly ports: readonly number[];
  };

/**
 * What the old program wrote. It kept no state, so its rules are taken over under any settings that guard
 * port 25.
 */
const oldListing: Traffic = {ports: [25], hooks: ['INPUT']};

/** @param former what was guarded under this name before */
export function chainSpec(settings: FirewallSettings, former: readonly Traffic[] = []): ChainSpec {
  const {iptablesChainName: chain, ports, hookChains: hooks} = settings;
  const gate = gateOf(settings);
  const isOther = trafficKey(oldListing) !== trafficKey({ports, hooks, gate});
  const old = isOther && oldListing.ports.every((port) => ports.includes(port)) ? [oldListing] : [];
  const all = [...former, ...old];
  return {
    ...{chain, ports, hooks},
    ...(gate !== undefined && {gate}),
    ...(all.length > 0 && {former: all}),
  };
}

/** With a gate, a blocked client must not be served at the gate's port either. */
const gateOf = ({greeting, greetingPort}: FirewallSettings): number | undefined =>
  greeting === 'gate' || greeting === 'strict' ? greetingPort : undefined;

/**
 * Without a state nobody knows which ports were guarded, so the daemon looks for the usual ports of mailers,
 * with and without the gate.
 */
export const likelyTraffic = (hooks: readonly string[], gate?: number): readonly Traffic[] =>
  [[25], [25, 465], [25, 587], [25, 465, 587]].flatMap((ports) => [
    {ports, hooks},
    ...(gate === undefined ? [] : [{ports, hooks, gate}]),
  ]);

export function chainSettings(
  settings: FirewallSettings,
  family: Family,
  former: readonly Traffic[] = [],
): ChainSettings {
  const {flatChainMax: flatMax, hookPlace, backend} = settings;
  const carrier = backend === 'ipset' ? 'set' : 'rules';
  return {spec: chainSpec(settings, former), family, carrier, flatMax, hookPlace};
}
