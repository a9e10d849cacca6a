/**
 * Which addresses belong to the Internet: others have no registry to ask, and a registry's answer
 * that leads to one of them would make us ask a machine of the own network. Addresses for examples
 * (RFC 5737, RFC 3849) count as Internet: nobody has them, and registries say so.
 */
import type {Address} from '../../net/address.js';
import {parseNetwork} from '../../net/network.js';
import {NetworkSet} from '../../net/network-set.js';

/** By the registries of special addresses (RFC 6890), those that others cannot reach. */
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
    // An IPv4 address of this house may stand in it (RFC 3056, RFC 4380); no registry answers from there.
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
