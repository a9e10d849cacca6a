/**
 * The waiting room as a value: which clients wait, and since when. Decides what happens to each client
 * when time passes or the kernel shows unread bytes in its socket. Times are of a monotonic clock, in
 * ms. Moves no client itself.
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

/** What the gate should do with one client. The client has left the room. */
export interface Move {
  /**
   * `hand`: hand it to the mailer after its wait. `handAtOnce`: hand it to the mailer without a wait. `early`:
   * answer 554. `left`: close the connection. `refuse`: answer 421.
   */
  readonly kind: 'hand' | 'handAtOnce' | 'early' | 'left' | 'refuse';
  readonly id: number;
  readonly waitedMs: number;
  /** Only with `hand`, which comes a little before the wait is over: when it is over. */
  readonly dueMs?: number;
}

interface Waiter {
  readonly id: number;
  readonly client: Address;
  readonly sinceMs: number;
}

interface Place extends Waiter {
  readonly network: string;
  /** In how many looks in a row the kernel did not show its socket. */
  missed: number;
}

/** Above this share of `most` the room is under stress. Postscreen uses the same share. */
export const stressShare = 0.7;
/**
 * How long before the end of a wait the program for the last look is started, so that the client does not wait for its
 * start as well. Ms: a start takes 20 to 40 on a quiet machine.
 */
export const headStartMs = 100;
/** The gate is full if a client is kept this much longer than its wait. Ms: far below `mostQueuedMs`. */
export const lateMs = 5000;
/** A full gate takes clients again when no more than this share of the mailer's places is taken. */
export const freeAgainShare = 0.8;

/** Prefix lengths of the networks that `mostPerNetwork` counts. Bits. */
const networkBits = {4: 24, 6: 64} as const;
/**
 * How long a client can wait for its turn after its wait, while too many processes start per second. Ms: mailers
 * wait five minutes for a greeting, and 600 clients get their turn in this time.
 */
export const mostQueuedMs = 30_000;
/** Looks in a row that may miss a socket. A count: the kernel's table is read in pieces, and can lack a socket once. */
export const mostMissed = 2;

export class WaitingRoom {
  readonly #limits: RoomLimits;
  readonly #places: Places;
  /** Clients in the order in which they came. */
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

  /** Whether the gate would answer 421 to the next unknown client. */
  get isFull(): boolean {
    return this.#places.isFull;
  }

  /**
   * The state that the gate reports. `full`: the mailer has too few places, so unknown clients would hear 421, or
   * would wait much longer than for the greeting. The firewall then leads nobody to the gate. A full gate stays full
   * until a fifth of the places is free. Otherwise one place that comes free between two reports would keep the
   * redirection on and the queue long.
   */
  load(nowMs: number): 'takes' | 'full' {
    const [first] = this.#waiting.values();
    const isLate = first !== undefined && nowMs - this.#dueMs(first) > lateMs;
    const most = this.#limits.mostChildren * (this.#load === 'full' ? freeAgainShare : 1);
    this.#load = isLate || this.children >= most ? 'full' : 'takes';
    return this.#load;
  }

  /** Clients that wait, the longest wait first. */
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

  /** Judges each client that already waited when the look began, by what the kernel showed of its socket. */
  look(seenOf: (id: number) => Seen | undefined, beganMs: number, nowMs: number): Move[] {
    const moves: Move[] = [];
    for (const place of this.#waiting.values()) {
      // The tables may lack a client that came after the look began.
      if (place.sinceMs >= beganMs) break;
      const seen = seenOf(place.id);
      place.missed = seen === undefined ? place.missed + 1 : 0;
      const found = seen === undefined ? missing(place.missed) : judge(seen);
      if (found !== 'silent') moves.push(this.#leave(place, found, nowMs));
    }
    return moves;
  }

  /** Yields clients whose wait is over or nearly over, one after another, while there are places for them. */
  *pass(nowMs: number): Generator<Move> {
    // The loop removes entries of the Map that it walks, which is allowed. Copying thousands of
    // entries for each client would cost too much.
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

  /** Moves for all clients that wait: the gate ends. */
  empty(nowMs: number): Move[] {
    return [...this.#waiting.values()].map((place) => {
      const kind = this.#places.takeNow() === 'taken' ? 'handAtOnce' : 'refuse';
      return this.#leave(place, kind, nowMs);
    });
  }

  /** When `pass` may have a move; undefined: nobody waits. */
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
