/**
 * Brings one family's part of the firewall to what should be, and keeps at it. Holds what it believes
 * the kernel has, so that a block costs one call; believes nothing any more as soon as a call fails,
 * and reads anew. Wishes that come while a call is under way are taken together in the next one.
 *
 * Never gives up: what is wanted stays wanted, each try is bounded, and the tries grow rarer.
 */
import type {Say} from '../../base/say.js';
import type {Backend, Plan, Unwanted, Change} from '../backend.js';
import type {Enforced} from '../enforced.js';
import {readPart, removePart, runAll, type RunCall} from './part.js';
import type {Step} from './steps.js';
import type {Family} from '../../net/address.js';
import {nowMs} from '../../sys/run/clock.js';

/** Waiting after a failure: doubles from the first to the last. Ms. */
export const retryMs = {first: 250, last: 60_000};

/** A try that is under way for longer is said to be late: until then what it does counts as done. Ms. */
const promptMs = 1500;

export interface KeeperTools {
  readonly run: RunCall;
  readonly say: Say;
  /** Told before each step that a crash could follow. */
  readonly onStep?: (step: Step) => void;
}

/** What a keeper knows of that which should stand; the rest is its backend's. */
export interface Goal {
  /** A count. */
  readonly size: number;
  /** What was decided about since the last call, by its key. */
  takeChanged(): ReadonlySet<string>;
}

/** How a keeper speaks of what it keeps. */
export interface KeeperWords {
  readonly part: string;
  /** Of so many that should stand. */
  readonly waiting: (count: number) => string;
}

const firewallWords: KeeperWords = {
  part: 'firewall',
  waiting: (count) => `${count} blocks wait; trying again`,
};

