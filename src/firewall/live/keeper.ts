/**
 * Brings one family's part of the firewall into the desired state, and keeps it so. It remembers what
 * it believes the kernel holds, so that a block costs one call. After a failed call it believes
 * nothing, and reads the kernel again. Requests that come during a try share the next one.
 *
 * It never gives up: each try has a time limit, and tries become less frequent. `../phase.ts` decides
 * which phase follows which; the backend decides what to change.
 */
import {Backoff, type BackoffBounds} from '../../base/mechanisms/backoff.js';
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import type {LogLevel, Say} from '../../base/say.js';
import type {Backend, Plan, Unwanted} from '../backend.js';
import {type Belief, doubted} from '../belief.js';
import type {Enforced} from '../enforced.js';
import {Pending} from '../pending.js';
import {firstPhase, nextPhase, type Phase, type PhaseEvent, progressOf} from '../phase.js';
import {type PartRead, readPart, removePart, runAll, type RunCall} from './part.js';
import type {Family} from '../../net/address.js';
import {monotonicMs, nowMs} from '../../sys/run/clock.js';

/** The pause after a failure. */
export const retryPause: BackoffBounds = {firstMs: 250, lastMs: 60_000};

export interface KeeperTools {
  readonly run: RunCall;
  readonly say: Say;
}

/** What a keeper must know about the desired state; only its backend knows the rest. */
interface Goal {
  /** A count. */
  readonly size: number;
  /** The keys decided about since the last call. */
  takeChanged(): ReadonlySet<string>;
}

/** What the log calls the part that the keeper maintains. */
export interface KeeperWords {
  readonly part: string;
  /** The text that says how many networks wait. */
  readonly waiting: (count: number) => string;
}

/** What a keeper maintains. */
export interface KeeperTask<Actual, Wanted> {
  readonly family: Family;
  readonly backend: Backend<Actual, Wanted>;
  readonly goal: Wanted & Goal;
  readonly words: KeeperWords;
}

