/** When a client is blocked, for how long, and what stops blocking. */
import {networks} from '../kinds/lists.js';
import {duration, number, choice} from '../kinds/scalars.js';
import {setting} from './setting.js';

/**
 * A count. Of so many IPv6 blocks on two cores the slowest call (iptables, a tree) takes 9 of the 20 s
 * it has (`sys/run/netfilter.ts`), and the longest listing 22 of 64 MB (`sys/run/command.ts`). What goes
 * beyond either would be killed and begun again for ever.
 */
const mostBlocks = 200_000;

/**
 * The longest block. Seconds, four days: senders give up after five (RFC 5321, 4.5.4.1), and then a block
 * of an innocent costs mail.
 */
const longestByItselfSeconds = 4 * 86_400;

export const judging = {
  threshold: setting(
    number(2, 1000, 'whole', 'COUNT'),
    10,
    'With nothing else known, so many distinct unknown recipients in a row block a client; mail that it delivers speaks for it. Nobody mistypes ten names in a row.',
  ),
  ipv6Prefix: setting(
    number(48, 128, 'whole', 'BITS'),
    64,
    'So many bits of an IPv6 address are one client, for counting and for blocking: a customer mostly has a /64, and may send from any address in it. After a change IPv6 clients begin anew.',
  ),
  trustedRelays: setting(
    networks,
    [],
    'Relays that hand mail on to this one: backup mail exchangers, forwarders. They cannot know which names exist here, so they are never judged and never blocked.',
  ),
  attribution: setting(
    choice('any', 'verified'),
    'any',
    'What must say who the client was: any proof, or a verified one, which no log line can forge (the kernel, or a journal entry written by sendmail).',
  ),
  blockTime: setting(
    duration('1s', '365d'),
    3600,
    'How long a client is blocked for its first row of unknown names; its other blocks are multiples of that.',
  ),
  blockTimeMax: setting(
    duration('1s', '365d'),
    longestByItselfSeconds,
    'No block lasts longer. Mail servers give up a message after five days, so a mistake that ends before costs no mail. Where it is not set and block_time is longer, it is block_time.',
  ),
  blocksMax: setting(
    number(1, mostBlocks, 'whole', 'COUNT'),
    50_000,
    'No more blocks stand at once: more would be a mistake, or an attack on us; no backend was shown to work with more than 200000. When all places are taken, the worst clients have them.',
  ),
  blocksPerMinute: setting(
    number(1, 1_000_000, 'whole', 'COUNT'),
    1000,
    'At most so many blocks are made in a minute; a client beyond that is blocked at its next sign.',
  ),
} as const;
