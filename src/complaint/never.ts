/**
 * Of whom nobody complains, and to whom, whatever was counted. The whitelist and our own addresses are exempt
 * from blocks already (`score/exempt.ts`); here are those besides: addresses that no registry gives to anybody,
 * and mailboxes of our own domains. Whose mail is wanted the caller knows.
 */
import type {Address} from '../net/address.js';
import {networkOf} from '../net/network.js';
import {NetworkSet} from '../net/network-set.js';

/** Private, shared, link-local, benchmark, multicast, unspecified (IANA special-purpose registries). */
const special = new NetworkSet(
  [
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
    ...['172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'],
    ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
  ].map(networkOf),
);

export const isSpecial = (address: Address): boolean => special.has(address);

const isWithin = (domain: string, own: string): boolean =>
  domain === own || domain.endsWith(`.${own}`);

/**
 * A desk of our own would answer us: a loop.
 *
 * @param ours domains, in small letters
 */
export function isOwnMailbox(mailbox: string, ours: readonly string[]): boolean {
  const domain = mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase();
  return ours.some((own) => own !== '' && isWithin(domain, own));
}

/** The domains that are ours: that of the sender of complaints, and this host's name with what it lies in. */
export function ownDomains(from: string, hostName: string): string[] {
  const host = hostName.toLowerCase();
  const parent = host.split('.').slice(1).join('.');
  const sender = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  return [sender, host, ...(parent.includes('.') ? [parent] : [])].filter((each) => each !== '');
}
