/**
 * Joins lines to clients. `<x>... User unknown` names no client, so what it says is held under
 * (host, pid, queue id) until something tells: the kernel or the process title at once (the caller
 * asks, see `needsClient`), or a later line of the same envelope.
 *
 * A client is known for one envelope only. What the kernel said about pid 7 is not believed for the
 * next queue id of pid 7: pids are used again, and nothing in the log ends a session reliably.
 * The exception is `connect from` (LogLevel 10), which begins a process's session in the log itself.
 * A queue id says which envelope a later delivery was for, whatever process delivers.
 *
 * When two sources disagree nothing is counted and the operator is told: one of them lies.
 */
import type {Table} from '../base/mechanisms/table.js';
import type {LogRecord} from '../log/record.js';
import {type AuthorshipOf, vouchingOf} from './authorship.js';
import {Deliveries, type AcceptedEnvelope} from './deliveries.js';
import {type EvidenceKind, isEvidenceKind, isVerified, type Proof} from './evidence.js';
import type {JoinOutcome, SessionView, Unresolved, WhyUnresolved} from './join-outcome.js';
import type {
  EnvelopeEnd,
  MailEvent,
  Sign,
  Subject,
  Undeliverable,
  UnknownRecipient,
} from './mail-event.js';
import {
  pendingToEvidence,
  type PendingEvidence,
  pendingOf,
  isPending,
  type KnownClient,
  type MachineAnswer,
} from './pending-evidence.js';
import type {Address} from '../net/address.js';

/** Envelopes of which something is known, at once. A count: a hundred times a large relay's. */
export const mostEnvelopes = 100_000;
/** Processes of which a connect line told the client. A count. */
export const mostConnections = 100_000;
/** What is held in all envelopes together. A count: about 60 MB at the longest sendmail writes. */
export const mostHeld = 200_000;
/** A connect line is believed for so long after its process's last line: pids are used again. Ms. */
const longestTrustMs = 10 * 60 * 1000;
/** A session silent for so long is over: sendmail gives up after an hour (Timeout.command). Ms. */
export const longestSilenceMs = 70 * 60 * 1000;

