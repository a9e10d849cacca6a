/**
 * Converts the rows of earlier versions: offenders with their blocks and what they were counted for, and
 * senders whose mail was accepted. `sys/disk/layout.ts` knows where the old rows are.
 */
import {parseAddress} from '../../net/address.js';
import {clientKey} from '../../net/client-key.js';
import {foldHash} from '../../score/names.js';
import {deliveredCredit} from '../../score/weights.js';
import {field, mailerNames, mostHashes} from './client-record.js';
import {addHash} from './hashes.js';
import type {MemoryTables} from './memory.js';

/** A row of versions before this judge. Times in ms since the epoch; the other fields as they were. */
interface OldOffender {
  readonly score: number;
  readonly scoredMs: number;
  readonly counted: readonly number[];
  readonly firstMs: number;
  readonly blocks: number;
  readonly blockedUntilMs: number;
}

/** Times in minutes since the epoch. */
interface OldSender {
  readonly firstMinute: number;
  readonly lastMinute: number;
}

/** What a client starts with. Seconds since the epoch, names, counts. */
interface Seed {
  readonly score: number;
  readonly scoredSec: number;
  readonly firstSec: number;
  readonly blockedUntilSec: number;
  readonly blocks: number;
  readonly rung: number;
  readonly hashes: readonly number[];
  readonly delivered: number;
  readonly days: number;
  readonly firstDeliverySec: number;
  readonly lastDeliverySec: number;
}

/**
 * The most of an old score that is taken over. Names: the old score leaked with time and included names
 * that once took mail, so it must not get anybody blocked soon.
 */
const mostOldScore = 5;

/** A sender whose mail was accepted starts as one that has delivered to three names. */
export function seedOf(offender: OldOffender | undefined, sender: OldSender | undefined): Seed {
  const delivered = sender === undefined ? 0 : mailerNames;
  const blocks = Math.min(255, offender?.blocks ?? 0);
  const days =
    sender === undefined ? 0 : dayOf(sender.lastMinute) > dayOf(sender.firstMinute) ? 2 : 1;
  return {
    score: Math.min(mostOldScore, offender?.score ?? 0) - delivered * deliveredCredit,
    scoredSec: Math.floor((offender?.scoredMs ?? 0) / 1000),
    firstSec: Math.floor((offender?.firstMs ?? 0) / 1000),
    blockedUntilSec: Math.ceil((offender?.blockedUntilMs ?? 0) / 1000),
    blocks,
    rung: Math.max(0, blocks - 1),
    hashes: (offender?.counted ?? []).slice(-mostHashes).map(foldHash),
    delivered,
    days,
    firstDeliverySec: (sender?.firstMinute ?? 0) * 60,
    lastDeliverySec: (sender?.lastMinute ?? 0) * 60,
  };
}

type OldRows = (name: 'offenders' | 'senders') => Iterable<readonly [key: string, value: unknown]>;

/** @returns a function that writes the converted rows into tables; we wrote each old row ourselves */
export const takeOver =
  (ipv6Prefix: number) =>
  (rows: OldRows, tables: Pick<MemoryTables, 'clients'>): void => {
    const senders = new Map(rows('senders') as Iterable<readonly [string, OldSender]>);
    for (const [text, offender] of rows('offenders') as Iterable<readonly [string, OldOffender]>) {
      plant(tables, text, ipv6Prefix, seedOf(offender, senders.get(text)));
      senders.delete(text);
    }
    for (const [text, sender] of senders) {
      plant(tables, text, ipv6Prefix, seedOf(undefined, sender));
    }
  };

/** If several addresses are one client now, the one with the latest sign counts. */
function plant(
  {clients}: Pick<MemoryTables, 'clients'>,
  text: string,
  ipv6Prefix: number,
  seed: Seed,
): void {
  const address = parseAddress(text);
  // Blocks of networks had offenders too, with nothing counted.
  if (address === undefined) return;
  const key = clientKey(address, ipv6Prefix);
  const isThere = clients.find(key) !== undefined;
  const slot = clients.add(key);
  if (isThere && clients.u8(slot, field.blocks) > seed.blocks) return;
  clients.setF32(slot, field.score, seed.score);
  clients.setU32(slot, field.scoredSec, seed.scoredSec);
  clients.setU32(slot, field.firstSec, seed.firstSec);
  clients.setU32(slot, field.blockedUntilSec, seed.blockedUntilSec);
  clients.setU32(slot, field.firstDeliverySec, seed.firstDeliverySec);
  clients.setU32(slot, field.lastDeliverySec, seed.lastDeliverySec);
  clients.setU16(slot, field.delivered, seed.delivered);
  clients.setU16(slot, field.days, seed.days);
  clients.setU8(slot, field.blocks, seed.blocks);
  clients.setU8(slot, field.rung, seed.rung);
  for (const hash of seed.hashes) addHash(clients, slot, hash);
}

const dayOf = (minute: number): number => Math.floor(minute / 1440);
