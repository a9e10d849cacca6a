/** When a client is blocked, for how long, and what stops blocking. */
import {networks} from '../kinds/lists.js';
import {duration, number, choice} from '../kinds/scalars.js';
import {setting} from './setting.js';

/**
 * The most blocks that can be configured. A count. With so many IPv6 blocks on two cores, the slowest
 * call (iptables, a tree) takes 9 s of its 20 s (`sys/firewall/netfilter.ts`), and the longest listing 22 MB
 * of its 64 MB (`sys/run/command.ts`). A call beyond either limit would be killed and begun again for
 * ever.
 */
const mostBlocks = 200_000;

/**
 * The default for the longest block. Seconds, four days: senders give up after five (RFC 5321, section
 * 4.5.4.1), and then a wrong block costs mail.
 */
const longestByItselfSeconds = 4 * 86_400;

/** One unknown name is anybody's mistake. A count. */
export const leastThreshold = 2;

export const judging = {
  threshold: setting(
    number(leastThreshold, 1000, 'whole', 'COUNT'),
    10,
    'If nothing else is known about a client, this many distinct unknown recipients in a row block it. Mail that it delivers counts in its favour. Nobody mistypes ten names in a row.',
  ),
  ipv6Prefix: setting(
    number(48, 128, 'whole', 'BITS'),
    64,
    'This many leading bits of an IPv6 address make one client, for counting and for blocking: a customer usually has a /64, and may send from any address in it. After a change, counting starts afresh for IPv6 clients.',
  ),
  trustedRelays: setting(
    networks,
    [],
    'Relays that forward mail to this one: backup mail exchangers, forwarders. They cannot know which names exist here, so they are never judged and never blocked.',
  ),
  attribution: setting(
    choice('any', 'verified'),
    'any',
    "Which proof of the client's address counts. any: every proof; verified: only one that no log line can forge (the kernel, or a journal entry that sendmail wrote).",
  ),
  blockTime: setting(
    duration('1s', '365d'),
    3600,
    'How long a client is blocked for its first row of unknown names. Its other blocks are multiples of that.',
  ),
  blockTimeMax: setting(
    duration('1s', '365d'),
    longestByItselfSeconds,
    'No block lasts longer than this. Mail servers give up a message after five days, so a wrong block that ends before costs no mail. If it is not set and block_time is longer, it equals block_time.',
  ),
  blocksMax: setting(
    number(1, mostBlocks, 'whole', 'COUNT'),
    50_000,
    'At most this many blocks are in force at the same time: more would be a mistake, or an attack on us. No backend was tested with more than 200000. When all places are taken, the worst clients keep them.',
  ),
  blocksPerMinute: setting(
    number(1, 1_000_000, 'whole', 'COUNT'),
    1000,
    'At most this many blocks are made in a minute. A client that exceeds the limit is blocked at its next offence.',
  ),
} as const;