export class Keeper<Actual, Wanted> {
  readonly #family: Family;
  readonly #backend: Backend<Actual, Wanted>;
  readonly #intent: Wanted & Goal;
  readonly #surroundings: KeeperTools;
  readonly #words: KeeperWords;
  #surplus: Unwanted = 'keep';
  /** Decided about, and not in force yet. */
  readonly #changed = new Set<string>();
  #scope: Change<Wanted>['scope'] = 'all';
  #believed: Actual | undefined;
  /** What was last read or believed, also while a try is under way or has failed: for figures. */
  #known: Actual | undefined;
  #readMs: number | undefined;
  #trySinceMs: number | undefined;
  #work: Promise<void> | undefined;
  #again = false;
  #failures = 0;
  #failure: string | undefined;
  #repairs = 0;
  #everInOrder = false;
  #isStopped = false;
  /** Somebody wants to know what the kernel really has. */
  #isDoubtful = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(
    family: Family,
    backend: Backend<Actual, Wanted>,
    intent: Wanted & Goal,
    surroundings: KeeperTools,
    words = firewallWords,
  ) {
    this.#family = family;
    this.#backend = backend;
    this.#intent = intent;
    this.#surroundings = surroundings;
    this.#words = words;
  }

  /** Has the intent as it is now put in force. Ends when it is, or when the try has failed. */
  enforce(surplus: Unwanted): Promise<void> {
    // What was kept goes now, and nothing has said of it that it changed.
    if (surplus !== this.#surplus) this.#scope = 'all';
    this.#surplus = surplus;
    // While calls fail the tries keep to their pauses, however many wishes come.
    return this.#retry === undefined ? this.#start() : Promise.resolve();
  }

  /** Compares with the kernel itself, and repairs what others have changed. */
  check(): Promise<void> {
    if (this.#retry !== undefined) return Promise.resolve();
    this.#isDoubtful = true;
    return this.#start();
  }

  /** Only looks, and changes nothing. */
  async look(): Promise<void> {
    this.#failure = await this.#look();
    this.#believed = undefined;
  }

  /** Whether the latest try did all that was wanted, or is about to. */
  get isInOrder(): boolean {
    return this.#everInOrder && this.#failures === 0 && this.#lateMs === undefined;
  }

  get enforced(): Enforced {
    const wanted = this.#intent.size;
    const late = this.#lateMs;
    const silence = late === undefined ? undefined : `no answer for ${Math.round(late / 1000)}s`;
    const failure = this.#failure ?? silence;
    const isUnderWay = this.isInOrder && this.#trySinceMs !== undefined;
    const seen = this.#known && this.#backend.standing(this.#intent, this.#known);
    const standing = isUnderWay ? wanted : (seen ?? 0);
    return {wanted, standing, readMs: this.#readMs, repairs: this.#repairs, failure};
  }

  /** For how long a try is under way that takes too long; undefined: none does. */
  get #lateMs(): number | undefined {
    const ms = this.#trySinceMs === undefined ? 0 : nowMs() - this.#trySinceMs;
    return ms > promptMs ? ms : undefined;
  }

  /** Removes all that is ours, and ends the tries. */
  async remove(): Promise<'removed' | 'failed'> {
    await this.stop();
    const end = await removePart(this.#backend, this.#surroundings.run);
    if (end.kind !== 'failed') return 'removed';
    this.#say('error', `${this.#backend.name}: not removed: ${end.why}`);
    return 'failed';
  }

  /** Ends the tries; what stands in the kernel stays. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#again = false;
    this.#clearRetry();
    await this.#work;
  }

  #start(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#clearRetry();
    this.#again = true;
    this.#work ??= this.#run();
    return this.#work;
  }

  async #run(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        if (this.#isDoubtful) this.#believed = undefined;
        this.#isDoubtful = false;
        this.#trySinceMs = nowMs();
        const failure = await this.#tryTwice();
        this.#trySinceMs = undefined;
        // Wishes that came meanwhile wait with the others.
        if (failure !== undefined) break;
      }
    } finally {
      // At once: a wish of the next moment must not take this run for one that will see it.
      this.#work = undefined;
    }
  }

  /** @returns why it failed, or undefined */
  async #tryTwice(): Promise<string | undefined> {
    let failure = await this.#try();
    // A batch that fails may only have met another reality than was believed: look and try anew.
    if (failure !== undefined && !this.#isStopped) failure = await this.#try();
    if (failure === undefined) this.#recovered();
    else this.#tryLater(failure);
    return failure;
  }

  /** @returns why it failed, or undefined */
  async #try(): Promise<string | undefined> {
    if (this.#believed !== undefined)
      return this.#carryOut(this.#planOf(this.#believed, this.#scope));
    const failure = await this.#look();
    if (failure !== undefined || this.#believed === undefined) return failure;
    const plan = this.#planOf(this.#believed, 'all');
    const isRepair = this.#everInOrder && plan.calls.length > 0;
    if (this.#failures === 0) this.#sayDrift(plan);
    const refused = await this.#carryOut(plan);
    // What was repaired is seen again, not believed: somebody may be undoing it at this moment.
    return refused ?? (isRepair ? this.#look() : undefined);
  }

  #planOf(actual: Actual, scope: Change<Wanted>['scope']): Plan<Actual> {
    for (const network of this.#intent.takeChanged()) this.#changed.add(network);
    // What comes while this plan is carried out is for the next; where it fails all is read anew.
    this.#scope = 'changed';
    const [desired, surplus, changed] = [this.#intent, this.#surplus, this.#changed];
    return this.#backend.plan({desired, surplus, changed, scope, nowMs: nowMs()}, actual);
  }

  /** Reads the kernel. @returns why it failed, or undefined */
  async #look(): Promise<string | undefined> {
    const {onStep, run} = this.#surroundings;
    this.#believed = undefined;
    onStep?.('reading');
    const reading = await readPart(this.#backend, run);
    if (reading.kind !== 'read') return reading.why;
    this.#believed = reading.actual;
    this.#known = reading.actual;
    this.#readMs = nowMs();
    return undefined;
  }

  async #carryOut(plan: Plan<Actual>): Promise<string | undefined> {
    const {onStep, run} = this.#surroundings;
    this.#believed = undefined;
    onStep?.('planned');
    const failure = await runAll(plan.calls, run, () => onStep?.('partly'));
    onStep?.('applied');
    if (failure !== undefined) return failure;
    this.#believed = plan.after();
    this.#known = this.#believed;
    this.#changed.clear();
    this.#everInOrder = true;
    return undefined;
  }

  #tryLater(why: string): void {
    const waiting = this.#words.waiting(this.#intent.size);
    // The same reason again is said more and more rarely, as the tries are.
    this.#say('error', `${why} (${waiting})`);
    const waitMs = Math.min(retryMs.first * 2 ** this.#failures, retryMs.last);
    this.#failures += 1;
    this.#failure = why;
    this.#clearRetry();
    if (!this.#isStopped) this.#retry = setTimeout(() => void this.#start(), waitMs);
  }

  #clearRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #recovered(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#failure = undefined;
    this.#say('notice', 'in order again, nothing was forgotten');
  }

  #sayDrift({changes}: Plan<Actual>): void {
    if (changes.size === 0) return;
    const counted = [...changes].map(([kind, count]) => `${kind} ${count}`).join(', ');
    if (this.#everInOrder) this.#repairs += 1;
    this.#say(this.#everInOrder ? 'warning' : 'info', `bringing it in order: ${counted}`);
  }

  #say(level: 'error' | 'warning' | 'notice' | 'info', message: string): void {
    this.#surroundings.say(level, `IPv${this.#family} ${this.#words.part}: ${message}`);
  }
}

/**
 * What becomes of the rules when a life ends. `handOver`: the next life of this process begins at once
 * and takes them over; `leave`: nobody looks after them until the daemon is started again.
 */
export type AtEnd = 'handOver' | 'leave' | 'remove';
