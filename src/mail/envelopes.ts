/**
 * Joins lines to clients. `<x>... User unknown` names no client, so it waits under (host, pid, queue id) until
 * something names one: immediately the kernel or the process title (the caller asks, see `needsClient`), or a later
 * line.
 *
 * A client is known for one envelope only. What the kernel said about pid 7 is not believed for the next queue id
 * of pid 7: pids are reused, and no line reliably ends a session. The exception is `connect from` (LogLevel 10),
 * which begins a process's session in the log itself.
 *
 * If two sources disagree, nothing counts, what was counted before is taken back, and a warning tells the operator that one of them is false. `from=` ends an envelope. sendmail also writes it if the client disconnects or stays silent, and if its
 * connection is destroyed (headers.c logsender() in dropenvelope() and at `doquit:`). Only a process that is ended
 * by a signal, or with the machine, leaves its envelope open; that envelope ends after a silence.
 */
import type {LogRecord} from '../log/record.js';
import {type AuthorshipOf, Authors} from './authorship.js';
import {Connections, processKey} from './connections.js';
import {Deliveries, type SessionTables} from './deliveries.js';
import {type EvidenceKind, isEvidenceKind, isVerified} from './evidence.js';
import {both, type JoinOutcomes, nothing, type SessionView} from './join-outcome.js';
import type {EnvelopeEnd, MailEvent, Sign, Subject, UnknownRecipient} from './mail-event.js';
import {
  endOf,
  type Envelope,
  newEnvelope,
  OpenEnvelopes,
  refusalsIn,
  unprovenEnd,
} from './open-envelopes.js';
import {
  pendingToEvidence,
  type PendingEvidence,
  pendingOf,
  isPending,
  isSeen,
  type KnownClient,
  type MachineAnswer,
  weaker,
} from './pending-evidence.js';
import {SeenAnswers} from './sight/seen-answers.js';
import {UnnamedThings} from './unnamed-things.js';
import type {Address} from '../net/address.js';

/**
 * From this refusal of an envelope on, the kernel is asked again even if it has named the client: how much the
 * client has been answered by now distinguishes a long list with some dead names from a row of guesses. A count:
 * early enough for any judge that blocks at ten names, and most envelopes end before; each question takes some
 * tenths of a millisecond.
 */
export const firstAskedAgain = 8;
/** With a lower threshold, the kernel is asked this many answers before it is reached. A count. */
const askedBefore = 2;
/**
 * After this refusal the kernel is not asked any more: with the usual threshold the client is blocked there, however many
 * recipients were accepted. A count.
 */
export const lastAskedAgain = 50;

