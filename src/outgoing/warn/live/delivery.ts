/**
 * One way of warnings besides the log, and its bounds: so many at the same time, so many that wait,
 * so many an hour. A user has only a share of each; otherwise one would use up what all have. The
 * log has each reason for a failure once, and counts the dropped ones. Does not know how it carries
 * them.
 */
import {isWithin} from '../../../base/mechanisms/elapsed.js';
import {WorkerPool} from '../../../base/mechanisms/worker-pool.js';
import type {Say} from '../../../base/say.js';
import type {Delivered} from '../delivered.js';
import {UserShares} from '../shares.js';
import {nowMs} from '../../../sys/run/clock.js';

/** @template Told what is warned of */
export interface WarningWay<Told> {
  /** For the log: `mail`. */
  readonly name: string;
  /** Counts. */
  readonly bounds: {readonly atOnce: number; readonly waiting: number; readonly anHour: number};
  /** Whose share it takes; below 0: nobody knows whose it is, and all of these are one user's. */
  readonly uidOf: (told: Told) => number;
  /** After this long its process gets a signal to end. Ms. */
  readonly timeoutMs: number;
  /** Never fails, and ends soon after the signal comes. */
  readonly deliver: (told: Told, stop: AbortSignal) => Promise<Delivered>;
}

const hourMs = 3_600_000;
/** Of what goes in an hour a user has this part; but so many always. A count. */
const shareOfHour = 1 / 3;
const leastOfHour = 10;
/** Of what is under way and waits the same: all three windows may be one user's. */
const shareOfPlaces = 1 / 2;
const leastPlaces = 4;
/** A range of users, which may be one user's, has so many shares. A count. */
const sharesOfRange = 2;
/**
 * Reasons for a failure that are reported until a warning goes through. A count: an answer may
 * vary.
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

  /** Never waits, never fails. */
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

  /** What waits is left out; what is under way is ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#leftOut += this.#pool.dropWaiting();
    await this.#pool.settled();
    this.#tellLeftOut();
  }

  /** By a clock that may be set back: then a new hour begins. */
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
