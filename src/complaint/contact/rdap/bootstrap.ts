/**
 * Decides which registry answers for an address. The files of IANA (RFC 9224) map prefixes to servers, and the longest
 * prefix that holds the address counts. Also decides for how long such a file is good. Does not fetch it.
 */
import {isRecord, isText, own} from '../../../base/shape.js';
import type {Address, Family} from '../../../net/address.js';
import {contains, type Network, parseNetwork} from '../../../net/network.js';

/** Where the files are, as the setting `rdap_bootstrap` says. */
type BootstrapPlace =
  | {readonly kind: 'off'}
  | {readonly kind: 'file'; readonly path: string}
  | {readonly kind: 'url'; readonly url: string};

/** A setting that ends in `/` is a folder with a file for each family, as IANA has it; otherwise it is one file for both. */
export function placeOf(setting: string, family: Family): BootstrapPlace {
  if (setting === '') return {kind: 'off'};
  const whole = setting.endsWith('/') ? `${setting}ipv${family}.json` : setting;
  return setting.startsWith('/') ? {kind: 'file', path: whole} : {kind: 'url', url: whole};
}

interface Service {
  readonly network: Network;
  /** Bases: each ends in `/`. */
  readonly servers: readonly string[];
}

export interface Bootstrap {
  readonly services: readonly Service[];
}

export type BootstrapRead =
  | {readonly kind: 'bootstrap'; readonly bootstrap: Bootstrap}
  | {readonly kind: 'wrong'; readonly why: string};

/** At most so many prefixes of one file. A count: IANA's file of IPv4 has about 220. */
export const mostPrefixes = 5000;

const noServices = 'no "services" as RFC 9224 has them';

/** @param json of one file, which may have prefixes of both families */
export function readBootstrap(json: unknown): BootstrapRead {
  const services = isRecord(json) ? own(json, 'services') : undefined;
  if (!Array.isArray(services)) return {kind: 'wrong', why: noServices};
  const read = services.flatMap((service: unknown): Service[] => {
    const [prefixes, urls] = Array.isArray(service) ? (service as unknown[]) : [];
    if (!Array.isArray(prefixes) || !Array.isArray(urls)) return [];
    const servers = urls.filter(isServer).map((url) => (url.endsWith('/') ? url : `${url}/`));
    if (servers.length === 0) return [];
    return prefixes.filter(isText).flatMap((text) => {
      const network = parseNetwork(text);
      return network === undefined ? [] : [{network, servers}];
    });
  });
  if (read.length === 0) return {kind: 'wrong', why: `${noServices}: no prefix with a server`};
  if (read.length > mostPrefixes) return {kind: 'wrong', why: `more than ${mostPrefixes} prefixes`};
  return {kind: 'bootstrap', bootstrap: {services: read}};
}

const isServer = (value: unknown): value is string =>
  isText(value) && /^https?:\/\/[^\s?#@]{1,500}$/.test(value);

/**
 * The server to ask: that of the longest prefix, by https if the registry offers it.
 *
 * @returns undefined when no registry answers for the address
 */
export function serverFor({services}: Bootstrap, address: Address): string | undefined {
  let best: Service | undefined;
  for (const service of services) {
    if (!contains(service.network, address)) continue;
    if (best === undefined || service.network.prefix > best.network.prefix) best = service;
  }
  return best?.servers.find((url) => url.startsWith('https:')) ?? best?.servers[0];
}

/** A file is good for at most, and at least, so long. Ms. */
const longestGoodMs = 7 * 86_400_000;
const leastGoodMs = 3_600_000;

/** @param expires the HTTP header @returns for how long the file is good. Ms */
export function goodForMs(expires: string | undefined, nowMs: number): number {
  const untilMs = expires === undefined ? Number.NaN : Date.parse(expires);
  if (Number.isNaN(untilMs)) return longestGoodMs;
  return Math.min(longestGoodMs, Math.max(leastGoodMs, untilMs - nowMs));
}
