/**
 * Decides which addresses belong to the Internet. The others have no registry. If a registry's answer led to one of
 * them, we would send a request to a machine of our own network. Addresses for examples (RFC 5737, RFC 3849) count as
 * Internet: no host has them, and registries say so.
 */
import type {Address} from '../../net/address.js';
import {parseNetwork} from '../../net/network.js';
import {NetworkSet} from '../../net/network-set.js';

/** Special addresses (RFC 6890) that other networks cannot reach. */
const special = new NetworkSet(
  [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/3',
    '::/96',
    // An IPv4 address of our own network may be inside of it (RFC 3056, RFC 4380). No registry has such an address.
    '2001::/32',
    '2002::/16',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '100::/64',
    'fc00::/7',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
  ].flatMap((text) => parseNetwork(text) ?? []),
);

export const isOfInternet = (address: Address): boolean => !special.has(address);
