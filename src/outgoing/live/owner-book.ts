/**
 * Describes processes for people, within bounds. A process that opens a thousand connections is
 * described once. A thousand processes with one connection each do not make us start a thousand readers
 * at the same time. `sys/proc/owners.ts` makes the description itself.
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {WorkerPool} from '../../base/mechanisms/worker-pool.js';
import type {Glance} from '../allowed.js';
import type {Owner} from '../owner.js';
import {describe, type OwnerSources, sketch} from '../../sys/proc/owners.js';
import {BootClock, isAlive} from '../../sys/proc/snapshot.js';
import type {Users} from '../../sys/proc/users.js';
import {monotonicMs} from '../../sys/run/clock.js';
import {DutyCycle} from '../../sys/run/duty-cycle.js';
import {TimeSlice} from '../../sys/run/time-slice.js';

/** How long a description is used again. Ms: a program may change its title and directory. */
const freshMs = 5000;
/** Descriptions kept. A count. */
const mostKept = 1000;
/** Processes described at the same time. A count: each starts a small program, which takes some milliseconds. */
export const mostAtOnce = 16;
/**
 * Processes that wait for their description. A count: some seconds of work. Further processes get a
 * description without a command line.
 */
export const mostWaiting = 1000;

interface Entry {
  readonly owner: Promise<Owner>;
  /** By the monotonic clock. */
  readonly untilMs: number;
}

export class OwnerBook {
  readonly #sources: OwnerSources;
  readonly #entries = new BoundedMap<string, Entry>(mostKept);
  readonly #pool = new WorkerPool({atOnce: mostAtOnce, waiting: mostWaiting});
  readonly #pace = new DutyCycle();
  /** Resolves when the last description of the queue may begin. */
  #turn: Promise<void> = Promise.resolve();
  #haste: 'none' | 'ending' = 'none';

  constructor(users: Users) {
    this.#sources = {users, boot: new BootClock()};
  }

  /** Reads at once what may be gone in a moment. Reads the command line later, when there is time. */
  of(glance: Glance): Promise<Owner> {
    const key = `${glance.pid} ${glance.startTicks} ${glance.executable}`;
    const known = this.#entries.get(key);
    if (known !== undefined && monotonicMs() < known.untilMs) return known.owner;
    const outline = sketch(glance, this.#sources);
    if (this.#pool.isFull) return Promise.resolve(outline);
    const owner = this.#pool
      .run(() => this.#describe(glance, outline))
      .then((done) => (done.kind === 'done' ? done.result : outline));
    this.#entries.set(key, {owner, untilMs: monotonicMs() + freshMs});
    return owner;
  }

  /** The daemon stops or reloads: processes that still wait get no command line. */
  hurry(): void {
    this.#haste = 'ending';
    this.#pool.dropWaiting();
  }

  /** A short description of an allowed process, of which nothing else is shown. */
  brief({pid, startTicks, uid, executable, command}: Glance): Owner {
    const {users, boot} = this.#sources;
    const startedMs = boot.startedMsOf(startTicks);
    const process = {pid, startTicks, startedMs, uid, user: users.knownName(uid)};
    const rest = {
      commandLine: [],
      directory: '',
      script: '',
      parents: [],
      home: {kind: 'none'},
    } as const;
    return {...process, executable, command, ...rest};
  }

  async #describe(glance: Glance, outline: Owner): Promise<Owner> {
    const turn = this.#turn.then(() => this.#rest());
    this.#turn = turn;
    await turn;
    if (this.#haste === 'ending' || !isAlive(glance)) return outline;
    this.#pace.begin();
    const described = describe(glance, this.#sources, outline);
    this.#pace.end();
    return described;
  }

  /** A pause before each description, because starting a child blocks the event loop. */
  async #rest(): Promise<void> {
    if (this.#haste === 'ending') return;
    await new TimeSlice().next();
    this.#pace.begin();
    await this.#pace.next();
    this.#pace.end();
  }
}
