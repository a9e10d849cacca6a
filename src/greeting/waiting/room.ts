/**
 * The waiting room as a value: which clients wait since when, and what becomes of each as time
 * passes and the kernel shows what lies in its socket. Times are of a monotonic clock, in ms. Moves
 * no client itself.
 */
import {type Address} from '../../net/address.js';
import {addressBytes, mappedBits, maskBytes} from '../../net/address-bytes.js';
import {Places} from './places.js';
import {judge, type Seen} from './seen.js';

export interface RoomLimits {
  readonly waitMs: number;
  readonly stressWaitMs: number;
  readonly most: number;
  readonly mostPerClient: number;
  readonly mostPerNetwork: number;
  readonly mostChildren: number;
  readonly childrenPerSecond: number;
}

/** What is to be done with one client; it does not wait any more. */
export interface Move {
  /**
   * `hand`: to the mailer, it has waited. `handAtOnce`: to the mailer without a wait. `early`: 554. `left`:
   * close. `refuse`: 421.
   */
  readonly kind: 'hand' | 'handAtOnce' | 'early' | 'left' | 'refuse';
  readonly id: number;
  readonly waitedMs: number;
  /** When its wait is over; only of `hand`, which comes a little earlier. */
  readonly dueMs?: number;
}

interface Waiter {
  readonly id: number;
  readonly client: Address;
  readonly sinceMs: number;
}

interface Place extends Waiter {
  readonly network: string;
  /** Looks in a row in which the kernel did not show it. */
  missed: number;
}

/** Above it the room is under stress. A share of `most`, as postscreen has it. */
export const stressShare = 0.7;
/**
 * The program that takes the last look is started so long before the end of a wait, so that the client does not wait
 * for its start as well. Ms: a start takes 20 to 40 on a quiet machine.
 */
export const headStartMs = 100;
/** A gate is full where a client has to wait so much longer than its wait. Ms: far below `mostQueuedMs`. */
export const lateMs = 5000;
/** Of the mailer's places so many may be taken when a full gate takes clients again. A share. */
export const freeAgainShare = 0.8;

/** Bits of a network, of each family. */
const networkBits = {4: 24, 6: 64} as const;
/**
 * So long a client that has waited waits on for its turn, while too many processes were started in the last
 * second. Ms: mailers wait five minutes, and 600 have their turn in it.
 */
export const mostQueuedMs = 30_000;
/** A table of the kernel is read in pieces, and may lack a socket once. A count of looks. */
export const mostMissed = 2;

export class WaitingRoom {
  readonly #limits: RoomLimits;
  readonly #places: Places;
  /** In the order in which they came. */
  readonly #waiting = new Map<number, Place>();
  readonly #ofClient = new Map<string, number>();
  readonly #ofNetwork = new Map<string, number>();
  #load: 'takes' | 'full' = 'takes';

  constructor(limits: RoomLimits) {
    this.#limits = limits;
    this.#places = new Places(limits.mostChildren, limits.childrenPerSecond);
  }

  get size(): number {
    return this.#waiting.size;
  }

  get children(): number {
    return this.#places.running;
  }

  get isStressed(): boolean {
    return this.size > stressShare * this.#limits.most;
  }

  /** Whether the next unknown client would hear 421. */
  get isFull(): boolean {
    return this.#places.isFull;
  }

  /**
   * What the gate reports. `full`: unknown clients would hear 421, or wait for long, because of the mailer's places
   * and not of the greeting; it leads nobody here then. Once full, it is so until a fifth of the places is free:
   * otherwise one that comes free between two reports would keep the door open and the queue long.
   */
  load(nowMs: number): 'takes' | 'full' {
    const [first] = this.#waiting.values();
    const isLate = first !== undefined && nowMs - this.#dueMs(first) > lateMs;
    const most = this.#limits.mostChildren * (this.#load === 'full' ? freeAgainShare : 1);
    this.#load = isLate || this.children >= most ? 'full' : 'takes';
    return this.#load;
  }

