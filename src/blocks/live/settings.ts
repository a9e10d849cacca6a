/** What the firewall needs of the configuration. */
import type {ChainSettings} from '../chain/plan.js';
import type {ChainSpec} from '../chain/spec.js';
import type {Config} from '../../config/schema.js';
import type {Family} from '../../net/address.js';

export type FirewallSettings = Pick<
  Config,
  'backend' | 'iptablesChainName' | 'mailerPort' | 'flatChainMax' | 'hookPlace'
>;

export const chainSpec = (config: FirewallSettings): ChainSpec => ({
  chain: config.iptablesChainName,
  port: config.mailerPort,
});

export function chainSettings(settings: FirewallSettings, family: Family): ChainSettings {
  const {flatChainMax: flatMax, hookPlace, backend} = settings;
  const carrier = backend === 'ipset' ? 'set' : 'rules';
  return {spec: chainSpec(settings), family, carrier, flatMax, hookPlace};
}
