/**
 * Counts messages of the queue by their senders, the worst first. Keeps no message, so a
 * queue of any size needs the same memory.
 */
import {type QueuedMessage, type Whose, whoseKey} from './message.js';

export interface SenderCount {
  readonly whose: Whose;
  messages: number;
  recipients: number;
  held: number;
  /** Messages whose sender only a header names. */
  byHeader: number;
  oldestMs: number;
  newestMs: number;
  /** A few different ones. */
  readonly from: string[];
}

/** At most so many senders are distinguished. A count: the rest is one line, `others`. */
const mostSenders = 10_000;
const mostFrom = 3;

export class SenderCounts {
  readonly #senders = new Map<string, SenderCount>();
  /** Messages of senders that are not distinguished. */
  #others = 0;

  get others(): number {
    return this.#others;
  }

  add({whose, state, control}: QueuedMessage): void {
    const {lines, createdMs} = control;
    const key = whoseKey(whose);
    const known = this.#senders.get(key) ?? this.#begin(key, whose, createdMs);
    if (known === undefined) {
      this.#others += 1;
      return;
    }
    known.messages += 1;
    known.recipients += lines.recipientCount;
    if (state === 'held') known.held += 1;
    if (whose.kind !== 'unknown' && whose.proof === 'header') known.byHeader += 1;
    known.oldestMs = Math.min(known.oldestMs, createdMs);
    known.newestMs = Math.max(known.newestMs, createdMs);
    const {from} = known;
    if (from.length < mostFrom && !from.includes(lines.sender)) from.push(ofItsOwn(lines.sender));
  }

  /** By recipients, the most first. */
  get worstFirst(): SenderCount[] {
    return [...this.#senders.values()].sort(
      (a, b) => b.recipients - a.recipients || b.messages - a.messages,
    );
  }

  #begin(key: string, whose: Whose, createdMs: number): SenderCount | undefined {
    if (this.#senders.size >= mostSenders) return undefined;
    const times = {oldestMs: createdMs, newestMs: createdMs};
    const begun = {
      whose: kept(whose),
      messages: 0,
      recipients: 0,
      held: 0,
      byHeader: 0,
      ...times,
      from: [],
    };
    this.#senders.set(key, begun);
    return begun;
  }
}

/** A copy, because a part of a control file's text would keep the whole file in memory. */
const ofItsOwn = (text: string): string => text.split('').join('');

function kept(whose: Whose): Whose {
  switch (whose.kind) {
    case 'auth':
      return {...whose, name: ofItsOwn(whose.name)};
    case 'uid':
      return {...whose, user: ofItsOwn(whose.user)};
    case 'host':
    case 'unknown':
      return whose;
  }
}