  /** The longest waiting first. */
  *waiters(): Generator<Waiter> {
    yield* this.#waiting.values();
  }

  /** A client has come. @returns undefined: it waits */
  come(id: number, client: Address, nowMs: number): Move | undefined {
    const network = networkKey(client);
    const {most, mostPerClient, mostPerNetwork} = this.#limits;
    const isBeyond =
      this.size >= most ||
      (this.#ofClient.get(client.text) ?? 0) >= mostPerClient ||
      (this.#ofNetwork.get(network) ?? 0) >= mostPerNetwork;
    if (isBeyond) {
      const kind = this.#places.take(nowMs) === 'taken' ? 'handAtOnce' : 'refuse';
      return {kind, id, waitedMs: 0};
    }
    this.#waiting.set(id, {id, client, network, sinceMs: nowMs, missed: 0});
    add(this.#ofClient, client.text, 1);
    add(this.#ofNetwork, network, 1);
    return undefined;
  }

  /** What the kernel has shown of each that waited already when the look began. */
  look(seenOf: (id: number) => Seen | undefined, beganMs: number, nowMs: number): Move[] {
    const moves: Move[] = [];
    for (const place of this.#waiting.values()) {
      // A client that came after the look began may stand in no table yet.
      if (place.sinceMs >= beganMs) break;
      const seen = seenOf(place.id);
      place.missed = seen === undefined ? place.missed + 1 : 0;
      const found = seen === undefined ? missing(place.missed) : judge(seen);
      if (found !== 'silent') moves.push(this.#leave(place, found, nowMs));
    }
    return moves;
  }

  /** Those whose wait is over or nearly over, one after another, as far as there are places for them. */
  *pass(nowMs: number): Generator<Move> {
    // A walk through a Map allows removals; copying thousands for each client that passes would
    // cost too much.
    for (const place of this.#waiting.values()) {
      const dueMs = this.#dueMs(place);
      const overMs = nowMs - dueMs;
      if (overMs < -headStartMs) break;
      const taken = this.#places.take(nowMs);
      if (taken === 'later' && overMs < mostQueuedMs) break;
      if (taken === 'full' && overMs < 0) break;
      yield taken === 'taken'
        ? {...this.#leave(place, 'hand', Math.max(dueMs, nowMs)), dueMs}
        : this.#leave(place, 'refuse', nowMs);
    }
  }

  /** All that wait: the gate ends. */
  empty(nowMs: number): Move[] {
    return [...this.#waiting.values()].map((place) => {
      const kind = this.#places.takeNow() === 'taken' ? 'handAtOnce' : 'refuse';
      return this.#leave(place, kind, nowMs);
    });
  }

  /** When `pass` may have something to do; undefined: nobody waits. */
  nextMs(nowMs: number): number | undefined {
    const [first] = this.#waiting.values();
    if (first === undefined) return undefined;
    const dueMs = this.#dueMs(first);
    const handMs = dueMs - headStartMs;
    if (this.isFull) return dueMs;
    return handMs > nowMs ? handMs : Math.max(handMs, this.#places.nextMs(nowMs));
  }

  /** A process that was started for a client has ended. */
  childEnded(): void {
    this.#places.free();
  }

  #dueMs({sinceMs}: Place): number {
    const {waitMs, stressWaitMs} = this.#limits;
    return sinceMs + (this.isStressed ? Math.min(waitMs, stressWaitMs) : waitMs);
  }

  #leave({id, client, network, sinceMs}: Place, kind: Move['kind'], nowMs: number): Move {
    this.#waiting.delete(id);
    add(this.#ofClient, client.text, -1);
    add(this.#ofNetwork, network, -1);
    return {kind, id, waitedMs: Math.max(0, Math.round(nowMs - sinceMs))};
  }
}

const missing = (times: number): 'silent' | 'left' => (times >= mostMissed ? 'left' : 'silent');

function networkKey(client: Address): string {
  const bytes = addressBytes(client);
  maskBytes(bytes, mappedBits[client.family] + networkBits[client.family]);
  return bytes.join('.');
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
