/**
 * What is remembered about clients: a record for each, and one with filters for those that deliver or ask for
 * much. Decides whether a client did something for the first time. Does not know what that counts.
 */
import type {PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import type {Address} from '../../net/address.js';
import type {ClientScope} from '../../net/client-key.js';
import type {Network} from '../../net/network.js';
import {
  addU16,
  ageClient,
  field,
  flag,
  has,
  isStranger,
  mostHashes,
  setFlag,
  standingOf,
  worthOf,
} from './client-record.js';
import {addHash, deliveredHash, hasHash, hashesOf} from './hashes.js';
import * as mailer from './mailer-record.js';
import {Sites} from './sites.js';

export interface MemoryTables {
  readonly clients: PackedTable;
  readonly records: PackedTable;
}

export interface MemoryLimits {
  /** Clients that are remembered: about 110 MB. A count. */
  readonly clients: number;
  /** Records with filters: about 35 MB; strangers may have half of them. A count. */
  readonly records: number;
}

export const memoryLimits: MemoryLimits = {clients: 1_000_000, records: 50_000};

/** Rows that one sweep looks at. A count: a table of a million is swept in steps, once in eight hours. */
const sweptAtOnce = 2000;

const daySec = 86_400;
export const dayOf = (sec: number): number => Math.floor(sec / daySec);

export class Memory {
  readonly clients: PackedTable;
  readonly #records: PackedTable;
  readonly #mostRecords: number;
  readonly #sites: Sites;
  readonly #scope: ClientScope;

  constructor({clients, records}: MemoryTables, scope: ClientScope, limits: MemoryLimits) {
    clients.limitTo(limits.clients, (slot) => worthOf(clients, slot));
    records.limitTo(limits.records, (slot) => mailer.worthOfRecord(records, slot));
    [this.clients, this.#records, this.#scope] = [clients, records, scope];
    this.#mostRecords = limits.records;
    this.#sites = new Sites(() => this.#keys(), limits.records);
  }

  find(client: Address): Slot | undefined {
    return this.clients.find(this.#scope.keyOf(client));
  }

  add(client: Address): Slot {
    return this.clients.add(this.#scope.keyOf(client));
  }

  addKey(key: Uint8Array): Slot {
    return this.clients.add(key);
  }

  /** Records a deed. @returns whether the client had done it before */
  noteDeed(slot: Slot, hash: number, sec: number): 'new' | 'known' {
    const {clients} = this;
    const record = this.#recordOf(slot, sec);
    if (record !== undefined) return mailer.noteUnknown(this.#records, record, hash, dayOf(sec));
    if (hasHash(clients, slot, hash)) return 'known';
    if (this.#isFull(slot)) {
      const made = this.#makeRecord(slot, sec);
      if (made !== undefined) return mailer.noteUnknown(this.#records, made, hash, dayOf(sec));
    }
    addHash(clients, slot, hash);
    return 'new';
  }

  /** Records a name that took its mail. @returns when it took mail before */
  noteDelivered(slot: Slot, nameHash: number, sec: number): mailer.DeliveredBefore {
    const {clients} = this;
    const lastSec = clients.u32(slot, field.lastDeliverySec);
    const before = this.#deliveredBefore(slot, deliveredHash(nameHash), sec, lastSec);
    if (before === 'never') addU16(clients, slot, field.delivered, 1);
    if (lastSec === 0) clients.setU32(slot, field.firstDeliverySec, sec);
    if (lastSec === 0 || dayOf(lastSec) < dayOf(sec)) addU16(clients, slot, field.days, 1);
    if (sec > lastSec) clients.setU32(slot, field.lastDeliverySec, sec);
    const isMailer = !isStranger(clients, slot);
    if (isMailer && !has(clients, slot, flag.hasRecord)) this.#makeRecord(slot, sec);
    return before;
  }

  /** Whether its mail is wanted: it delivered to three names, or on two days. */
  isGood(slot: Slot): boolean {
    const {clients} = this;
    return !isStranger(clients, slot) || clients.u16(slot, field.days) >= 2;
  }

  /**
   * Clients that are not strangers, which a block of a network must let pass. Some may lie outside the
   * network.
   */
  *mailers(around: Network): Generator<Uint8Array> {
    for (const key of this.#sites.around(around) ?? this.#keys()) {
      const slot = this.clients.find(key);
      const isThere = slot !== undefined && this.#records.find(key) !== undefined;
      if (isThere && !isStranger(this.clients, slot)) yield key;
    }
  }

  /** Clients with a record of wanted mail. Walks over all records, which takes some tens of milliseconds. */
  *withRecord(): Generator<Uint8Array> {
    for (const key of this.#keys()) {
      const slot = this.clients.find(key);
      if (slot !== undefined && standingOf(this.clients, slot) === 'record') yield key;
    }
  }

  *#keys(): Generator<Uint8Array> {
    for (const record of this.#records.slots()) yield this.#records.key(record);
  }

  forget(slot: Slot): void {
    const record = this.#records.find(this.clients.key(slot));
    if (record !== undefined) this.#records.remove(record);
    this.clients.remove(slot);
  }

  counts(): {readonly clients: number; readonly records: number} {
    return {clients: this.clients.size, records: this.#records.size};
  }

  /** Forgets clients that were silent for long; each call looks at some of them, in turn. */
  sweep(sec: number, longestBlockSec: number): void {
    const [clients, records] = [this.clients, this.#records];
    clients.sweep(sweptAtOnce, (slot) => {
      if (ageClient(clients, slot, sec, longestBlockSec) === 'empty') this.forget(slot);
    });
    records.sweep(sweptAtOnce, (slot) => {
      if (clients.find(records.key(slot)) === undefined) records.remove(slot);
    });
  }

  #deliveredBefore(slot: Slot, hash: number, sec: number, lastSec: number): mailer.DeliveredBefore {
    const {clients} = this;
    const record = this.#recordOf(slot, sec);
    if (record !== undefined) return mailer.noteDelivered(this.#records, record, hash, dayOf(sec));
    if (hasHash(clients, slot, hash)) return dayOf(lastSec) < dayOf(sec) ? 'earlier' : 'today';
    if (this.#isFull(slot)) {
      const made = this.#makeRecord(slot, sec);
      if (made !== undefined) return mailer.noteDelivered(this.#records, made, hash, dayOf(sec));
    }
    addHash(clients, slot, hash);
    return 'never';
  }

  #isFull(slot: Slot): boolean {
    return this.clients.u8(slot, field.written) >= mostHashes;
  }

  /** Its record with filters; an evicted one starts again. */
  #recordOf(slot: Slot, sec: number): Slot | undefined {
    if (!has(this.clients, slot, flag.hasRecord)) return undefined;
    return this.#records.find(this.clients.key(slot)) ?? this.#makeRecord(slot, sec);
  }

  /** @returns undefined: there is no room for another stranger */
  #makeRecord(slot: Slot, sec: number): Slot | undefined {
    const {clients} = this;
    const isRefused = isStranger(clients, slot) && this.#records.size >= this.#mostRecords / 2;
    if (isRefused) {
      setFlag(clients, slot, flag.hasRecord, 'off');
      return undefined;
    }
    const key = clients.key(slot);
    const record = this.#records.add(key);
    this.#sites.noted(key);
    const day = dayOf(sec);
    mailer.begin(this.#records, record, {
      hashes: hashesOf(clients, slot),
      delivered: clients.u16(slot, field.delivered),
      deliveredDay: dayOf(clients.u32(slot, field.lastDeliverySec)),
      day,
    });
    setFlag(clients, slot, flag.hasRecord, 'on');
    return record;
  }
}
