/**
 * What happens to a client when its block is taken back, ends early or is pardoned. Functions over the
 * tables, because blocks are also lifted where no judge runs (`guard/lifting.ts`).
 */
import type {PackedTable, Slot} from '../base/mechanisms/packed-table.js';
import {addressOf} from '../net/address.js';
import {addressBytes} from '../net/address-bytes.js';
import {type ClientScope, isKeyIn} from '../net/client-key.js';
import type {Network} from '../net/network.js';
import type {Friends} from './crowd/friends.js';
import {Networks} from './crowd/networks.js';
import type {Memory} from './memory/memory.js';
import {field, flag, forgive, setFlag} from './memory/client-record.js';
import type {JudgeTables} from './tables.js';

type Tables = Pick<JudgeTables, 'clients' | 'records' | 'networks' | 'suspects'>;

/**
 * The client, or the network, starts at zero; its old score would block it again. What it delivered is
 * kept: a client that was blocked by mistake must not become a stranger.
 */
export function pardon(tables: Tables, network: Network, nowMs: number): void {
  const {clients, records, suspects} = tables;
  const slot = slotOf(clients, network);
  if (slot !== undefined && forgive(clients, slot) === 'empty') {
    const record = slotOf(records, network);
    clients.remove(slot);
    if (record !== undefined) records.remove(record);
  }
  suspects.delete(network.text);
  new Networks(tables.networks).pardoned(network, nowMs);
}

/** Its block was a mistake: it does not lengthen the next one, and what led to it does not count. */
export function takeBack(tables: Tables, network: Network, nowMs: number): void {
  new Networks(tables.networks).takenBack(network, nowMs);
  const {clients} = tables;
  const slot = slotOf(clients, network);
  if (slot === undefined) return;
  const blocks = Math.max(0, clients.u8(slot, field.blocks) - 1);
  clients.setU8(slot, field.blocks, blocks);
  clients.setU8(slot, field.rung, Math.max(0, clients.u8(slot, field.rung) - 1));
  clients.setF32(slot, field.score, Math.min(0, clients.f32(slot, field.score)));
  setFlag(clients, slot, flag.secondChance, 'off');
  endEarlier(tables, network, nowMs);
}

/** Makes its block end at this time, if not earlier. */
export function endEarlier(
  {clients}: Pick<Tables, 'clients'>,
  network: Network,
  untilMs: number,
): void {
  const slot = slotOf(clients, network);
  if (slot === undefined) return;
  const untilSec = Math.floor(untilMs / 1000);
  if (clients.u32(slot, field.blockedUntilSec) <= untilSec) return;
  clients.setU32(slot, field.blockedUntilSec, untilSec);
}

/**
 * Somebody set the clock back: a blocked client stays blocked until the same moment, and one whose
 * block was over is not blocked again. Setting the clock forward needs nothing: it does no harm if a
 * client counts as blocked for less time than its block lasts.
 *
 * @param backMs by how much
 */
export function moveBlockEnds(
  {clients}: Pick<Tables, 'clients'>,
  backMs: number,
  nowMs: number,
): void {
  const [backSec, nowSec] = [Math.round(backMs / 1000), Math.floor(nowMs / 1000)];
  for (const slot of clients.slots()) {
    const untilSec = clients.u32(slot, field.blockedUntilSec);
    if (untilSec <= nowSec) continue;
    clients.setU32(slot, field.blockedUntilSec, Math.max(0, untilSec - backSec));
  }
}

/**
 * The client that the network is. An IPv4 network is no client, although a client may have its first
 * address.
 */
const slotOf = (table: PackedTable, {family, first, prefix, text}: Network): Slot | undefined =>
  family === 4 && prefix < 32 ? undefined : table.find(addressBytes({family, value: first, text}));

interface Good {
  readonly memory: Memory;
  readonly scope: ClientScope;
  readonly friends: Friends;
}

/**
 * Who in a network must not be blocked with it: clients whose mail is wanted, and friends. Canonical
 * texts.
 */
export function* goodInside({memory, scope, friends}: Good, network: Network): Generator<string> {
  const {family, first, last} = network;
  if (family === 6 || last - first >= mostLookedUp) {
    for (const key of memory.mailers(network))
      if (isKeyIn(key, network)) yield scope.ofKey(key).text;
    yield* friends.inside(network);
    return;
  }
  // Each address is looked up: walking over all mailers of a busy relay took a fifth of a second.
  for (let value = first; value <= last; value++) {
    const address = addressOf(4, value);
    const slot = memory.find(address);
    const isGood = slot !== undefined && memory.isGood(slot);
    if (isGood || friends.has(address.text)) yield address.text;
  }
}

/** Addresses that are looked up one by one. A count: a /24. */
const mostLookedUp = 256n;
