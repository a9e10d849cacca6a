/**
 * Decides which clients can never be blocked, whatever the evidence: this machine, the mailer, the whitelist,
 * the trusted relays, and addresses that no client can have. If an address is exempt for two reasons, the
 * administrator's own entry is reported.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {type Address, addressOf} from '../net/address.js';
import {hostNetwork, type Network, overlaps, parseNetwork, type Span} from '../net/network.js';
import {NetworkSet} from '../net/network-set.js';
import {coveringEntry, type Whitelist} from '../net/whitelist.js';

export type Exemption =
  | {readonly kind: 'whitelist'; readonly entry: string}
  /** It forwards what others sent, so its requests say nothing about itself. */
  | {readonly kind: 'trustedRelay'; readonly entry: string}
  | {readonly kind: 'mailer'}
  | {readonly kind: 'local'}
  /** Unspecified, loopback, multicast: no client's packet comes from there. */
  | {readonly kind: 'reserved'; readonly network: string};

const reserved: readonly Network[] = [
  '127.0.0.0/8',
  '0.0.0.0/8',
  '224.0.0.0/3',
  '::1',
  '::',
  'ff00::/8',
].map((text) => {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`${text} is no network`);
  return network;
});

/** Answers that are remembered. A count: some hundred kilobytes. */
const mostKnown = 4096;

export class Exemptions {
  readonly #whitelist: Whitelist;
  readonly #whitelisted: NetworkSet;
  readonly #trusted: readonly Network[];
  readonly #mailer: Address | undefined;
  readonly #local: readonly Address[];
  readonly #ours: readonly Network[];
  /** Answers already given, because each line of a guesser asks again. */
  readonly #known = new BoundedMap<string, Exemption | 'none'>(mostKnown);

  /** @param trusted relays; default: none */
  constructor(
    whitelist: Whitelist,
    mailer: Address | undefined,
    local: readonly Address[],
    trusted: readonly Network[] = [],
  ) {
    this.#trusted = trusted;
    this.#whitelist = whitelist;
    this.#whitelisted = new NetworkSet(whitelist.entries.map((entry) => entry.network));
    this.#mailer = mailer;
    this.#local = local;
    this.#ours = [...local, ...(mailer === undefined ? [] : [mailer])].map(hostNetwork);
  }

  of(address: Address): Exemption | undefined {
    const {text} = address;
    const known = this.#known.get(text);
    if (known !== undefined) return known === 'none' ? undefined : known;
    const exemption = this.ofNetwork(hostNetwork(address));
    this.#known.set(text, exemption ?? 'none');
    return exemption;
  }

  /** Why no part of the network may be blocked; undefined: it may. */
  ofNetwork(network: Network): Exemption | undefined {
    if (this.#whitelisted.overlaps(network)) {
      const entry =
        coveringEntry(this.#whitelist, addressOf(network.family, network.first)) ??
        this.#whitelist.entries.find((candidate) => overlaps(candidate.network, network));
      return {kind: 'whitelist', entry: `${this.#whitelist.file}:${entry?.line}: ${entry?.text}`};
    }
    const relay = this.#trustedIn(network);
    if (relay !== undefined) return {kind: 'trustedRelay', entry: relay.text};
    const hits = (address: Address): boolean => overlaps(hostNetwork(address), network);
    if (this.#mailer !== undefined && hits(this.#mailer)) return {kind: 'mailer'};
    if (this.#local.some(hits)) return {kind: 'local'};
    const special = reserved.find((candidate) => overlaps(candidate, network));
    return special && {kind: 'reserved', network: special.text};
  }

  /**
   * Everything that is exempt: the administrator's entries first, then our own addresses, then the reserved
   * ones.
   */
  get networks(): readonly Network[] {
    const entries = this.#whitelist.entries.map((entry) => entry.network);
    return [...entries, ...this.#trusted, ...this.#ours, ...reserved];
  }

  /** Whether this machine or the mailer has an address in the network. */
  readonly isOurs = (network: Span): boolean => this.#ours.some((own) => overlaps(own, network));

  /** An address of this machine or of the mailer in the network, and which of the two. */
  ownIn(network: Network): {readonly address: string; readonly exemption: Exemption} | undefined {
    const isIn = (address: Address): boolean => overlaps(hostNetwork(address), network);
    const local = this.#local.find(isIn);
    if (local !== undefined) return {address: local.text, exemption: {kind: 'local'}};
    const mailer = this.#mailer;
    return mailer !== undefined && isIn(mailer)
      ? {address: mailer.text, exemption: {kind: 'mailer'}}
      : undefined;
  }

  /**
   * What a block of this network must let pass: exempt networks inside it; the network itself, if it lies inside
   * an exempt one.
   */
  within(network: Network): readonly Network[] {
    if (this.ofNetwork(network) === undefined) return [];
    const inside = this.networks.filter((each) => overlaps(each, network));
    return inside.some(({prefix}) => prefix <= network.prefix) ? [network] : inside;
  }

  /** The most specific entry, for people. */
  #trustedIn(network: Network): Network | undefined {
    const entries = this.#trusted.filter((entry) => overlaps(entry, network));
    return entries.sort((a, b) => b.prefix - a.prefix)[0];
  }
}

/** The exemption in words, for one line of a report. */
export function exemptionText(exemption: Exemption): string {
  switch (exemption.kind) {
    case 'whitelist':
      return `whitelisted by ${exemption.entry}`;
    case 'trustedRelay':
      return `a trusted relay (trusted_relays: ${exemption.entry})`;
    case 'mailer':
      return 'the mailer itself (mailer_ip)';
    case 'local':
      return 'an address of this machine';
    case 'reserved':
      return `in ${exemption.network}, which is no client's`;
  }
}
