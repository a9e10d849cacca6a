/** When a client is blocked, for how long, and what stops blocking. */
import {duration, number, choice} from '../kinds/scalars.js';
import {setting} from './setting.js';

/**
 * A count. Of so many IPv6 blocks on two cores the slowest call (iptables, a tree) takes 9 of the 20 s
 * it has (`sys/run/netfilter.ts`), and the longest listing 22 of 64 MB (`sys/run/command.ts`). What goes
 * beyond either would be killed and begun again for ever.
 */
const mostBlocks = 200_000;

export const judging = {
  threshold: setting(
    number(2, 1000, 'whole', 'COUNT'),
    10,
    'Distinct unknown recipients at which a client is blocked. Nobody mistypes ten names in a row.',
  ),
  leastUnknownShare: setting(
    number(0, 100, 'whole', 'PERCENT'),
    20,
    'A client is blocked only if so many percent of its recipients were unknown: a large sender has some wrong names in every thousand; 0 asks for none.',
  ),
  attribution: setting(
    choice('any', 'verified'),
    'any',
    'What must say who the client was: any proof, or a verified one, which no log line can forge (the kernel, or a journal entry written by sendmail).',
  ),
  leakTime: setting(
    duration('1s', '7d'),
    600,
    'One unknown recipient is forgiven each so long: six an hour are taken for mistakes for ever.',
  ),
  blockTime: setting(duration('1s', '365d'), 3600, 'How long the first block of a client lasts.'),
  blockTimeFactor: setting(
    number(1, 100, 'any', 'RATIO'),
    2,
    'Each further block of the same client lasts so many times as long as the one before.',
  ),
  blockTimeMax: setting(
    duration('1s', '365d'),
    7 * 86_400,
    'No block lasts longer: an address changes hands, and a cleaned machine may send again.',
  ),
  repeatMemory: setting(
    duration('1s', '3650d'),
    30 * 86_400,
    'After so long without a block a client is a first offender again.',
  ),
  blocksMax: setting(
    number(1, mostBlocks, 'whole', 'COUNT'),
    50_000,
    'No more blocks stand at once: more would be a mistake, or an attack on us; no backend was shown to work with more than 200000.',
  ),
  blocksPerMinute: setting(
    number(1, 1_000_000, 'whole', 'COUNT'),
    1000,
    'At most so many blocks are made in a minute; a client beyond that is blocked at its next sign.',
  ),
  goodSendersMax: setting(
    number(0, 1000, 'whole', 'COUNT'),
    3,
    'Blocking stops, and waits for `blocksmtp resume`, when so many clients that had delivered mail lately would be blocked within ten minutes: then not they are wrong, but our list of users; 0 never stops.',
  ),
} as const;
