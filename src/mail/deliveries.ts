/**
 * Remembers the client of an ended envelope whose mail is on its way, so that what happens to the mail
 * counts for that client: `to=…` contains only the queue id, and another process writes it, perhaps days
 * later.
 *
 * Only the recipient for which the client asked counts. After an alias the line names another recipient,
 * and only sometimes the alias (`ctladdr=`); without it nothing counts. A client can invent a name beside
 * a true one (see `Delivery.others`), and an alias can lead to many recipients. So an envelope gives at
 * most as many certain names as it had accepted recipients.
 */
import {hashOf} from '../base/hash.js';
import type {Table} from '../base/mechanisms/table.js';
import type {ClientConnection} from './connections.js';
import type {Envelope} from './open-envelopes.js';
import type {LogRecord} from '../log/record.js';
import type {Vouching} from './authorship.js';
import type {Proof, Submitter} from './evidence.js';
import {type Delivery, type JoinOutcomes, nothing} from './join-outcome.js';
import type {Delivered, Undeliverable} from './mail-event.js';
import {pendingOf, pendingToEvidence, weaker} from './pending-evidence.js';
import {plainAddress} from './address/plain-address.js';
import {unresolved} from './open-envelopes.js';
import {type Address, parseAddress} from '../net/address.js';

/**
 * Envelopes that are remembered. A count, for memory: some 300 bytes each. Most are dropped as soon as
 * their mail is delivered, so these are mails that wait.
 */
export const mostDeliveries = 50_000;

/** Plain data, saved as it is. Fields that may be absent are missing in states that version 1.0 saved. */
export interface AcceptedEnvelope {
  /** The client; absent: a local program. */
  readonly address?: string | undefined;
  readonly proof: Proof;
  readonly atMs: number;
  readonly submitter?: Submitter | undefined;
  /** A hash of the sender; absent: the null sender, or unknown. */
  readonly senderHash?: number | undefined;
  /** Accepted recipients for which no line has shown the outcome yet. A count; absent: any number. */
  readonly left?: number | undefined;
}

export interface SessionTables {
  readonly envelopes: Table<Envelope>;
  readonly connections: Table<ClientConnection>;
  readonly deliveries: Table<AcceptedEnvelope>;
}

export class Deliveries {
  readonly #table: Table<AcceptedEnvelope>;

  constructor(table: Table<AcceptedEnvelope>) {
    table.limitTo(mostDeliveries);
    this.#table = table;
  }

  /** @param sender as the client wrote it; empty: the null sender */
  remember(
    record: LogRecord,
    queueId: string,
    sender: string,
    facts: Omit<AcceptedEnvelope, 'atMs' | 'senderHash'>,
  ): void {
    const senderHash = sender === '' ? undefined : hashOf(plainAddress(sender));
    const {address, proof, submitter, left} = facts;
    const {atMs} = record;
    this.#table.set(keyOf(record, queueId), {address, proof, submitter, left, senderHash, atMs});
  }

  undeliverable(record: LogRecord, event: Undeliverable, vouching: Vouching): JoinOutcomes {
    const {queueId, recipients, nextHost} = event;
    const key = keyOf(record, queueId);
    const envelope = this.#table.get(key);
    if (envelope !== undefined) this.#oneLess(key, envelope);
    if (envelope === undefined) return unresolved(recipients.length, 'envelopeUnknown');
    const {address, proof, submitter = 'stranger'} = envelope;
    if (address === undefined) return nothing;
    const held = recipients.map((each) => pendingOf('undeliverable', each, record.atMs, vouching));
    return pendingToEvidence(held, {address, proof}, {submitter, nextHost});
  }

  delivered(record: LogRecord, event: Delivered, vouching: Vouching): JoinOutcomes {
    const {queueId, nextHost} = event;
    const {atMs} = record;
    const key = keyOf(record, queueId);
    const envelope = this.#table.get(key);
    const {recipients, others} = namesOf(event, envelope);
    if (envelope === undefined) {
      if (recipients.length === 0) return nothing;
      const proof = vouching === 'byJournal' ? 'journal' : 'log';
      return [{kind: 'delivered', ...ofNobody, recipients, others, proof, nextHost, atMs}];
    }
    // A line without a certain name may be one of many recipients of an alias.
    if (recipients.length > 0) this.#oneLess(key, envelope);
    const {address, proof, senderHash, submitter = 'stranger'} = envelope;
    // A local program's mail, which the submission program passes to the mailer itself. The mailer logs
    // what happens to it under another queue id.
    if (address === undefined && nextHost !== undefined && isLoopback(nextHost)) return nothing;
    // Field by field, as in `pendingToEvidence`: one for each mail.
    return [
      {
        kind: 'delivered',
        client: address === undefined ? undefined : parseAddress(address),
        proof: weaker(proof, vouching),
        submitter,
        sender: senderHash === undefined ? 'null' : 'named',
        senderHash: senderHash ?? 0,
        recipients,
        others,
        nextHost,
        atMs,
      },
    ];
  }

  /** One recipient less is outstanding: each line reports at least one. */
  #oneLess(key: string, envelope: AcceptedEnvelope): void {
    if (envelope.left === undefined) return;
    if (envelope.left <= 1) this.#table.delete(key);
    else this.#table.replace(key, {...envelope, left: envelope.left - 1});
  }
}

const isLoopback = ({family, text}: Address): boolean =>
  family === 4 ? text.startsWith('127.') : text === '::1';

/** For an unknown envelope: from before the log that was read, or a bounce of sendmail itself. */
const ofNobody = {
  client: undefined,
  submitter: 'stranger',
  sender: 'null',
  senderHash: 0,
} as const;

/**
 * The mail arrives for the alias that the client asked for, or for the sender if the sender is a user of
 * this machine: then the client asked for the recipients.
 */
function namesOf(
  {sure, others, inNameOf}: Delivered,
  envelope: AcceptedEnvelope | undefined,
): Pick<Delivery, 'recipients' | 'others'> {
  if (inNameOf === undefined) return {recipients: sure, others};
  if (envelope === undefined) return {recipients: [], others: []};
  const isSender = hashOf(plainAddress(inNameOf)) === envelope.senderHash;
  return isSender ? {recipients: sure, others} : {recipients: [inNameOf], others: []};
}

const keyOf = ({host}: LogRecord, queueId: string): string => `${host} ${queueId}`;
