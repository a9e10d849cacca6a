/**
 * Joins lines to clients. `<x>... User unknown` names no client, so what it says is held under
 * (host, pid, queue id) until something tells: the kernel or the process title at once (the caller
 * asks, see `needsClient`), or a later line of the same envelope.
 *
 * A client is known for one envelope only. What the kernel said about pid 7 is not believed for the
 * next queue id of pid 7: pids are used again, and nothing in the log ends a session reliably.
 * The exception is `connect from` (LogLevel 10), which begins a process's session in the log itself.
 *
 * When two sources disagree nothing is counted and the operator is told: one of them lies.
 */
import type {Address} from '../net/address.js';
import {parseAddress} from '../net/address.js';
import type {Evidence, Proof} from '../score/evidence.js';
import type {Table} from '../state/table.js';
import type {MailEvent} from './mail-event.js';
import type {LogRecord} from './record.js';

/** Sessions held at once. A count: ten times a large relay's. */
export const mostSessions = 10_000;
/** Recipients held in all sessions together. A count: about 20 MB at the longest sendmail writes. */
export const mostHeldRecipients = 50_000;
/** A connect line is believed for so long after its process's last line: pids are used again. Ms. */
const longestTrustMs = 10 * 60 * 1000;
/** A session silent for so long is over: sendmail gives up after an hour (Timeout.command). Ms. */
export const longestSilenceMs = 70 * 60 * 1000;
/** Envelopes of one session. A count; one is open at a time, and its last line closes it. */
const mostEnvelopes = 16;

interface KnownClient {
  readonly address: string;
  readonly proof: Proof;
}

interface Held {
  readonly recipient: string;
  readonly atMs: number;
}

interface Envelope {
  readonly queueId: string;
  readonly client: KnownClient | 'disputed' | undefined;
  readonly held: readonly Held[];
}

/** Plain data: it is saved as it is. */
export interface Session {
  readonly connectedClient: KnownClient | undefined;
  readonly envelopes: readonly Envelope[];
  readonly lastMs: number;
}

export type JoinOutcome =
  | {readonly kind: 'evidence'; readonly evidence: Evidence}
  /** Sources that disagree about one envelope. */
  | {readonly kind: 'dispute'; readonly queueId: string; readonly clients: readonly string[]}
  /** Recipients whose client was never learnt. */
  | {readonly kind: 'unresolved'; readonly recipients: number; readonly why: string};

export class Sessions {
  readonly #table: Table<Session>;
  readonly #mostHeld: number;
  /** Recipients held in all sessions together. */
  #held: number;

  /** @param mostHeld distinct recipients held for one envelope: as many as an offender can count */
  constructor(table: Table<Session>, mostHeld: number) {
    this.#table = table;
    this.#mostHeld = mostHeld;
    this.#held = [...table.values()].reduce((sum, session) => sum + heldRecipients(session), 0);
  }

  /** Whether the caller should ask the machine who is behind this envelope. */
  needsClient(record: LogRecord, queueId: string): boolean {
    const session = this.#table.get(keyOf(record));
    return session?.envelopes.find((e) => e.queueId === queueId)?.client === undefined;
  }

  take(record: LogRecord, event: MailEvent): JoinOutcome[] {
    switch (event.kind) {
      case 'connected':
        return this.#connected(record, event.client);
      case 'envelopeClient': {
        const outcomes = this.#learn(record, event.queueId, event.client, 'log', 'onlyIfOpen');
        if (event.position === 'end') this.#close(record, event.queueId);
        return outcomes;
      }
      case 'unknownRecipient': {
        const held = {recipient: event.recipient, atMs: record.atMs};
        const outcomes = this.#hold(record, event.queueId, held);
        if (event.client === undefined) return outcomes;
        return [
          ...outcomes,
          ...this.#learn(record, event.queueId, event.client, 'log', 'onlyIfOpen'),
        ];
      }
    }
  }

  /** The machine's answer for one envelope. */
  learn(record: LogRecord, queueId: string, client: Address, proof: Proof): JoinOutcome[] {
    return this.#learn(record, queueId, client, proof, 'open');
  }

  /** Gives up sessions that have been silent for too long. */
  forgetSilent(nowMs: number): JoinOutcome[] {
    let recipients = 0;
    for (const [key, session] of this.#table.entries()) {
      // Noted while the clock was ahead: its silence begins now.
      if (session.lastMs > nowMs) this.#store(key, {...session, lastMs: nowMs});
      if (nowMs - session.lastMs < longestSilenceMs) continue;
      recipients += heldRecipients(session);
      this.#store(key, undefined);
    }
    return unresolved(recipients, 'their sessions ended without a word about the client');
  }