export class Envelopes {
  readonly #open: OpenEnvelopes;
  readonly #connections: Connections;
  readonly #deliveries: Deliveries;
  readonly #mostOfEnvelope: number;
  readonly #authors: Authors;
  readonly #askedAgain: number;
  readonly #unnamed = new UnnamedThings();
  readonly #seen = new SeenAnswers();
  #keyed: {readonly record?: LogRecord; readonly queueId: string; readonly key: string} = {
    queueId: '',
    key: '',
  };

  /**
   * @param mostOfEnvelope pieces of evidence held for one envelope: as many as the highest threshold
   * @param threshold of the judge. Names
   * @param attribution `verified`: a line for which nobody vouches neither disputes a verified statement nor earns
   *   credit
   */
  constructor(
    {envelopes, connections, deliveries}: SessionTables,
    mostOfEnvelope: number,
    authorshipOf: AuthorshipOf,
    threshold = firstAskedAgain + askedBefore,
    attribution: 'any' | 'verified' = 'any',
  ) {
    this.#askedAgain = Math.max(2, Math.min(firstAskedAgain, threshold - askedBefore));
    this.#open = new OpenEnvelopes(envelopes);
    this.#connections = new Connections(connections);
    this.#deliveries = new Deliveries(deliveries);
    this.#mostOfEnvelope = mostOfEnvelope;
    this.#authors = new Authors(authorshipOf, attribution);
  }

  /** Whether the caller should ask the kernel which client this envelope belongs to. */
  needsClient(record: LogRecord, queueId: string, wanted: 'any' | 'verified'): boolean {
    const envelope = this.#open.get(this.#keyOf(record, queueId));
    const client = envelope?.client;
    if (envelope === undefined || client === undefined) return true;
    if (client === 'disputed') return false;
    if (this.#authors.needsSight(record)) return true;
    if (client.proof !== 'kernel') return wanted === 'verified' && !isVerified(client.proof);
    const next = refusalsIn(envelope) + 1;
    return next >= this.#askedAgain && next <= lastAskedAgain;
  }

  /** What is known about an envelope, for people; undefined if nothing is, or if it has ended. */
  view(record: LogRecord, queueId: string): SessionView | undefined {
    const envelope = this.#open.get(this.#keyOf(record, queueId));
    const client = envelope?.client ?? this.#connections.toldOf(record);
    if (client === undefined && envelope === undefined) return undefined;
    const held = envelope?.held.length ?? 0;
    if (client === undefined || client === 'disputed') return {client, proof: undefined, held};
    return {client: client.address, proof: client.proof, held};
  }

  /** @param answer the kernel's, if it was asked; it is older than the line */
  take(record: LogRecord, event: MailEvent, answer?: MachineAnswer): JoinOutcomes {
    if (event.kind === 'connected') {
      if (!this.#authors.isUnheeded(record)) {
        this.#connections.began(record, event.client, this.#authors.proofOf(record));
      }
      return nothing;
    }
    if (event.kind === 'envelopeEnd') {
      const {client} = event;
      if (client === undefined) return this.#ownEnvelopeEnd(record, event);
      return this.#envelopeEnd(record, event, client, answer);
    }
    if (event.kind === 'undeliverable') {
      return this.#deliveries.undeliverable(record, event, this.#authors.ofDelivery(record));
    }
    if (event.kind === 'delivered') {
      return this.#deliveries.delivered(record, event, this.#authors.ofDelivery(record));
    }
    const login =
      event.kind === 'authenticated' ? this.#authenticated(record, event.client) : nothing;
    const named = this.#unnamed.named(record, event);
    const outcomes =
      named.queueId === undefined
        ? this.#withoutEnvelope(record, named, answer)
        : this.#inEnvelope(record, named, named.queueId, answer);
    return both(login, outcomes);
  }

  /** Gives up envelopes that were silent for too long. */
  forgetSilent(nowMs: number): JoinOutcomes {
    this.#connections.forgetSilent(nowMs);
    return this.#open.forgetSilent(nowMs);
  }

  #authenticated(record: LogRecord, client: Address | undefined): JoinOutcomes {
    const isDoubtful = this.#authors.of(record) === 'doubtful' || this.#authors.isUnheeded(record);
    if (client === undefined || isDoubtful) return nothing;
    const proof = this.#authors.proofOf(record);
    this.#connections.loggedIn(record, client, proof);
    return [{kind: 'loggedIn', client, proof, atMs: record.atMs}];
  }

  #envelopeEnd(
    record: LogRecord,
    event: EnvelopeEnd,
    client: Address,
    answer: MachineAnswer | undefined,
  ): JoinOutcomes {
    const {queueId, sender, accepted, sizeBytes, message} = event;
    const key = this.#keyOf(record, queueId);
    const before = this.#open.get(key);
    const said = {client, proof: this.#authors.proofOf(record)};
    const asked = answer ? this.#learn(record, queueId, answer, 'onlyIfOpen') : nothing;
    const outcomes = both(asked, this.#learn(record, queueId, said, 'onlyIfOpen'));
    const isUnheeded = this.#authors.isUnheeded(record);
    const other = this.#open.get(key)?.client;
    const isOthers = other !== undefined && other !== 'disputed' && other.address !== client.text;
    // The line says that another client's envelope has ended, which sendmail never writes.
    if (isUnheeded && isOthers) return outcomes;
    const after = this.#open.end(key)?.client;
    if (after === 'disputed') return outcomes;
    // If nothing else was known about the envelope, the two have not been compared yet.
    if (after === undefined && answer !== undefined && answer.client.text !== client.text) {
      const kind = isUnheeded && isVerified(answer.proof) ? 'unheeded' : 'dispute';
      return [{kind, queueId, clients: [answer.client.text, client.text]}];
    }
    const known = after ?? answer ?? said;
    if (isUnheeded) {
      const end = unprovenEnd(record, event, key, {client, proof: known.proof}, before);
      return both(outcomes, end);
    }
    const proof = weaker(known.proof, this.#authors.of(record));
    const submitter = this.#connections.submitterOf(record, client);
    // Without a message nothing is delivered: asking for existing names is guessing too.
    if (accepted > 0 && sizeBytes > 0) {
      const facts = {address: client.text, proof, submitter, left: accepted};
      this.#deliveries.remember(record, queueId, sender, facts);
    }
    const isQuiet = before === undefined || refusalsIn(before) === 0;
    if (isQuiet && message === 'none') return outcomes;
    return both(outcomes, endOf(record, event, key, {client, proof}));
  }

  /**
   * For mail of a local program. If evidence is held for the envelope, this line is not believed: somebody could
   * forge it to take the envelope away from a guesser.
   */
  #ownEnvelopeEnd(record: LogRecord, event: EnvelopeEnd): JoinOutcomes {
    const {queueId, sender, accepted, sizeBytes} = event;
    const isOpen = this.#open.get(this.#keyOf(record, queueId)) !== undefined;
    if (isOpen || accepted === 0 || sizeBytes === 0) return nothing;
    const proof = this.#authors.proofOf(record);
    const facts = {proof, submitter: 'own', left: accepted} as const;
    this.#deliveries.remember(record, queueId, sender, facts);
    return nothing;
  }

  #inEnvelope(
    record: LogRecord,
    event: UnknownRecipient | Sign,
    queueId: string,
    answer: MachineAnswer | undefined,
  ): JoinOutcomes {
    const learnt = answer ? this.#learn(record, queueId, answer, 'open') : nothing;
    const held = isEvidenceKind(event.kind)
      ? this.#hold(record, queueId, this.#pending(record, event.kind, event, answer))
      : nothing;
    const {client} = event;
    const told = client && {client, proof: this.#authors.proofOf(record)};
    const last = told ? this.#learn(record, queueId, told, 'onlyIfOpen') : nothing;
    return both(learnt, both(held, last));
  }

  /** For a line outside of any envelope, whose client the line itself, the kernel or a connect line names. */
  #withoutEnvelope(
    record: LogRecord,
    event: Sign | UnknownRecipient,
    answer: MachineAnswer | undefined,
  ): JoinOutcomes {
    const {kind, client} = event;
    if (!isEvidenceKind(kind)) return nothing;
    const said = client && {address: client.text, proof: this.#authors.proofOf(record)};
    const asked = answer && {address: answer.client.text, proof: answer.proof};
    const connected = this.#connections.clientOf(record, record.atMs);
    const [first, ...others] = [asked, said, connected].filter((known) => known !== undefined);
    if (first === undefined) return nothing;
    const other = others.find(({address}) => address !== first.address);
    if (other !== undefined) {
      const kind = this.#authors.outweighs(first, other) ? 'unheeded' : 'dispute';
      return [{kind, queueId: '', clients: [first.address, other.address]}];
    }
    return pendingToEvidence([this.#pending(record, kind, event, answer)], first);
  }

  #pending(
    record: LogRecord,
    kind: EvidenceKind,
    event: Subject,
    answer: MachineAnswer | undefined,
  ): PendingEvidence {
    const isDoubtful =
      this.#authors.needsSight(record) &&
      !isSeen(this.#seen, processKey(record), kind, event, answer);
    return isDoubtful
      ? pendingOf(kind, event, record.atMs, 'doubtful')
      : pendingOf(kind, event, record.atMs, this.#authors.of(record), answer);
  }

  #hold(record: LogRecord, queueId: string, held: PendingEvidence): JoinOutcomes {
    const key = this.#keyOf(record, queueId);
    const {atMs} = record;
    const envelope = this.#open.get(key) ?? newEnvelope(atMs);
    const client = envelope.client ?? this.#connections.clientOf(record, envelope.firstMs);
    if (client === 'disputed') return nothing;
    const heldBefore = envelope.held.length;
    const next = {...envelope, lastMs: atMs, refusals: refusalsIn(envelope) + 1};
    if (client !== undefined) {
      const released = pendingToEvidence([...envelope.held, held], client, {envelope: key});
      return both(released, this.#open.put(key, {...next, client, held: []}, heldBefore));
    }
    // More could not be counted, and repeating the same deed counts once.
    if (heldBefore >= this.#mostOfEnvelope || isPending(envelope.held, held)) return nothing;
    envelope.held.push(held);
    return this.#open.put(key, next, heldBefore);
  }

  #learn(
    record: LogRecord,
    queueId: string,
    {client, proof}: MachineAnswer,
    when: 'open' | 'onlyIfOpen',
  ): JoinOutcomes {
    const key = this.#keyOf(record, queueId);
    const {atMs} = record;
    const known = this.#open.get(key);
    const connection = this.#connections.clientOf(record, known?.firstMs ?? atMs);
    // Most envelopes are honest: one without unknown recipients needs no memory.
    if (known === undefined && when === 'onlyIfOpen' && connection === undefined) return nothing;
    const envelope = known ?? newEnvelope(atMs);
    const before = envelope.client ?? connection;
    if (before === 'disputed') return nothing;
    const heldBefore = envelope.held.length;
    const told: KnownClient = {address: client.text, proof};
    const isOther = before !== undefined && before.address !== client.text;
    if (isOther && this.#authors.isOutweighed(proof)) {
      return [{kind: 'unheeded', queueId, clients: [before.address, client.text]}];
    }
    if (isOther && !this.#authors.outweighs(told, before)) {
      const next: Envelope = {...envelope, client: 'disputed', held: [], lastMs: atMs};
      const lost = this.#open.put(key, next, heldBefore);
      const clients = [before.address, client.text];
      return [{kind: 'dispute', queueId, clients, envelope: key}, ...lost];
    }
    // Keep the better proof if the log has named the same client before.
    const isBetter = before === undefined || proof === 'kernel' || !isVerified(before.proof);
    const learnt = isBetter ? told : before;
    const released = pendingToEvidence(envelope.held, learnt, {envelope: key});
    const next = {...envelope, client: learnt, held: [], lastMs: atMs};
    return both(released, this.#open.put(key, next, heldBefore));
  }

  /** Called several times for one record, and hashing each new string takes time. */
  #keyOf(record: LogRecord, queueId: string): string {
    const last = this.#keyed;
    if (last.record === record && last.queueId === queueId) return last.key;
    const key = `${record.host} ${record.pid} ${queueId}`;
    this.#keyed = {record, queueId, key};
    return key;
  }
}
