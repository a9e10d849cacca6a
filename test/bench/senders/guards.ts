/** Rules that are compared: ours, which is the code of the product, and simple ones as others have them. */
import {emptyState} from '../../../src/guard/state.js';
import {SenderBook} from '../../../src/submission/book.js';
import {Exempts} from '../../../src/submission/exempt.js';
import type {Person} from './chance.js';
import {hourMs, type Mail, type Sender} from './habit.js';

/** @returns why it alarms, undefined: it does not */
export interface Guard {
  readonly name: string;
  readonly take: (sender: Sender, mail: Mail) => string | undefined;
}

/** Seconds between two alarms of one sender, for all guards alike: the default of `warn_interval`. */
const alarmSeconds = 3600;

/** How long after a message the log shows what became of it. Ms. */
const toldMs = 2000;

export function ours(senders: readonly Sender[]): Guard {
  const named = senders.flatMap(({key, exempt}) =>
    exempt === undefined ? [] : `${key}=${exempt}`,
  );
  const book = new SenderBook(emptyState('unsaved'), {
    ...{mode: 'warn', attribution: 'any', warnInterval: alarmSeconds},
    ...{perHour: 300, perDay: 2000, perMessage: 500},
    exempts: new Exempts(named, () => undefined),
  });
  let count = 0;
  const take: Guard['take'] = ({key: sender}, {atMs, to}) => {
    count += 1;
    const message = String(count);
    const place = {host: 'h', queueId: message};
    const mail = {kind: 'mail', sender, atMs, vouched: 'no', from: '', peer: ''} as const;
    const dues = [book.take({...mail, place, recipients: to.length}, atMs)];
    for (const outcome of ['sent', 'failed'] as const) {
      const those = to.filter(({is}) => (is === 'alive') === (outcome === 'sent'));
      if (those.length === 0) continue;
      // A line for each domain, as the mailer delivers.
      for (const [domain, people] of byDomain(those)) {
        const told = {kind: 'told', sender, message, atMs: atMs + toldMs, outcome} as const;
        const named = {domains: [domain], people, recipients: people.length};
        dues.push(book.take({...told, ...named}, atMs + toldMs));
      }
    }
    return dues.find((due) => due !== undefined)?.alarm.kind;
  };
  return {name: 'blocksmtp', take};
}

function byDomain(people: readonly Person[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const {domain, hash} of people) {
    const hashes = found.get(domain) ?? [];
    hashes.push(hash);
    found.set(domain, hashes);
  }
  return found;
}

interface FixedLimit {
  readonly most: number;
  readonly ms: number;
}

class Window {
  readonly #limit: FixedLimit;
  readonly #all: (readonly [atMs: number, count: number])[] = [];
  #first = 0;
  #sum = 0;

  constructor(limit: FixedLimit) {
    this.#limit = limit;
  }

  isOver(atMs: number, count: number): boolean {
    this.#all.push([atMs, count]);
    this.#sum += count;
    for (; this.#all[this.#first]![0] <= atMs - this.#limit.ms; this.#first += 1)
      this.#sum -= this.#all[this.#first]![1];
    return this.#sum > this.#limit.most;
  }
}

/** A fixed limit for every sender: this many recipients within a sliding time. Lists are exempt. */
function fixed(
  name: string,
  limits: readonly FixedLimit[],
  counts: 'recipients' | 'messages',
): Guard {
  const past = new Map<string, Window[]>();
  const told = new Map<string, number>();
  const take: Guard['take'] = ({key, exempt}, {atMs, to}) => {
    if (exempt !== undefined) return undefined;
    const windows = past.get(key) ?? limits.map((limit) => new Window(limit));
    past.set(key, windows);
    const count = counts === 'recipients' ? to.length : 1;
    const isOver = windows.map((each) => each.isOver(atMs, count)).includes(true);
    if (!isOver || atMs - (told.get(key) ?? -Infinity) < alarmSeconds * 1000) return undefined;
    told.set(key, atMs);
    return 'limit';
  };
  return {name, take};
}

/** Rules of other programs, with the numbers of their own samples and defaults. */
export const peers = (): Guard[] => [
  fixed('CSF, 100 messages an hour', [{most: 100, ms: hourMs}], 'messages'),
  fixed('cPanel, 500 recipients an hour', [{most: 500, ms: hourMs}], 'recipients'),
  fixed(
    'policyd-rate-limit, 10 a minute, 150 a day',
    [
      {most: 10, ms: 60_000},
      {most: 150, ms: 24 * hourMs},
    ],
    'recipients',
  ),
  fixed('SpamGuard, 50 messages in 10 minutes', [{most: 50, ms: 600_000}], 'messages'),
];
