/**
 * The firewall section, on the real kernel: how long a change of many blocks takes, how much memory
 * they need, and what they cost clients that are not blocked. All of it runs in a child with its own
 * network namespace. This file starts the child and takes over what it found.
 */
import {heading, skip} from './aims.js';
import {handOver, runInside, whyNotInside} from './child.js';
import {changes} from './firewall/changes.js';
import {memory} from './firewall/memory.js';
import {packets} from './firewall/packets.js';
import {inWorkshop} from './workshop.js';

/** The argument that starts the child. */
export const INSIDE = 'firewall-inside';

export async function firewall(): Promise<void> {
  heading('firewall', 'the real tools in a network namespace, the backends in turn in each round');
  const tools = [
    'perl',
    'ip',
    'iptables',
    'ip6tables',
    'ipset',
    'nft',
    'nsenter',
    'setpriv',
    'chrt',
  ];
  const works = 'iptables -S && ip6tables -S && ipset list && nft list tables';
  const why = whyNotInside(tools, works);
  if (why !== undefined) {
    skip('firewall', why);
    return;
  }
  await runInside('firewall', ['nice', '-n', '-15', 'unshare', '--net'], INSIDE);
}

/** The work of the child. */
export async function firewallInside(): Promise<number> {
  await packets();
  memory();
  await inWorkshop(changes);
  handOver();
  return 0;
}