  #connected(record: LogRecord, client: Address | undefined): JoinOutcome[] {
    const key = keyOf(record);
    const lost = heldRecipients(this.#table.get(key));
    // A process that nobody can tell the client of must not go on as the one before it.
    const connectedClient = client && ({address: client.text, proof: 'log'} as const);
    this.#store(key, client && {connectedClient, envelopes: [], lastMs: record.atMs});
    return [...unresolved(lost, 'their process id was used again'), ...this.#makeRoom()];
  }

  #hold(record: LogRecord, queueId: string, held: Held): JoinOutcome[] {
    const session = this.#sessionOf(record);
    const envelope = envelopeOf(session, queueId);
    const client = envelope.client ?? session.connectedClient;
    if (client === 'disputed') return [];
    if (client !== undefined) {
      const lost = this.#put(record, session, {...envelope, client});
      return [...evidenceOf([held], client), ...lost, ...this.#makeRoom()];
    }
    // More could not be counted, and one recipient counts once.
    if (
      envelope.held.length >= this.#mostHeld ||
      envelope.held.some(({recipient}) => recipient.toLowerCase() === held.recipient.toLowerCase())
    ) {
      return [];
    }
    const lost = this.#put(record, session, {...envelope, held: [...envelope.held, held]});
    return [...lost, ...this.#makeRoom()];
  }

  #learn(
    record: LogRecord,
    queueId: string,
    client: Address,
    proof: Proof,
    when: 'open' | 'onlyIfOpen',
  ): JoinOutcome[] {
    const session = this.#sessionOf(record);
    const known = session.envelopes.find((e) => e.queueId === queueId);
    // Most envelopes are honest: one without unknown recipients needs no memory.
    if (known === undefined && when === 'onlyIfOpen' && session.connectedClient === undefined) {
      return [];
    }
    const envelope = known ?? envelopeOf(session, queueId);
    const before = envelope.client ?? session.connectedClient;
    if (before === 'disputed') return [];
    if (before !== undefined && before.address !== client.text) {
      const lost = this.#put(record, session, {queueId, client: 'disputed', held: []});
      return [{kind: 'dispute', queueId, clients: [before.address, client.text]}, ...lost];
    }
    // The kernel's word is kept even where the log has said the same before.
    const learnt =
      before === undefined || proof === 'kernel' ? {address: client.text, proof} : before;
    const lost = this.#put(record, session, {queueId, client: learnt, held: []});
    return [...evidenceOf(envelope.held, learnt), ...lost];
  }

  /** The envelope has had its last line. */
  #close(record: LogRecord, queueId: string): void {
    const key = keyOf(record);
    const session = this.#table.get(key);
    if (session === undefined) return;
    const envelopes = session.envelopes.filter((e) => e.queueId !== queueId);
    const isOver = envelopes.length === 0 && session.connectedClient === undefined;
    this.#store(key, isOver ? undefined : {...session, envelopes});
  }

  #sessionOf(record: LogRecord): Session {
    const fresh = {connectedClient: undefined, envelopes: [], lastMs: record.atMs};
    const session = this.#table.get(keyOf(record)) ?? fresh;
    const isTrusted = record.atMs - session.lastMs <= longestTrustMs;
    return isTrusted ? session : {...session, connectedClient: undefined};
  }

  #put(record: LogRecord, session: Session, envelope: Envelope): JoinOutcome[] {
    const others = session.envelopes.filter((e) => e.queueId !== envelope.queueId);
    const kept = others.slice(-(mostEnvelopes - 1));
    const envelopes = [...kept, envelope];
    this.#store(keyOf(record), {...session, envelopes, lastMs: record.atMs});
    const given = others.slice(0, others.length - kept.length);
    const lost = given.reduce((sum, {held}) => sum + held.length, 0);
    return unresolved(lost, `more than ${mostEnvelopes} envelopes in one session`);
  }

  #makeRoom(): JoinOutcome[] {
    let lost = 0;
    while (this.#table.size > mostSessions || this.#held > mostHeldRecipients) {
      const oldest = this.#table.oldestKey() ?? '';
      lost += heldRecipients(this.#table.get(oldest));
      this.#store(oldest, undefined);
    }
    return unresolved(lost, 'too many at once');
  }

  /** The only way a session changes, so that what is held is always counted. */
  #store(key: string, session: Session | undefined): void {
    this.#held += heldRecipients(session) - heldRecipients(this.#table.get(key));
    if (session === undefined) this.#table.delete(key);
    else this.#table.set(key, session);
  }
}

const keyOf = (record: LogRecord): string => `${record.host} ${record.pid}`;

const envelopeOf = (session: Session, queueId: string): Envelope =>
  session.envelopes.find((e) => e.queueId === queueId) ?? {queueId, client: undefined, held: []};

const heldRecipients = (session: Session | undefined): number =>
  (session?.envelopes ?? []).reduce((sum, envelope) => sum + envelope.held.length, 0);

function evidenceOf(held: readonly Held[], known: KnownClient): JoinOutcome[] {
  const client = parseAddress(known.address);
  if (client === undefined) throw new Error(`a session holds ${known.address} as its client`);
  return held.map(({recipient, atMs}) => ({
    kind: 'evidence',
    evidence: {kind: 'unknownRecipient', client, recipient, atMs, proof: known.proof},
  }));
}

function unresolved(recipients: number, why: string): JoinOutcome[] {
  return recipients === 0 ? [] : [{kind: 'unresolved', recipients, why}];
}