export class Keeper<Actual, Wanted> {
  readonly #task: KeeperTask<Actual, Wanted>;
  readonly #tools: KeeperTools;
  readonly #pending = new Pending();
  readonly #turns = new SingleFlight(() => this.#turn());
  readonly #backoff = new Backoff(retryPause);
  #phase: Phase = firstPhase;
  #belief: Belief<Actual> = {kind: 'none'};
  /**
   * How often rules that had been in force were found changed. Undefined: nothing has been in force
   * yet.
   */
  #repairs: number | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(task: KeeperTask<Actual, Wanted>, tools: KeeperTools) {
    this.#task = task;
    this.#tools = tools;
  }

  /** Puts the present goal into the kernel. Ends when that is done, or when the try has failed. */
  enforce(unwanted: Unwanted): Promise<void> {
    this.#pending.want(unwanted);
    return this.#turns.run();
  }

  /** Reads the kernel, and repairs what other programs have changed. */
  check(): Promise<void> {
    this.#belief = doubted(this.#belief);
    this.#pass({kind: 'doubt'});
    return this.#turns.run();
  }

  /** Only reads the kernel, and changes nothing. */
  async look(): Promise<void> {
    const reading = await this.#read();
    this.#belief = doubted(this.#belief);
    this.#pass({kind: 'looked', failure: failureOf(reading)});
  }

  /** Whether the latest try succeeded, or is about to. */
  get isInOrder(): boolean {
    return this.#repairs !== undefined && progressOf(this.#phase, monotonicMs()).kind !== 'bad';
  }

  get enforced(): Enforced {
    const {goal} = this.#task;
    const progress = progressOf(this.#phase, monotonicMs());
    const isAboutToStand = progress.kind === 'underWay' && this.#repairs !== undefined;
    return {
      wanted: goal.size,
      standing: isAboutToStand ? goal.size : this.#seen(),
      readMs: this.#belief.kind === 'none' ? undefined : this.#belief.readMs,
      repairs: this.#repairs ?? 0,
      failure: progress.kind === 'bad' ? progress.failure : undefined,
      ...this.#absentHooks(),
    };
  }

  #absentHooks(): Pick<Enforced, 'absentHooks'> {
    const {absentHooks} = this.#task.backend;
    const absent = this.#belief.kind === 'none' ? [] : (absentHooks?.(this.#belief.actual) ?? []);
    return absent.length === 0 ? {} : {absentHooks: absent};
  }

  /** Removes everything of ours, and ends the tries. */
  async remove(): Promise<'removed' | 'failed'> {
    await this.stop();
    const {backend} = this.#task;
    const end = await removePart(backend, this.#tools.run);
    if (end.kind !== 'failed') return 'removed';
    this.#say('error', `${backend.name}: not removed: ${end.why}`);
    return 'failed';
  }

  /** Ends the tries; the kernel keeps what it has. */
  async stop(): Promise<void> {
    this.#pass({kind: 'stop'});
    clearTimeout(this.#retry);
    await this.#turns.settled();
  }

  #pass(event: PhaseEvent): void {
    this.#phase = nextPhase(this.#phase, event);
  }

  async #turn(): Promise<void> {
    this.#pass({kind: 'begin', nowMs: monotonicMs()});
    // While calls fail, requests do not shorten the pauses between tries.
    if (this.#phase.kind !== 'trying') return;
    let failure = await this.#try();
    // A batch may fail only because the kernel differs from our belief, so read it and try again.
    if (failure !== undefined && !this.#isStopping) failure = await this.#try();
    if (failure === undefined) this.#succeed();
    else this.#fail(failure);
  }

  get #isStopping(): boolean {
    return this.#phase.kind === 'stopping';
  }

  /** @returns why it failed, or undefined */
  async #try(): Promise<string | undefined> {
    if (this.#belief.kind === 'believed') {
      const {actual, readMs} = this.#belief;
      return this.#carryOut(this.#planFrom(actual, 'belief'), readMs);
    }
    const reading = await this.#read();
    if (reading.kind !== 'read') return reading.why;
    // Not another program's doing: what the first reading finds, rules kept until now, and what we
    // decided since.
    const isOwn = this.#repairs === undefined || this.#pending.looksAtAll;
    const plan = this.#planFrom(reading.actual, 'reading');
    const drift = isOwn ? plan.changes : (plan.drift ?? plan.changes);
    const isRepair = !isOwn && drift.size > 0;
    if (this.#phase.failure === undefined) this.#noteDrift(drift, isRepair ? 'repair' : 'order');
    const failure = await this.#carryOut(plan, reading.readMs);
    if (failure !== undefined || !isRepair) return failure;
    // After a repair, read again instead of believing: another program may be undoing it right now.
    return failureOf(await this.#read());
  }

  #planFrom(actual: Actual, basis: 'belief' | 'reading'): Plan<Actual> {
    const {backend, goal} = this.#task;
    const scope = this.#pending.take(goal.takeChanged(), basis);
    return backend.plan({...scope, desired: goal, nowMs: nowMs()}, actual);
  }

  async #read(): Promise<PartRead<Actual> & {readonly readMs: number}> {
    this.#belief = doubted(this.#belief);
    const reading = await readPart(this.#task.backend, this.#tools.run);
    const readMs = nowMs();
    if (reading.kind === 'read') this.#learn(reading.actual, readMs);
    return {...reading, readMs};
  }

  /** @returns why it failed, or undefined */
  async #carryOut(plan: Plan<Actual>, readMs: number): Promise<string | undefined> {
    this.#belief = doubted(this.#belief);
    const failure = await runAll(plan.calls, this.#tools.run);
    if (failure !== undefined) return failure;
    this.#learn(plan.after(), readMs);
    this.#pending.carriedOut();
    this.#repairs ??= 0;
    return undefined;
  }

  #learn(actual: Actual, readMs: number): void {
    const isDoubted = this.#phase.kind === 'trying' && this.#phase.result === 'doubted';
    this.#belief = {kind: isDoubted ? 'lastSeen' : 'believed', actual, readMs};
  }

  #seen(): number {
    const {backend, goal} = this.#task;
    return this.#belief.kind === 'none' ? 0 : backend.standing(goal, this.#belief.actual);
  }

  #succeed(): void {
    if (this.#phase.failure !== undefined) {
      this.#say('notice', 'in order again, nothing was forgotten');
    }
    this.#backoff.succeeded();
    this.#pass({kind: 'done'});
  }

  #fail(why: string): void {
    const {goal, words} = this.#task;
    // The same reason is logged again less and less often, as the tries become rarer.
    this.#say('error', `${why} (${words.waiting(goal.size)})`);
    const pauseMs = this.#backoff.failed();
    this.#pass({kind: 'failed', why});
    if (this.#phase.kind === 'waiting') this.#retry = setTimeout(() => this.#tryAgain(), pauseMs);
  }

  #tryAgain(): void {
    this.#pass({kind: 'due', nowMs: monotonicMs()});
    void this.#turns.run();
  }

  #noteDrift(drift: ReadonlyMap<string, number>, what: 'repair' | 'order'): void {
    if (drift.size === 0) return;
    const counted = [...drift].map(([kind, count]) => `${kind} ${count}`).join(', ');
    if (what === 'repair') this.#repairs = (this.#repairs ?? 0) + 1;
    this.#say(what === 'repair' ? 'warning' : 'info', `bringing it in order: ${counted}`);
  }

  #say(level: LogLevel, message: string): void {
    const {family, words} = this.#task;
    this.#tools.say(level, `IPv${family} ${words.part}: ${message}`);
  }
}

const failureOf = <Actual>(reading: PartRead<Actual>): string | undefined =>
  reading.kind === 'read' ? undefined : reading.why;
