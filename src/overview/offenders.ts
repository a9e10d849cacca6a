/** Orders the blocked clients, and finds the likely false positives and the networks with several of them. */
import {byDoubt} from './doubts.js';
import {
  type Doubtful,
  firstOf,
  mostShown,
  type NetworkSum,
  type Offender,
  type Overview,
} from './overview.js';
import {addressBits, addressOf, type Family, parseAddress} from '../net/address.js';

const byBlocks = (a: Offender, b: Offender): number =>
  b.blocks - a.blocks || (b.answers ?? 0) - (a.answers ?? 0) || b.lastMs - a.lastMs;

/** The lists of a report, cut to the length that is shown. */
export const ranked = (
  offenders: readonly Offender[],
  doubts: readonly Doubtful[],
): Pick<Overview, 'doubtful' | 'offenders' | 'networks'> => ({
  doubtful: firstOf([...doubts].sort(byDoubt), mostShown.doubtful),
  offenders: firstOf([...offenders].sort(byBlocks), mostShown.offenders),
  networks: firstOf(networkSums(offenders), mostShown.networks),
});

/** The usual network of one customer, or behind one router. Bits. */
const prefixes: Readonly<Record<Family, number>> = {4: 24, 6: 48};

interface Around {
  readonly family: Family;
  readonly prefix: number;
  readonly first: bigint;
  clients: number;
  blocks: number;
}

/** Only networks in which several clients were blocked. */
function networkSums(offenders: readonly Offender[]): NetworkSum[] {
  const sums = new Map<string, Around>();
  for (const {network, blocks} of offenders) {
    const around = aroundOf(network);
    if (around === undefined) continue;
    const key = `${around.family} ${around.first} ${around.prefix}`;
    const sum = sums.get(key) ?? {...around, clients: 0, blocks: 0};
    sums.set(key, sum);
    sum.clients += 1;
    sum.blocks += blocks;
  }
  return [...sums.values()]
    .filter(({clients}) => clients > 1)
    .sort((a, b) => b.clients - a.clients || b.blocks - a.blocks)
    .map(({family, prefix, first, clients, blocks}) => {
      return {network: `${addressOf(family, first).text}/${prefix}`, clients, blocks};
    });
}

/** Does not parse networks, which is slow: there may be tens of thousands. */
function aroundOf(network: string): Pick<Around, 'family' | 'prefix' | 'first'> | undefined {
  const [text = '', own] = network.split('/');
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const {family, value} = address;
  const prefix = Math.min(prefixes[family], own === undefined ? addressBits[family] : Number(own));
  const bits = BigInt(addressBits[family] - prefix);
  return {family, prefix, first: (value >> bits) << bits};
}
