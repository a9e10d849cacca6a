/**
 * The open envelopes, and the evidence held for each until its client is known. Their total is limited; the oldest
 * are given up first. `envelopes.ts` decides which client it is, and when evidence is released.
 */
import type {Table} from '../base/mechanisms/table.js';
import {
  both,
  type EndedEnvelope,
  type JoinOutcome,
  type JoinOutcomes,
  nothing,
  type Unresolved,
  type WhyUnresolved,
} from './join-outcome.js';
import type {EnvelopeEnd} from './mail-event.js';
import type {LogRecord} from '../log/record.js';
import type {KnownClient, PendingEvidence} from './pending-evidence.js';
import {parseAddress} from '../net/address.js';

/** Envelopes that are remembered. A count: a hundred times what a large relay has open. */
export const mostEnvelopes = 100_000;
/** Evidence held for all envelopes together. A count: about 60 MB with the longest lines that sendmail writes. */
export const mostHeld = 200_000;
/** How long a session may be silent before it has ended. Ms: sendmail gives up after an hour (Timeout.command). */
export const longestSilenceMs = 70 * 60 * 1000;

/** Plain data: it is saved as it is. */
export interface Envelope {
  readonly client: KnownClient | 'disputed' | undefined;
  /** Grows in place: copying it for each recipient would cost more than everything else. */
  readonly held: PendingEvidence[];
  readonly firstMs: number;
  readonly lastMs: number;
  /**
   * Refusals that the client got so far. A count; absent in states that version 1.0 saved, where it is at least
   * one.
   */
  readonly refusals?: number | undefined;
}

export const newEnvelope = (atMs: number): Envelope => ({
  client: undefined,
  held: [],
  firstMs: atMs,
  lastMs: atMs,
  refusals: 0,
});

export const refusalsIn = ({refusals}: Envelope): number => refusals ?? 1;

export class OpenEnvelopes {
  readonly #table: Table<Envelope>;
  /** Evidence held for all envelopes together. A count. */
  #held = 0;

  constructor(table: Table<Envelope>) {
    this.#table = table;
    for (const {held} of table.values()) this.#held += held.length;
  }

  get(key: string): Envelope | undefined {
    return this.#table.get(key);
  }

  /**
   * @param heldBefore how much evidence the envelope had before; its array may have grown in place
   * @returns what follows for the envelopes that were evicted
   */
  put(key: string, envelope: Envelope, heldBefore: number): JoinOutcomes {
    this.#held += envelope.held.length - heldBefore;
    this.#table.replace(key, envelope);
    // Nearly always.
    if (this.#table.size <= mostEnvelopes && this.#held <= mostHeld) return nothing;
    const outcomes: JoinOutcome[] = [];
    let lost = 0;
    while (this.#table.size > mostEnvelopes || this.#held > mostHeld) {
      const oldest = this.#table.takeOldest();
      if (oldest === undefined) break;
      this.#held -= oldest[1].held.length;
      lost += oldest[1].held.length;
      outcomes.push(...givenUp(...oldest));
    }
    return both(outcomes, unresolved(lost, 'tooManyAtOnce'));
  }

  /** @returns the envelope as it was; undefined: nothing was known about it */
  end(key: string): Envelope | undefined {
    const envelope = this.#table.get(key);
    if (envelope === undefined) return undefined;
    this.#held -= envelope.held.length;
    this.#table.delete(key);
    return envelope;
  }

  /** Gives up envelopes that were silent for too long: their process was killed, or their last line is lost. */
  forgetSilent(nowMs: number): JoinOutcomes {
    const outcomes: JoinOutcome[] = [];
    let lost = 0;
    for (const [key, envelope] of this.#table.entries()) {
      // Recorded while the clock was ahead, so the silence begins now.
      if (envelope.lastMs > nowMs) this.#table.replace(key, {...envelope, lastMs: nowMs});
      if (nowMs - envelope.lastMs < longestSilenceMs) continue;
      this.end(key);
      lost += envelope.held.length;
      outcomes.push(...givenUp(key, envelope));
    }
    return both(outcomes, unresolved(lost, 'silentSession'));
  }
}

/**
 * The end of an envelope without a `from=` line. Its sender is unknown, so the case that is milder for the client
 * is assumed.
 */
function givenUp(key: string, envelope: Envelope): JoinOutcomes {
  const {client: known, lastMs: atMs} = envelope;
  if (known === undefined || known === 'disputed' || refusalsIn(envelope) === 0) return nothing;
  const client = parseAddress(known.address);
  if (client === undefined) return nothing;
  const {proof} = known;
  const end = {client, proof, sender: 'null', accepted: 0, message: 'none', atMs} as const;
  return [{kind: 'envelopeEnded', envelope: key, ...end}];
}

export function unresolved(recipients: number, why: WhyUnresolved): Unresolved[] {
  return recipients === 0 ? [] : [{kind: 'unresolved', recipients, why}];
}

/** Field by field, as in `pendingToEvidence`: one for each mail. */
export const endOf = (
  {atMs}: LogRecord,
  {sender, accepted, message}: Pick<EnvelopeEnd, 'sender' | 'accepted' | 'message'>,
  envelope: string,
  {client, proof}: Pick<EndedEnvelope, 'client' | 'proof'>,
): JoinOutcomes => [
  {
    kind: 'envelopeEnded',
    envelope,
    client,
    proof,
    sender: sender === '' ? 'null' : 'named',
    accepted,
    message,
    atMs,
  },
];

/**
 * The end of an envelope whose client the kernel has named, if only a line that any user could have written shows
 * the end. It may be true, and then a message spares the client the bars for envelopes without one; but it earns
 * no credit.
 */
export function unprovenEnd(
  record: LogRecord,
  {sender, message}: EnvelopeEnd,
  envelope: string,
  whose: Pick<EndedEnvelope, 'client' | 'proof'>,
  before: Envelope | undefined,
): JoinOutcomes {
  if (before === undefined || refusalsIn(before) === 0) return nothing;
  return endOf(record, {sender, message, accepted: 0}, envelope, whose);
}
