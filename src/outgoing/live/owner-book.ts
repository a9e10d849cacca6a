/**
 * Describes processes for people, within bounds: one that opens a thousand connections is described
 * once, and a thousand that open one each do not make us start a thousand readers at a time.
 */
import type {Glance} from '../allowed.js';
import type {Owner} from '../owner.js';
import {describe, isAlive, sketch} from '../../sys/proc/owners.js';
import type {Users} from '../../sys/proc/users.js';
import {nowMs} from '../../sys/run/clock.js';
import {DutyCycle} from '../../sys/run/duty-cycle.js';
import {TimeSlice} from '../../sys/run/time-slice.js';

/** How long a description is used again; a program may change its title and directory. Ms. */
const freshMs = 5000;
/** Descriptions kept. A count. */
const mostKept = 1000;
/** Described at a time. A count: each starts a small program, which takes us some milliseconds. */
export const mostAtOnce = 16;
/** Those who wait for that. A count: seconds of work; beyond, they do without a command line. */
export const mostWaiting = 1000;

interface Entry {
  readonly owner: Promise<Owner>;
  readonly untilMs: number;
}

interface Waiting {
  readonly glance: Glance;
  readonly outline: Owner;
  readonly resolve: (owner: Owner | Promise<Owner>) => void;
}

export class OwnerBook {
  readonly #users: Users;
  readonly #entries = new Map<string, Entry>();
  readonly #pace = new DutyCycle();
  #waiting: Waiting[] = [];
  #underWay = 0;
  /** Whether somebody is at it. */
  #work: 'none' | 'begun' = 'none';

  constructor(users: Users) {
    this.#users = users;
  }

  /** What may be gone in a moment is read at once; its command line later, when there is time. */
  of(glance: Glance): Promise<Owner> {
    const key = `${glance.pid} ${glance.startTicks} ${glance.executable}`;
    const known = this.#entries.get(key);
    if (known !== undefined && nowMs() < known.untilMs) return known.owner;
    const outline = sketch(glance, this.#users);
    if (this.#waiting.length >= mostWaiting) return Promise.resolve(outline);
    const owner = new Promise<Owner>((resolve) => this.#waiting.push({glance, outline, resolve}));
    void this.#describeAll();
    if (this.#entries.size >= mostKept) this.#entries.clear();
    this.#entries.set(key, {owner, untilMs: nowMs() + freshMs});
    return owner;
  }

  /** Those who wait do without a command line, for this life ends. */
  hurry(): void {
    for (const {outline, resolve} of this.#waiting.splice(0)) resolve(outline);
  }

  /** One after the other, and others in between: to start a child holds us up. */
  async #describeAll(): Promise<void> {
    if (this.#work === 'begun') return;
    this.#work = 'begun';
    await new TimeSlice().next();
    this.#pace.begin();
    while (this.#underWay < mostAtOnce) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#begin(next);
      await this.#pace.next();
    }
    this.#pace.end();
    this.#work = 'none';
  }

  #begin({glance, outline, resolve}: Waiting): void {
    if (!isAlive(glance)) {
      resolve(outline);
      return;
    }
    this.#underWay += 1;
    const end = (): void => {
      this.#underWay -= 1;
      void this.#describeAll();
    };
    resolve(describe(glance, this.#users, outline).finally(end));
  }

  /** Of an allowed one, of whom nobody wants to know more. */
  brief({pid, startTicks, startedMs, uid, executable, command}: Glance): Owner {
    const process = {pid, startTicks, startedMs, uid, user: this.#users.knownName(uid)};
    const rest = {
      commandLine: [],
      directory: '',
      script: '',
      parents: [],
      home: {kind: 'none'},
    } as const;
    return {...process, executable, command, ...rest};
  }
}
