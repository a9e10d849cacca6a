/**
 * The limits of outgoing mail, over a month that is made up: many senders who mostly write little, lists, and a
 * hijacked account in each tenth. How many recipients the thief reaches before the alarm, and how often an honest
 * sender is told of. What this cannot show is printed too. The lines' joining is tested elsewhere.
 */
import {aim, heading, printTable} from './aims.js';
import {figures} from './figures.js';
import {emptyState} from '../../src/guard/state.js';
import {type Due, SenderBook} from '../../src/submission/book.js';
import {Exempts} from '../../src/submission/exempt.js';
import {Random} from '../support/random.js';

const hourMs = 3_600_000;
const weeks = 4;
/** Senders of one run. A count. */
const mostSenders = 1000;
/** Of the thief: recipients a message, and minutes between two. */
const thieves = [
  {name: 'fast: 5 a message, each 10 s', recipients: 5, everyMs: 10_000},
  {name: 'one recipient each 5 s', recipients: 1, everyMs: 5000},
  {name: 'large: 50 a message, each minute', recipients: 50, everyMs: 60_000},
  {name: 'slow: 20 an hour, for days', recipients: 1, everyMs: 180_000},
] as const;
const failShares = [0, 0.3] as const;
/** Hijacked in each way. A count. */
const ofEach = 100;
/** A thief is watched for a day, or until so many recipients. */
const thiefMs = 24 * hourMs;
const mostStolen = 5000;
const tickMs = 5000;
const startMs = Date.UTC(2026, 9, 5);

/** Recipients of one hour of an honest sender: most write nothing, few write to many. */
function honest(random: () => number, kind: number, hour: number): number[] {
  const [day, clock] = [Math.floor(hour / 24) % 7, hour % 24];
  const isWork = day < 5 && clock >= 7 && clock < 18;
  // A weekly letter to a circle of its own.
  if (kind < 0.05 && day === 1 && clock === 9) return [20 + Math.floor(kind * 2000)];
  // An account of a shop: few recipients, each hour of the day.
  if (kind < 0.1) return Array.from({length: Math.floor(random() * 6)}, () => 1);
  if (random() > (isWork ? 0.25 : 0.02)) return [];
  const count = 1 + Math.floor(random() * random() * 8);
  // Now and then a reply to all.
  return Array.from({length: count}, () => (random() < 0.02 ? 5 + Math.floor(random() * 20) : 1));
}

interface Variant {
  readonly thief: (typeof thieves)[number];
  readonly failShare: number;
}
const variants: readonly Variant[] = thieves.flatMap((thief) =>
  failShares.map((failShare) => ({thief, failShare})),
);

interface World {
  readonly random: () => number;
  readonly book: SenderBook;
}

function send({book}: World, sender: string, recipients: number, atMs: number): Due | undefined {
  const place = {host: 'h', queueId: 'q'};
  const fact = {kind: 'mail', sender, atMs, recipients, vouched: 'no', from: '', peer: ''} as const;
  return book.take({...fact, place}, atMs);
}

/** @returns how often each kind of alarm was wrong */
function liveHonestly(world: World): Map<string, number> {
  const {random} = world;
  const wrong = new Map<string, number>();
  const kinds = Array.from({length: mostSenders}, () => random());
  for (let hour = 0; hour < weeks * 168; hour++) {
    const mails = kinds.flatMap((kind, at) =>
      honest(random, kind, hour).map((recipients) => ({
        ...{at, recipients},
        atMs: startMs + hour * hourMs + Math.floor(random() * hourMs),
      })),
    );
    for (const {at, recipients, atMs} of mails.sort((a, b) => a.atMs - b.atMs)) {
      const due = send(world, `auth:user${at}`, recipients, atMs);
      if (due !== undefined) wrong.set(due.alarm.kind, (wrong.get(due.alarm.kind) ?? 0) + 1);
    }
  }
  return wrong;
}

