/**
 * The relay: takes sessions, accepts or refuses RCPT, and asks its defence which clients are dropped. So
 * a block has its real effect: a client that is dropped in the middle of a session learns nothing more,
 * and its open envelope ends without mail. Counts belong to the client that opened the session.
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
  /** Names that were refused. A count. */
  refused: number;
  /** The defence sets it with the first line of the envelope. */
  queueId: string;
}

/** A defence of the relay: sees everything that happens, and drops clients. */
export interface Defence {
  readonly name: string;
  drops(client: Client, atMs: number): boolean;
  /** Why it drops a client, as text for people. */
  because?(client: Client, atMs: number): string;
  /** A session began. */
  opened?(session: Session, atMs: number): void;
  /** A recipient was refused: no such user. */
  refused(envelope: Envelope, name: string, atMs: number): void;
  /** @param message `taken`: the message went to all accepted names */
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

  /** @returns undefined: the client is dropped, and gets no answer */
  connect(client: Client, atMs: number): Session | undefined {
    if (this.defence.drops(client, atMs)) return undefined;
    this.#sessions += 1;
    const session = new Session(this, client, this.#sessions);
    this.defence.opened?.(session, atMs);
    return session;
  }
}

/** Bytes that sendmail's process writes: the greeting and the answer to EHLO. */
const greetingBytes = 300;
/** Fixed part of `250 2.1.5 … ... Recipient ok` and of `550 5.1.1 … ... User unknown`, which are equally long. */
const recipientBytes = 28;
/** Answers to DATA and to its end, and the queue's files without the message. */
const messageBytes = 108 + 900;
/** A TLS handshake with certificates, and what TLS adds to each answer. Half of the clients use it. */
const handshakeBytes = 4500;
const recordBytes = 22;

/** Size of the messages of a session. Bytes. */
export const sizeOf = ({number}: Session): number => 2000 + (number % 5000);

/** A name as it stands in RCPT. */
export const addressText = (name: string): string =>
  name.includes('@') ? `<${name}>` : `<${name}@example.net>`;

export class Session {
  readonly client: Client;
  /** Number of the session at this relay, from 1. */
  readonly number: number;
  /** Bytes that its process has written so far, as the kernel counts them: the queue's files are included. */
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

  /** MAIL. An envelope that is still open ends without mail. */
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
    // For a recipient elsewhere only the next host can refuse.
    if (name.includes('@') || people.takes(name, atMs)) {
      envelope.accepted.push(name);
      return 'taken';
    }
    envelope.refused += 1;
    // The client gets this answer even if it leads to a block: the log is read later.
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
    // The envelope may lead to a block, but its message was taken before.
    this.#relay.defence.ended(envelope, isMail ? 'taken' : 'none', atMs);
    return isMail ? 'taken' : 'unknown';
  }

  /** RSET, and QUIT. */
  reset(atMs: number): void {
    const envelope = this.#envelope;
    this.#envelope = undefined;
    if (envelope !== undefined) this.#relay.defence.ended(envelope, 'none', atMs);
  }

  /** Whether its client is blocked. Then its process ends, and logs its open envelope. */
  #isCut(atMs: number): boolean {
    if (this.isDropped || !this.#relay.defence.drops(this.client, atMs)) return this.isDropped;
    this.isDropped = true;
    this.reset(atMs);
    return true;
  }
}
