/**
 * The rules of other programs, with perfect attribution: they learn the client of each refusal at once, even where
 * their programs could not read it from the log. They do not see refusals of the next host.
 */
import type {Client} from './clients.js';
import {dayMs, hourMs, minuteMs} from './people.js';
import type {Defence, Envelope} from './relay.js';

/** Drops no client. What an attacker learns here is 100 % for the tables. */
export const noDefence: Defence = {
  name: 'none',
  drops: () => false,
  refused: () => undefined,
  ended: () => undefined,
};

/**
 * Drops a client for ever after one unknown name. It checks the world, and is no contender.
 */
export function merciless(): Defence {
  const blocked = new Set<string>();
  return {
    name: 'merciless',
    drops: ({address}) => blocked.has(address.text),
    refused: ({session}) => void blocked.add(session.client.address.text),
    ended: () => undefined,
  };
}

interface Windowed {
  /** When each recipient was refused, and accepted. Ms, oldest first. */
  readonly refusedMs: number[];
  readonly acceptedMs: number[];
  readonly bansMs: number[];
  untilMs: number;
}

interface Rule {
  readonly windowMs: number;
  /** Refusals within the window that lead to a ban, and their least share of all recipients. */
  readonly refused: number;
  readonly share: number;
  readonly banMs: number;
  /** A longer ban after this many bans within a day: fail2ban's recidive. */
  readonly again?: {readonly bans: number; readonly banMs: number};
}

class WindowRule implements Defence {
  readonly name: string;
  readonly #rule: Rule;
  readonly #clients = new Map<string, Windowed>();

  constructor(name: string, rule: Rule) {
    this.name = name;
    this.#rule = rule;
  }

  drops({address}: Client, atMs: number): boolean {
    return atMs < (this.#clients.get(address.text)?.untilMs ?? 0);
  }

  refused({session}: Envelope, _name: string, atMs: number): void {
    const known = this.#of(session.client);
    if (atMs < known.untilMs) return;
    const {windowMs, refused, share, banMs, again} = this.#rule;
    known.refusedMs.push(atMs);
    expire(known.refusedMs, atMs - windowMs);
    expire(known.acceptedMs, atMs - windowMs);
    const count = known.refusedMs.length;
    if (count < refused || count < share * (count + known.acceptedMs.length)) return;
    known.refusedMs.length = 0;
    known.acceptedMs.length = 0;
    known.bansMs.push(atMs);
    expire(known.bansMs, atMs - dayMs);
    const isAgain = again !== undefined && known.bansMs.length >= again.bans;
    known.untilMs = atMs + (isAgain ? again.banMs : banMs);
  }

  ended({session, accepted}: Envelope, _message: 'taken' | 'none', atMs: number): void {
    if (this.#rule.share === 0) return;
    const {acceptedMs} = this.#of(session.client);
    for (let n = 0; n < accepted.length; n++) acceptedMs.push(atMs);
    expire(acceptedMs, atMs - this.#rule.windowMs);
  }

  #of({address}: Client): Windowed {
    const known = this.#clients.get(address.text);
    if (known !== undefined) return known;
    const made = {refusedMs: [], acceptedMs: [], bansMs: [], untilMs: 0};
    this.#clients.set(address.text, made);
    return made;
  }
}

function expire(times: number[], beforeMs: number): void {
  let old = 0;
  while (old < times.length && times[old]! < beforeMs) old += 1;
  if (old > 0) times.splice(0, old);
}

const fail2ban = {windowMs: 10 * minuteMs, refused: 5, share: 0} as const;

/** Each makes a new defence that knows no client. */
export const referenceRules: readonly (() => Defence)[] = [
  () => new WindowRule('fail2ban 10 min', {...fail2ban, banMs: 10 * minuteMs}),
  () => new WindowRule('fail2ban 1 h', {...fail2ban, banMs: hourMs}),
  // jail.conf: after five bans in a day, a ban of a week.
  () =>
    new WindowRule('recidive', {
      ...fail2ban,
      banMs: 10 * minuteMs,
      again: {bans: 5, banMs: 7 * dayMs},
    }),
  () => new WindowRule('25 an hour', {windowMs: hourMs, refused: 25, share: 0, banMs: hourMs}),
  () => new WindowRule('50 % of 5', {windowMs: hourMs, refused: 5, share: 0.5, banMs: hourMs}),
];