interface Theft extends Variant {
  readonly sender: string;
  reached: number;
  is: 'unseen' | 'found';
}

/** All of them begin at once, and go on until somebody is told, or for a day. */
function steal(world: World, thefts: readonly Theft[]): void {
  for (let ms = 0; ms < thiefMs; ms += tickMs) {
    const atMs = startMs + weeks * 168 * hourMs + ms;
    for (const theft of thefts) {
      const {thief, sender, failShare, is, reached} = theft;
      if (is === 'found' || ms % thief.everyMs !== 0 || reached >= mostStolen) continue;
      const {recipients} = thief;
      const due = send(world, sender, recipients, atMs);
      theft.reached += recipients;
      const dice = Array.from({length: recipients}, () => world.random());
      const failed = dice.filter((each) => each < failShare).length;
      const told = {kind: 'told', sender, atMs, outcome: 'failed', recipients: failed} as const;
      const late = failed === 0 ? undefined : world.book.take({...told, domains: []}, atMs);
      if ((due ?? late) !== undefined) theft.is = 'found';
    }
  }
}

/** Each makes another world. */
const seeds = [7, 1009, 20261];

export function outgoingMail(): void {
  for (const seed of seeds) oneWorld(seed);
}

function oneWorld(seed: number): void {
  const about = `${mostSenders} made-up senders for ${weeks} weeks, then ${ofEach} accounts hijacked each way; no exceptions; seed ${seed}`;
  heading('outgoing-mail', about);
  const dice = new Random(seed);
  const random = (): number => dice.below(1_000_000) / 1_000_000;
  const book = new SenderBook(emptyState('unsaved'), {
    ...{mode: 'warn', attribution: 'any', warnInterval: 3600},
    ...{perHour: 300, perDay: 2000, perMessage: 500},
    exempts: new Exempts([], () => undefined),
  });
  const world = {random, book};
  const wrong = liveHonestly(world);
  const perWeek = [...wrong.values()].reduce((a, b) => a + b, 0) / (mostSenders / 1000) / weeks;
  let worst = 0;
  const thefts = variants.flatMap((variant, number) =>
    Array.from({length: ofEach}, (_, i): Theft => ({
      ...variant,
      sender: `auth:user${i * variants.length + number}`,
      ...{reached: 0, is: 'unseen'},
    })),
  );
  steal(world, thefts);
  const rows = variants.map((variant, number) => {
    const reached = thefts
      .slice(number * ofEach, (number + 1) * ofEach)
      .map((theft) => (theft.is === 'found' ? theft.reached : Number.POSITIVE_INFINITY));
    const found = reached.filter((each) => Number.isFinite(each));
    const {median} = figures(reached);
    if (!variant.thief.name.startsWith('slow')) worst = Math.max(worst, median);
    return [
      variant.thief.name,
      `${variant.failShare * 100} %`,
      Number.isFinite(median) ? String(median) : 'never',
      found.length === 0 ? '-' : String(Math.max(...found)),
      `${Math.round((100 * reached.filter((each) => each < 100).length) / ofEach)} %`,
      `${ofEach - found.length} of ${ofEach}`,
    ];
  });
  printTable([['thief', 'failing', 'median', 'most', 'below 100', 'never found'], ...rows]);
  const kinds = [...wrong].map(([kind, count]) => `${kind} ${count}`).join(', ');
  console.log(`false alarms of 1000 senders in a week: ${perWeek.toFixed(2)} (${kinds || 'none'})`);
  console.log(
    'losses: a thief who stays within the usual hour of the account is not told from its owner;\n' +
      'a sender without 7 days and 20 hours with mail has only the fixed limits.',
  );
  aim(
    `outgoing-mail: of fast thieves the median has ${worst} recipients before the alarm (< 100)`,
    worst < 100,
  );
  aim(
    `outgoing-mail: ${perWeek.toFixed(2)} false alarms of 1000 senders in a week (< 1)`,
    perWeek < 1,
  );
}
