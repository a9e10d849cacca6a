/**
 * One way to deliver warnings besides the log (a mail, a window, …), within bounds: how many at the same
 * time, how many wait, and how many in an hour. Each user has only a share of these, so that one user
 * cannot use up all. Logs each reason for a failure once, and counts dropped warnings. The way itself
 * knows how to deliver.
 */
import {isWithin} from '../../../base/mechanisms/elapsed.js';
import {WorkerPool} from '../../../base/mechanisms/worker-pool.js';
import type {Say} from '../../../base/say.js';
import type {Delivered} from '../delivered.js';
import {UserShares} from '../shares.js';
import {nowMs} from '../../../sys/run/clock.js';

/** @template Told the warning that is delivered */
export interface WarningWay<Told> {
  /** Its name in the log: `mail`. */
  readonly name: string;
  /** How many warnings are delivered at the same time, wait, and are delivered in an hour. Counts. */
  readonly bounds: {readonly atOnce: number; readonly waiting: number; readonly anHour: number};
  /** The user whose share the warning takes; below 0: not known, and all of these count as one user. */
  readonly uidOf: (told: Told) => number;
  /** How long one delivery may take. Then `stop` is given. Ms. */
  readonly timeoutMs: number;
  /** Never rejects, and ends soon after the signal is given. */
  readonly deliver: (told: Told, stop: AbortSignal) => Promise<Delivered>;
}

const hourMs = 3_600_000;
/** Share of the warnings in an hour that one user has, and the least number of these. A ratio; a count. */
const shareOfHour = 1 / 3;
const leastOfHour = 10;
/** The same for warnings that wait or are being delivered. All three windows may belong to one user. */
const shareOfPlaces = 1 / 2;
const leastPlaces = 4;
/** Shares of one range of user numbers, which may belong to one user. A count. */
const sharesOfRange = 2;
/**
 * Different reasons for a failure that are logged until a delivery succeeds. A count: the answer of a server may
 * vary each time.
 */
const mostReasons = 10;

export class WarningDelivery<Told> {
  readonly #way: WarningWay<Told>;
  readonly #say: Say;
  readonly #pool: WorkerPool;
  readonly #stop = new AbortController();
  readonly #told = new Set<string>();
  readonly #placesOf: UserShares;
  readonly #hourOf: UserShares;
  #hourFromMs = 0;
  #thisHour = 0;
  #leftOut = 0;

  constructor(way: WarningWay<Told>, say: Say) {
    this.#way = way;
    this.#say = say;
    this.#pool = new WorkerPool(way.bounds);
    const {atOnce, waiting, anHour} = way.bounds;
    const places = Math.max(leastPlaces, Math.floor((atOnce + waiting) * shareOfPlaces));
    this.#placesOf = new UserShares({ofUser: places, ofRange: places * sharesOfRange});
    const hour = Math.max(leastOfHour, Math.floor(anHour * shareOfHour));
    this.#hourOf = new UserShares({ofUser: hour, ofRange: hour * sharesOfRange});
  }

  /** Delivers the warning, or drops it if a bound is reached. Does not wait, and never fails. */
  take(warning: Told): void {
    if (this.#stop.signal.aborted) return;
    const uid = this.#way.uidOf(warning);
    const hasQuota = this.#hasQuota();
    if (this.#pool.isFull || !hasQuota) {
      this.#leaveOut('all');
      return;
    }
    if (this.#placesOf.isUsedUp(uid) || this.#hourOf.isUsedUp(uid)) {
      this.#leaveOut('user');
      return;
    }
    this.#thisHour += 1;
    this.#hourOf.take(uid);
    this.#placesOf.take(uid);
    void this.#pool.run(() => this.#deliver(warning)).finally(() => this.#placesOf.giveBack(uid));
  }

  /** Drops warnings that wait, and ends deliveries that are under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#leftOut += this.#pool.dropWaiting();
    await this.#pool.settled();
    this.#tellLeftOut();
  }

  /** Uses the wall clock. If it is set back, a new hour begins. */
  #hasQuota(): boolean {
    const now = nowMs();
    if (!isWithin(this.#hourFromMs, hourMs, now)) {
      this.#hourFromMs = now;
      this.#thisHour = 0;
      this.#hourOf.clear();
    }
    return this.#thisHour < this.#way.bounds.anHour;
  }

  #leaveOut(whose: 'all' | 'user'): void {
    this.#leftOut += 1;
    if (this.#leftOut > 1) return;
    const {name, bounds} = this.#way;
    if (whose === 'user') {
      const message = 'too many of one user: the next of that user are in this log only';
      this.#say('warning', `warnings by ${name}: ${message}`);
      return;
    }
    const most = `${bounds.atOnce + bounds.waiting} at once, ${bounds.anHour} an hour`;
    this.#say('warning', `warnings by ${name}: too many (${most}): the next are in this log only`);
  }

  #tellLeftOut(): void {
    if (this.#leftOut === 0) return;
    this.#say('warning', `warnings by ${this.#way.name}: ${this.#leftOut} were left out`);
    this.#leftOut = 0;
  }

  async #deliver(warning: Told): Promise<void> {
    this.#tellLeftOut();
    const stop = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#way.timeoutMs)]);
    try {
      this.#tell(await this.#way.deliver(warning, stop));
    } catch (error) {
      this.#tell({kind: 'failed', why: (error as Error).message});
    }
  }

  #tell(result: Delivered): void {
    const {name} = this.#way;
    if (result.kind === 'done') {
      if (this.#told.size > 0) this.#say('notice', `warnings by ${name}: it works again`);
      this.#told.clear();
      return;
    }
    const {why} = result;
    if (this.#stop.signal.aborted || this.#told.has(why) || this.#told.size >= mostReasons) return;
    this.#told.add(why);
    this.#say('error', `warnings by ${name}: ${why}; blocksmtp says this once`);
  }
}
