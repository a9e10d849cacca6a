/**
 * Describes processes for people, within bounds: one that opens a thousand connections is described
 * once, and a thousand that open one each do not make us start a thousand readers at a time.
 */
import type {Glance} from '../outbound/allowed.js';
import type {Owner} from '../outbound/owner.js';
import {nowMs} from '../sys/machine.js';
import {describe, sketch} from '../sys/owners.js';
import type {Users} from '../sys/users.js';

/** How long a description is used again; a program may change its title and directory. Ms. */
const freshMs = 5000;
/** Descriptions kept. A count. */
const mostKept = 1000;
/** Described at a time. A count: each starts a small program; the others do without a command line. */
export const mostAtOnce = 16;

interface Entry {
  readonly owner: Promise<Owner>;
  readonly untilMs: number;
}

export class OwnerBook {
  readonly #users: Users;
  readonly #entries = new Map<string, Entry>();
  #underWay = 0;

  constructor(users: Users) {
    this.#users = users;
  }

  of(glance: Glance): Promise<Owner> {
    const key = `${glance.pid} ${glance.startTicks} ${glance.executable}`;
    const known = this.#entries.get(key);
    if (known !== undefined && nowMs() < known.untilMs) return known.owner;
    if (this.#underWay >= mostAtOnce) return Promise.resolve(sketch(glance, this.#users));
    this.#underWay += 1;
    const owner = describe(glance, this.#users).finally(() => (this.#underWay -= 1));
    if (this.#entries.size >= mostKept) this.#entries.clear();
    this.#entries.set(key, {owner, untilMs: nowMs() + freshMs});
    return owner;
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
