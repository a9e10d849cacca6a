/**
 * Keeps the list of clients that never wait at the gate up to date, and passes it on when it changes.
 * `greeting/never-wait.ts` decides which clients are on it. The list is made now and then, not at each login. No
 * client waits because of that: one that has just logged in or delivered has waited already, or bypassed the
 * gate.
 */
import {neverWaiting} from '../../greeting/never-wait.js';
import type {GateWay} from '../../greeting/way.js';
import type {State} from '../../guard/state.js';
import type {KnownClients} from '../../judge/view.js';
import type {Exemptions} from '../../score/exempt.js';
import {monotonicMs} from '../../sys/run/clock.js';

/** How often logins and friends are read. Ms. */
const smallMs = 60_000;

/** How often records are read. Ms: there are 50,000, and walking over them takes some tens of milliseconds. */
const recordsMs = 10 * 60_000;

interface Parts {
  readonly state: Pick<State, 'submitters'>;
  readonly guard: {readonly known: KnownClients};
  readonly exemptions: () => Exemptions;
  readonly way: Pick<GateWay, 'exempt'>;
}

export class NeverWaiting {
  readonly #parts: Parts;
  #given: ReadonlySet<string> = new Set();
  #records: readonly string[] = [];
  #smallMs = Number.NEGATIVE_INFINITY;
  #recordsMs = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#given.size;
  }

  /** @param what `due`: only the parts that are old enough */
  refresh(what: 'all' | 'due'): void {
    const nowMs = monotonicMs();
    if (what === 'due' && nowMs - this.#smallMs < smallMs) return;
    const {state, guard, exemptions, way} = this.#parts;
    this.#smallMs = nowMs;
    if (nowMs - this.#recordsMs >= recordsMs) {
      this.#recordsMs = nowMs;
      this.#records = [...guard.known.withRecord()];
    }
    const logins = [...state.submitters.entries()].map(([client]) => client).reverse();
    const clients = [...logins, ...this.#records, ...guard.known.friends()];
    // The whitelist comes last: if it is too long, its end is cut off, not our own addresses.
    const exempt = [...exemptions().networks].reverse();
    const now = neverWaiting({exempt, clients});
    if (isSame(now, this.#given)) return;
    this.#given = now;
    way.exempt(now);
  }
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const text of a) if (!b.has(text)) return false;
  return true;
}
