/**
 * The relay: takes sessions, answers RCPT by who is a user, and asks its defence whose packets are
 * dropped. It closes the loop: a client that is dropped in the middle of a session learns nothing
 * more, and its open envelope ends without mail. Counts belong to the client that opened the
 * session.
 */
import type {Client} from './clients.js';
import type {People} from './people.js';

/** An envelope from MAIL to its end, for the defence. */
export interface Envelope {
  readonly session: Session;
  readonly sender: 'null' | 'named';
  readonly author: string;
  /** Names that were accepted. */
  readonly accepted: string[];
  /** A count. */
  refused: number;
  /** Given by the defence on its first line of it. */
  queueId: string;
}

/** What defends the relay: sees all that happens, and drops clients. */
export interface Defence {
  readonly name: string;
  drops(client: Client, atMs: number): boolean;
  /** Why it drops a client, in words for people. */
  because?(client: Client, atMs: number): string;
  /** A session began. */
  opened?(session: Session, atMs: number): void;
  /** A recipient was refused: no such user. */
  refused(envelope: Envelope, name: string, atMs: number): void;
  /** @param message `taken`: to all that were accepted */
  ended(envelope: Envelope, message: 'taken' | 'none', atMs: number): void;
  minute?(nowMs: number): void;
}

export type Reply = 'taken' | 'unknown' | 'dropped';

export class Relay {
  readonly people: People;
  readonly defence: Defence;
  #sessions = 0;

  constructor(people: People, defence: Defence) {
    this.people = people;
    this.defence = defence;
  }

  /** @returns undefined: nothing answers */
  connect(client: Client, atMs: number): Session | undefined {
    if (this.defence.drops(client, atMs)) return undefined;
    this.#sessions += 1;
    const session = new Session(this, client, this.#sessions);
    this.defence.opened?.(session, atMs);
    return session;
  }
}

/** What sendmail's process writes: greeting with EHLO, and the fixed part of its answers. Bytes. */
const greetingBytes = 300;
/** `250 2.1.5 … ... Recipient ok`, and `550 5.1.1 … ... User unknown`: the same. */
const recipientBytes = 28;
/** To DATA and to its end; and the files of the queue without the message. */
const messageBytes = 108 + 900;
/** A handshake with certificates, and what TLS adds to each answer. Half of the clients use it. */
const handshakeBytes = 4500;
const recordBytes = 22;

/** Of the messages of a session. Bytes. */
export const sizeOf = ({number}: Session): number => 2000 + (number % 5000);

/** A name as it stands in RCPT. */
export const addressText = (name: string): string =>
  name.includes('@') ? `<${name}>` : `<${name}@example.net>`;

export class Session {
  readonly client: Client;
  /** Of this relay, counted from 1. */
  readonly number: number;
  /** All that its process has written so far, the queue's files too, as the kernel counts it. */
  answeredBytes = greetingBytes;
  isDropped = false;
  readonly #relay: Relay;
  readonly #overheadBytes: number;
  #envelope: Envelope | undefined;

  constructor(relay: Relay, client: Client, number: number) {
    this.#relay = relay;
    this.client = client;
    this.number = number;
    this.#overheadBytes = client.usesTls ? recordBytes : 0;
    if (client.usesTls) this.answeredBytes += handshakeBytes;
  }

  /** MAIL: an open envelope ends without mail. */
  mail(sender: 'null' | 'named', author: string, atMs: number): void {
    this.reset(atMs);
    this.answeredBytes += recipientBytes + author.length + this.#overheadBytes;
    const empty = {accepted: [], refused: 0, queueId: ''};
    this.#envelope = {session: this, sender, author, ...empty};
  }

  rcpt(name: string, atMs: number): Reply {
    if (this.#isCut(atMs)) return 'dropped';
    const envelope = this.#envelope;
    if (envelope === undefined) throw new Error('RCPT before MAIL');
    const {defence, people} = this.#relay;
    this.answeredBytes += recipientBytes + addressText(name).length + this.#overheadBytes;
    // What is elsewhere is for the next host to refuse.
    if (name.includes('@') || people.takes(name, atMs)) {
      envelope.accepted.push(name);
      return 'taken';
    }
    envelope.refused += 1;
    // The answer is on its way before the log is read.
    defence.refused(envelope, name, atMs);
    return 'unknown';
  }

  /** DATA and the message. @returns whether it was taken */
  data(atMs: number): Reply {
    if (this.#isCut(atMs)) return 'dropped';
    const envelope = this.#envelope;
    if (envelope === undefined) throw new Error('DATA before MAIL');
    this.#envelope = undefined;
    const isMail = envelope.accepted.length > 0;
    if (isMail) this.answeredBytes += messageBytes + sizeOf(this) + 2 * this.#overheadBytes;
    // It may be blocked for the envelope, but its message has been taken.
    this.#relay.defence.ended(envelope, isMail ? 'taken' : 'none', atMs);
    return isMail ? 'taken' : 'unknown';
  }

  /** RSET, and QUIT. */
  reset(atMs: number): void {
    const envelope = this.#envelope;
    this.#envelope = undefined;
    if (envelope !== undefined) this.#relay.defence.ended(envelope, 'none', atMs);
  }

  /** Whether its client is blocked: its process is ended, and says what it knows. */
  #isCut(atMs: number): boolean {
    if (this.isDropped || !this.#relay.defence.drops(this.client, atMs)) return this.isDropped;
    this.isDropped = true;
    this.reset(atMs);
    return true;
  }
}
