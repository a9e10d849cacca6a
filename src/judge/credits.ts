/**
 * What delivered mail says: which names take mail here, which clients' mail is wanted, and to which hosts
 * our users write. Each name gives a client credit once, and half of it on a later day. A number of
 * recipients gives none, nor does a recipient that was only accepted. Counts nothing against anybody.
 */
import type {Delivery} from '../mail/join-outcome.js';
import type {Address} from '../net/address.js';
import type {ClientScope} from '../net/client-key.js';
import {creditName, foldHash, nameHash, plainName} from '../score/names.js';
import {againCredit, deliveredCredit} from '../score/weights.js';
import type {Friends} from './crowd/friends.js';
import type {KnownNames} from './crowd/known-names.js';
import type {ListLoss} from './crowd/list-loss.js';
import type {Networks} from './crowd/networks.js';
import {addCredit, awaitedAt, field, floorOf, isStranger, noteHop} from './memory/client-record.js';
import {dayOf, type Memory} from './memory/memory.js';

interface Gainers {
  readonly memory: Memory;
  readonly names: KnownNames;
  readonly listLoss: ListLoss;
  readonly networks: Networks;
  readonly friends: Friends;
  readonly scope: ClientScope;
}

export class Credits {
  readonly #gainers: Gainers;

  constructor(gainers: Gainers) {
    this.#gainers = gainers;
  }

  /**
   * A message arrived at its destination. The caller has checked the proof; if the client is exempt, the
   * caller leaves it out.
   */
  delivered(delivery: Delivery): 'same' | 'ended' {
    const {client, submitter, sender, senderHash, recipients, nextHost, atMs} = delivery;
    const {friends, names, listLoss: loss, scope} = this.#gainers;
    const isOurs = nextHost === undefined || submitter === 'stranger';
    let listLoss: 'same' | 'ended' = 'same';
    if (nextHost !== undefined && submitter === 'own' && sender === 'named' && senderHash !== 0) {
      friends.wrote(scope.textOf(nextHost), senderHash, atMs);
    }
    const credits: number[] = [];
    for (const recipient of recipients) {
      const plain = plainName(recipient);
      credits.push(creditHash(plain));
      // What our own users send elsewhere goes to no names here.
      if (!isOurs) continue;
      const hash = nameHash(plain);
      if (names.standing(hash, atMs) === 'thisWeek') {
        if (loss.accepted(hash, atMs) === 'ended') listLoss = 'ended';
      }
      names.took(hash, atMs);
    }
    // A client can invent recipients next to the delivered ones. They count only if they were known
    // before.
    for (const other of delivery.others) {
      const plain = plainName(other);
      if (names.standing(nameHash(plain), atMs) !== 'never') credits.push(creditHash(plain));
    }
    if (client !== undefined) this.#credit(client, credits, nextHost, Math.floor(atMs / 1000));
    return listLoss;
  }

  #credit(
    client: Address,
    hashes: readonly number[],
    nextHost: Address | undefined,
    sec: number,
  ): void {
    const {memory, networks} = this.#gainers;
    const {clients} = memory;
    const slot = memory.add(client);
    if (nextHost !== undefined) noteHop(clients, slot, hopOf(nextHost));
    const lastSec = clients.u32(slot, field.lastDeliverySec);
    const wasStranger = isStranger(clients, slot);
    for (const hash of hashes) {
      const before = memory.noteDelivered(slot, foldHash(hash), sec);
      if (before === 'today') continue;
      const names = before === 'never' ? deliveredCredit : againCredit;
      addCredit(clients, slot, names, floorOf(clients, slot, sec), sec);
    }
    const awaited = awaitedAt(clients, slot, sec);
    if (awaited > 0) clients.setU16(slot, field.awaited, Math.max(0, awaited - hashes.length));
    // Once a day, and when the client becomes a mailer; more reports would add nothing.
    const isMailer = !isStranger(clients, slot);
    if (dayOf(lastSec) === dayOf(sec) && isMailer !== wasStranger) return;
    networks.delivered(client, isMailer ? 'mailer' : 'first', sec * 1000);
  }
}

const creditHash = (plain: string): number => nameHash(creditName(plain));

/** The network of a next host (/24 or /48), hashed to 16 bits, not 0. */
function hopOf({family, value}: Address): number {
  const network = family === 4 ? Number(value) >>> 8 : Number(value >> 80n) % 0xffff_ffff;
  return (Math.imul(network, 0x9e3779b1) >>> 16) | 1;
}