/** Plain data: it is saved as it is, and so is the next. */
export interface Envelope {
  readonly client: KnownClient | 'disputed' | undefined;
  /** Grows in place: to copy it for each recipient would cost more than all the rest. */
  readonly held: PendingEvidence[];
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface ClientConnection extends KnownClient {
  /** Of the connect line. Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
}

interface SessionTables {
  readonly envelopes: Table<Envelope>;
  readonly connections: Table<ClientConnection>;
  readonly deliveries: Table<AcceptedEnvelope>;
}

export class Envelopes {
  readonly #envelopes: Table<Envelope>;
  readonly #connections: Table<ClientConnection>;
  readonly #deliveries: Deliveries;
  readonly #mostOfEnvelope: number;
  readonly #authorshipOf: AuthorshipOf;
  /** What is held in all envelopes together. */
  #held = 0;

  /** @param mostOfEnvelope held for one envelope: as many as an offender can count */
  constructor(
    {envelopes, connections, deliveries}: SessionTables,
    mostOfEnvelope: number,
    authorshipOf: AuthorshipOf,
  ) {
    this.#envelopes = envelopes;
    connections.limitTo(mostConnections);
    this.#connections = connections;
    this.#deliveries = new Deliveries(deliveries);
    this.#mostOfEnvelope = mostOfEnvelope;
    this.#authorshipOf = authorshipOf;
    for (const {held} of envelopes.values()) this.#held += held.length;
  }

  /** Whether the caller should ask the machine who is behind this envelope. */
  needsClient(record: LogRecord, queueId: string, wanted: 'any' | 'verified'): boolean {
    const client = this.#envelopes.get(envelopeKey(record, queueId))?.client;
    if (client === undefined || client === 'disputed') return client === undefined;
    return wanted === 'verified' && !isVerified(client.proof);
  }

  /** What is known of an envelope, for people; undefined when that is nothing, or it is over. */
  view(record: LogRecord, queueId: string): SessionView | undefined {
    const envelope = this.#envelopes.get(envelopeKey(record, queueId));
    const client = envelope?.client ?? this.#connections.get(processKey(record));
    if (client === undefined && envelope === undefined) return undefined;
    const held = envelope?.held.length ?? 0;
    if (client === undefined || client === 'disputed') return {client, proof: undefined, held};
    return {client: client.address, proof: client.proof, held};
  }

  /** @param answer the machine's, if it was asked; it is older than the line */
  take(record: LogRecord, event: MailEvent, answer?: MachineAnswer): JoinOutcome[] {
    if (event.kind === 'connected') return this.#connected(record, event.client);
    if (event.kind === 'envelopeEnd') return this.#envelopeEnd(record, event);
    if (event.kind === 'undeliverable') return this.#undeliverable(record, event);
    if (event.queueId === undefined) return this.#withoutEnvelope(record, event, answer);
    return this.#inEnvelope(record, event, event.queueId, answer);
  }

  /** Gives up what has been silent for too long. */
  forgetSilent(nowMs: number): Unresolved[] {
    let lost = 0;
    for (const [key, envelope] of this.#envelopes.entries()) {
      // Noted while the clock was ahead: its silence begins now.
      if (envelope.lastMs > nowMs) this.#envelopes.set(key, {...envelope, lastMs: nowMs});
      if (nowMs - envelope.lastMs >= longestSilenceMs) lost += this.#drop(key);
    }
    for (const [key, {lastMs}] of this.#connections.entries()) {
      if (nowMs - lastMs > longestTrustMs) this.#connections.delete(key);
    }
    return unresolved(lost, 'silentSession');
  }

  #connected(record: LogRecord, client: Address | undefined): JoinOutcome[] {
    const key = processKey(record);
    // A process that nobody can tell the client of must not go on as the one before it.
    if (client === undefined) {
      this.#connections.delete(key);
      return [];
    }
    const {atMs} = record;
    const known = {address: client.text, proof: this.#proofOf(record)};
    this.#connections.set(key, {...known, firstMs: atMs, lastMs: atMs});
    return [];
  }

  #envelopeEnd(record: LogRecord, event: EnvelopeEnd): JoinOutcome[] {
    const {queueId, client, accepted, sizeBytes} = event;
    const known = {client, proof: this.#proofOf(record)};
    const outcomes = this.#learn(record, queueId, known, 'onlyIfOpen');
    this.#drop(envelopeKey(record, queueId));
    if (accepted === 0 || outcomes.some(({kind}) => kind === 'dispute')) return outcomes;
    this.#deliveries.remember(record, queueId, {address: client.text, proof: known.proof});
    // Without a message nothing was delivered: asking for names that do exist is guessing, too.
    if (sizeBytes === 0) return outcomes;
    return [...outcomes, {kind: 'accepted', client, recipients: accepted}];
  }

  #undeliverable(record: LogRecord, {queueId, recipients}: Undeliverable): JoinOutcome[] {
    const delivery = this.#deliveries.clientOf(record, queueId);
    if (delivery === undefined) {
      return unresolved(recipients.length, 'envelopeUnknown');
    }
    const held = recipients.map((each) => this.#pendingOf('undeliverable', each, record));
    return pendingToEvidence(held, delivery);
  }

  #inEnvelope(
    record: LogRecord,
    event: UnknownRecipient | Sign,
    queueId: string,
    answer: MachineAnswer | undefined,
  ): JoinOutcome[] {
    const learnt = answer && this.#learn(record, queueId, answer, 'open');
    const held = isEvidenceKind(event.kind)
      ? this.#hold(record, queueId, this.#pendingOf(event.kind, event, record, answer))
      : [];
    const {client} = event;
    const told = client && {client, proof: this.#proofOf(record)};
    const last = told && this.#learn(record, queueId, told, 'onlyIfOpen');
    return [...(learnt ?? []), ...held, ...(last ?? [])];
  }

  /** A line of no envelope tells by itself who it was, or the machine does, or a connect line. */
  #withoutEnvelope(
    record: LogRecord,
    event: Sign | UnknownRecipient,
    answer: MachineAnswer | undefined,
  ): JoinOutcome[] {
    const {kind, client} = event;
    if (!isEvidenceKind(kind)) return [];
    const said = client && {address: client.text, proof: this.#proofOf(record)};
    const asked = answer && {address: answer.client.text, proof: answer.proof};
    const [first, ...others] = [asked, said, this.#connectionOf(record, record.atMs)].filter(
      (known) => known !== undefined,
    );
    if (first === undefined) return [];
    const other = others.find(({address}) => address !== first.address);
    if (other !== undefined) {
      return [{kind: 'dispute', queueId: '', clients: [first.address, other.address]}];
    }
    return pendingToEvidence([this.#pendingOf(kind, event, record, answer)], first);
  }

  #hold(record: LogRecord, queueId: string, held: PendingEvidence): JoinOutcome[] {
    const key = envelopeKey(record, queueId);
    const {atMs} = record;
    const envelope = this.#envelopes.get(key) ?? newEnvelope(atMs);
    const client = envelope.client ?? this.#connectionOf(record, envelope.firstMs);
    if (client === 'disputed') return [];
    if (client !== undefined) {
      const released = [...envelope.held, held];
      return [
        ...pendingToEvidence(released, client),
        ...this.#put(key, envelope, atMs, client, []),
      ];
    }
    // More could not be counted, and one thing done again counts once.
    if (envelope.held.length >= this.#mostOfEnvelope || isPending(envelope.held, held)) return [];
    envelope.held.push(held);
    this.#held += 1;
    return this.#put(key, envelope, atMs, undefined, envelope.held);
  }

  #learn(
    record: LogRecord,
    queueId: string,
    {client, proof}: MachineAnswer,
    when: 'open' | 'onlyIfOpen',
  ): JoinOutcome[] {
    const key = envelopeKey(record, queueId);
    const {atMs} = record;
    const known = this.#envelopes.get(key);
    const connection = this.#connectionOf(record, known?.firstMs ?? atMs);
    // Most envelopes are honest: one without unknown recipients needs no memory.
    if (known === undefined && when === 'onlyIfOpen' && connection === undefined) return [];
    const envelope = known ?? newEnvelope(atMs);
    const before = envelope.client ?? connection;
    if (before === 'disputed') return [];
    if (before !== undefined && before.address !== client.text) {
      const lost = this.#put(key, envelope, atMs, 'disputed', []);
      return [{kind: 'dispute', queueId, clients: [before.address, client.text]}, ...lost];
    }
    // The better word is kept, where the log has said the same before.
    const isBetter = before === undefined || proof === 'kernel' || !isVerified(before.proof);
    const learnt = isBetter ? {address: client.text, proof} : before;
    const released = pendingToEvidence(envelope.held, learnt);
    return [...released, ...this.#put(key, envelope, atMs, learnt, [])];
  }

  /** Who the process serves, as far as a connect line tells, for what began behind that line. */
  #connectionOf(record: LogRecord, firstMs: number): KnownClient | undefined {
    if (this.#connections.size === 0) return undefined;
    const key = processKey(record);
    const connection = this.#connections.get(key);
    if (connection === undefined || connection.firstMs > firstMs) return undefined;
    if (record.atMs - connection.lastMs > longestTrustMs) return undefined;
    if (record.atMs > connection.lastMs) {
      this.#connections.replace(key, {...connection, lastMs: record.atMs});
    }
    return {address: connection.address, proof: connection.proof};
  }

  #put(
    key: string,
    {held: before, firstMs}: Envelope,
    lastMs: number,
    client: Envelope['client'],
    held: PendingEvidence[],
  ): JoinOutcome[] {
    this.#held += held.length - before.length;
    this.#envelopes.replace(key, {client, held, firstMs, lastMs});
    let lost = 0;
    while (this.#envelopes.size > mostEnvelopes || this.#held > mostHeld) {
      const [, pushedOut] = this.#envelopes.takeOldest() ?? [];
      lost += this.#noLongerHeld(pushedOut);
    }
    return unresolved(lost, 'tooManyAtOnce');
  }

  #pendingOf(
    kind: EvidenceKind,
    subject: Subject,
    record: LogRecord,
    answer?: MachineAnswer,
  ): PendingEvidence {
    const vouching = vouchingOf(record, this.#authorshipOf);
    return pendingOf(kind, subject, record.atMs, vouching, answer);
  }

  #proofOf(record: LogRecord): Proof {
    return vouchingOf(record, this.#authorshipOf) === 'byJournal' ? 'journal' : 'log';
  }

  /** @returns how much was held */
  #drop(key: string): number {
    const held = this.#noLongerHeld(this.#envelopes.get(key));
    this.#envelopes.delete(key);
    return held;
  }

  /** @returns how much was held */
  #noLongerHeld(envelope: Envelope | undefined): number {
    const held = envelope?.held.length ?? 0;
    this.#held -= held;
    return held;
  }
}

const processKey = ({host, pid}: LogRecord): string => `${host} ${pid}`;
const envelopeKey = ({host, pid}: LogRecord, queueId: string): string =>
  `${host} ${pid} ${queueId}`;

const newEnvelope = (atMs: number): Envelope => ({
  client: undefined,
  held: [],
  firstMs: atMs,
  lastMs: atMs,
});

function unresolved(recipients: number, why: WhyUnresolved): Unresolved[] {
  return recipients === 0 ? [] : [{kind: 'unresolved', recipients, why}];
}
