/** One world: four weeks of honest senders, then thieves in some of their accounts. All guards see it at the same time. */
import {Chance, People} from './chance.js';
import {type Guard, ours, peers} from './guards.js';
import {dayHours, type Hour, hourMs, type Mail, type Sender, type World} from './habit.js';
import {freshSender, population} from './population.js';
import {theft, thiefDays, thiefKinds, victims} from './thieves.js';

/** Weeks that count, after the time in which the watch learns. */
export const weeks = 3;
export const learningWeeks = 4;
/** Most senders of a world. A count: a world then takes half a minute. */
const mostSenders = 500;
/** A Monday. Ms since the epoch. */
const startMs = Date.UTC(2026, 9, 5);
const honestDays = (learningWeeks + weeks) * 7;
const honestHours = honestDays * dayHours;

export interface Theft {
  readonly kind: string;
  readonly account: string;
  /** Recipients and hours until the alarm of each guard, and its reason. Guards without an alarm are missing. */
  readonly found: Readonly<
    Record<string, readonly [recipients: number, hours: number, why: string]>
  >;
}

export interface Month {
  readonly seed: number;
  readonly senders: number;
  /** Senders with more than 250 recipients on some day. A count. */
  readonly large: number;
  readonly mails: number;
  readonly recipients: number;
  /** False alarms, by guard, kind of sender and kind of alarm. */
  readonly wrong: readonly Wrong[];
  /** The same while the watch learns. */
  readonly wrongBefore: readonly Wrong[];
  readonly thefts: readonly Theft[];
}

type Wrong = readonly [guard: string, kind: string, why: string];

interface Running {
  readonly kind: string;
  readonly account: string;
  readonly sender: Sender;
  readonly startMs: number;
  readonly mails: Mail[];
  sent: number;
  readonly found: Record<string, [number, number, string]>;
}

export function playMonth(seed: number): Month {
  const worldOf = (what: string): World => {
    const dice = new Chance('senders', seed, what);
    return {dice, people: new People(dice)};
  };
  const honest = population(mostSenders, worldOf);
  const running = thefts(honest, worldOf);
  const fresh = running.flatMap(({sender}) => (sender.kind === 'fresh' ? [sender] : []));
  const guards = [ours(honest), ...peers()];
  const wrong: Wrong[] = [];
  const wrongBefore: Wrong[] = [];
  const days = new Map<string, number>();
  const large = new Set<string>();
  const all = [...honest, ...fresh];
  const flow = new Flow<Sender>();
  let [mails, recipients] = [0, 0];
  for (let number = 0; number < honestHours; number++) {
    const hour = hourAt(number);
    if (hour.clock === 0) days.clear();
    const made = all.flatMap((sender) =>
      sender.mails(hour).map((mail): [Sender, Mail] => [sender, mail]),
    );
    for (const [sender, mail] of flow.of(hour, made)) {
      mails += 1;
      recipients += mail.to.length;
      const sum = (days.get(sender.key) ?? 0) + mail.to.length;
      days.set(sender.key, sum);
      if (sum > 250) large.add(sender.key);
      for (const guard of guards) {
        const why = guard.take(sender, mail);
        if (why === undefined || sender.kind === 'fresh') continue;
        const isLearning = hour.day < 7 * learningWeeks;
        (isLearning ? wrongBefore : wrong).push([guard.name, sender.kind, why]);
      }
    }
  }
  steal(running, guards);
  return {
    ...{seed, senders: honest.length, large: large.size, mails, recipients, wrong, wrongBefore},
    thefts: running.map(({kind, account, found}) => ({kind, account, found})),
  };
}

function hourAt(number: number): Hour {
  const day = Math.floor(number / dayHours);
  const clock = number % dayHours;
  return {startMs: startMs + number * hourMs, number, day, weekday: day % 7, clock};
}

/** Gives each hour's mail in the order of time. A run may last beyond the hour in which it began. */
class Flow<What> {
  #later: [What, Mail][] = [];

  of(hour: Hour, made: readonly (readonly [What, Mail])[]): [What, Mail][] {
    const endMs = hour.startMs + hourMs;
    const all = [...this.#later, ...made].map(([what, mail]): [What, Mail] => [what, mail]);
    this.#later = all.filter(([, {atMs}]) => atMs >= endMs);
    return all.filter(([, {atMs}]) => atMs < endMs).sort(([, a], [, b]) => a.atMs - b.atMs);
  }
}

/** Each account has one thief. */
function thefts(honest: readonly Sender[], worldOf: (what: string) => World): Running[] {
  const {dice} = worldOf('thefts');
  const free = new Map<string, Sender[]>();
  for (const sender of honest) {
    const kind = free.get(sender.kind) ?? [];
    kind.splice(dice.below(kind.length + 1), 0, sender);
    free.set(sender.kind, kind);
  }
  return thiefKinds.flatMap((kind, number) =>
    victims.flatMap(({name, kinds, count}) =>
      Array.from({length: count}, (_, i): Running => {
        const id = number * 10 + i;
        const world = worldOf(`theft ${kind.name} ${name} ${i}`);
        const sender =
          name === 'new account'
            ? freshSender(world, id, honestDays - 1 - world.dice.below(5))
            : free.get(dice.of(kinds))!.pop()!;
        const beginMs = startMs + honestHours * hourMs + dice.below(dayHours * hourMs);
        const mails = theft(kind, sender, world, beginMs);
        const first = mails[0]?.atMs ?? beginMs;
        return {kind: kind.name, account: name, sender, startMs: first, mails, sent: 0, found: {}};
      }),
    ),
  );
}

/** The owners of the accounts go on writing. */
function steal(running: readonly Running[], guards: readonly Guard[]): void {
  const isFound = ({found}: Running): boolean => guards.every(({name}) => name in found);
  const next = new Map(running.map((each) => [each, 0]));
  const flow = new Flow<readonly [Running, 'stolen' | 'own']>();
  for (let number = 0; number < (thiefDays + 1) * dayHours; number++) {
    const hour = hourAt(honestHours + number);
    const here: [readonly [Running, 'stolen' | 'own'], Mail][] = [];
    for (const each of running) {
      for (const mail of each.sender.mails(hour)) here.push([[each, 'own'], mail]);
      let at = next.get(each)!;
      for (; at < each.mails.length && each.mails[at]!.atMs < hour.startMs + hourMs; at++)
        here.push([[each, 'stolen'], each.mails[at]!]);
      next.set(each, at);
    }
    for (const [[each, whose], mail] of flow.of(hour, here)) {
      if (isFound(each)) continue;
      if (whose === 'stolen') each.sent += mail.to.length;
      for (const guard of guards) {
        if (guard.name in each.found) continue;
        const why = guard.take(each.sender, mail);
        // An alarm before the theft does not count.
        if (why === undefined || each.sent === 0) continue;
        each.found[guard.name] = [each.sent, (mail.atMs - each.startMs) / hourMs, why];
      }
    }
  }
}
