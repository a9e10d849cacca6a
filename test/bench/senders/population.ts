/**
 * Simulated honest senders of a relay. The assumptions may be wrong:
 *
 * - Most senders are people who write a few messages a day to people they know. The numbers are skewed: a tenth of the
 *   senders sends half of the mail. Large circles are rare and follow a power law.
 * - A sender that regularly sends more than 200 at once is named in `mail_exempt`, as the manual asks: lists, large
 *   newsletters and invoice runs. Those of up to 200 are not.
 * - The senders existed before the world begins, but the watch does not know them yet. So each first newsletter and
 *   invoice run is a run to strangers.
 *
 * A hosting company says that 109 of more than 50,000 sites pass 250 recipients a day (0.2 %). The bench prints the
 * share of its own senders that do. It should be larger, so that the simulation is the harder case.
 */
import {
  Contacts,
  dayHours,
  type Hour,
  type Mail,
  run,
  type Sender,
  wakingShare,
  within,
  type World,
  Writer,
} from './habit.js';

type Made = Omit<Sender, 'kind' | 'key'> & {readonly way?: 'auth' | 'uid'};
type Make = (world: World) => Made;

/** Lists up to this size are not named in `mail_exempt`. Recipients. */
const mostUnnamed = 200;
const limitFor = (size: number): number | undefined =>
  size > mostUnnamed ? Math.max(400, 2 * size) : undefined;

const person: Make = (world) => {
  const {dice} = world;
  const perDay = Math.min(60, dice.skewed(5, 0.9));
  const writer = new Writer(world, dice.skewed(120, 0.8), dice.from(1, 5));
  const mails = (hour: Hour): Mail[] => writer.mails(hour, perDay, 0.08);
  return {exempt: undefined, contacts: writer.contacts.all, mails};
};

/** A salesperson or an assistant: much mail, and about once in 40 days single letters to many customers. */
const busy: Make = (world) => {
  const {dice} = world;
  const perDay = Math.min(150, dice.skewed(35, 0.5));
  const writer = new Writer(world, dice.skewed(300, 0.6), dice.from(2, 8));
  const mails = (hour: Hour): Mail[] => {
    const usual = writer.mails(hour, perDay, 0.15);
    if (hour.clock !== 10 || hour.weekday > 4 || !dice.chance(1 / 40)) return usual;
    const list = writer.contacts.circle(Math.min(150, dice.skewed(35, 0.6)), 0.7, 0.04);
    return [...usual, ...run(world, hour, list, {batch: 1, minutes: 30})];
  };
  return {exempt: undefined, contacts: writer.contacts.all, mails};
};

const newsletter: Make = (world) => {
  const {dice, people} = world;
  const size = Math.round(Math.min(3000, Math.max(15, dice.skewed(120, 1))));
  const dead = Math.min(0.2, dice.skewed(0.02, 0.9));
  const list = people.strangers(size, dead);
  const batch = dice.of([1, 1, 25, 50]);
  const [weekday, clock, minutes] = [dice.below(5), dice.from(7, 19), dice.from(2, 50)];
  const mails = (hour: Hour): Mail[] => {
    if (hour.weekday !== weekday || hour.clock !== clock || dice.chance(0.1)) return [];
    // New subscribers come. Half of the operators remove dead addresses.
    list.push(...people.strangers(dice.many(1 + size / 150), 0.02));
    const sent = run(world, hour, [...list], {batch, minutes});
    if (batch > 1)
      for (let i = list.length - 1; i >= 0; i--) if (list[i]!.is === 'dead') list.splice(i, 1);
    return sent;
  };
  return {exempt: limitFor(size), contacts: list, mails};
};

const invoices: Make = (world) => {
  const {dice, people} = world;
  const size = Math.round(Math.min(800, Math.max(10, dice.skewed(50, 0.8))));
  const list = people.strangers(size, 0.02);
  const writer = new Writer(world, 60, 2);
  const [dayOfMonth, clock] = [dice.below(28), dice.from(8, 16)];
  const mails = (hour: Hour): Mail[] => {
    const usual = writer.mails(hour, 3, 0.1);
    if (hour.day % 28 !== dayOfMonth || hour.clock !== clock) return usual;
    for (let i = 0; i < size / 20; i++) list[dice.below(list.length)] = people.stranger(0.02);
    return [...usual, ...run(world, hour, [...list], {batch: 1, minutes: dice.from(3, 40)})];
  };
  return {exempt: limitFor(size), contacts: list, mails};
};

const list: Make = (world) => {
  const {dice, people} = world;
  const members = people.strangers(Math.round(dice.skewed(120, 0.7)), 0.02);
  const perDay = dice.skewed(6, 0.7);
  const mails = (hour: Hour): Mail[] => {
    if (dice.chance(0.02)) members.push(people.stranger(0.02));
    return Array.from({length: dice.many(perDay * wakingShare(hour))}, () =>
      run(world, hour, members, {batch: 50, minutes: 1}),
    ).flat();
  };
  return {exempt: 3000, contacts: members, mails};
};

/** A shop: orders come at any time, and twice a month there is a sale. Each customer gets two letters. */
const shop: Make = (world) => {
  const {dice, people} = world;
  const perDay = Math.min(150, dice.skewed(12, 0.9));
  const customers = people.strangers(200, 0.02);
  const mails = (hour: Hour): Mail[] => {
    const isSale = hour.day % 14 === 9;
    const orders = dice.many(perDay * wakingShare(hour) * (isSale ? 3 : 1));
    return Array.from({length: orders}, () => {
      const customer = dice.chance(0.8) ? people.stranger(0.02, 0.75) : dice.of(customers);
      const atMs = within(world, hour);
      const one = {atMs, to: [customer]};
      return [one, {...one, atMs: atMs + 60_000}];
    }).flat();
  };
  return {exempt: undefined, contacts: customers, mails, way: 'uid'};
};

/** An employee who begins on some day. At first every recipient is new. */
const newEmployee: Make = (world) => {
  const {dice} = world;
  const first = dice.from(2, 44);
  const perDay = Math.min(60, dice.skewed(11, 0.5));
  const writer = new Writer(world, 60, 3);
  const mails = (hour: Hour): Mail[] =>
    hour.day < first
      ? []
      : writer.mails(hour, perDay, 0.1 + 0.5 * Math.exp((first - hour.day) / 5));
  return {exempt: undefined, contacts: writer.contacts.all, mails};
};

/** A person who is away for two weeks, and then answers for three days. */
const onHoliday: Make = (world) => {
  const {dice} = world;
  const back = dice.from(16, 46);
  const perDay = Math.min(60, dice.skewed(8, 0.6));
  const writer = new Writer(world, dice.skewed(120, 0.8), 3);
  const mails = (hour: Hour): Mail[] => {
    if (hour.day < back && hour.day >= back - 14) return [];
    const isBack = hour.day >= back && hour.day < back + 3;
    return writer.mails(hour, perDay * (isBack ? 3 : 1), isBack ? 0.15 : 0.08);
  };
  return {exempt: undefined, contacts: writer.contacts.all, mails};
};

/** Several people with one account. About once a quarter they send a circular, also to some old addresses. */
const department: Make = (world) => {
  const {dice} = world;
  const perDay = Math.min(150, dice.skewed(25, 0.6));
  const writer = new Writer(world, dice.skewed(250, 0.6), 5);
  const mails = (hour: Hour): Mail[] => {
    const usual = writer.mails(hour, perDay, 0.35);
    if (hour.clock !== 11 || hour.weekday > 4 || !dice.chance(1 / 65)) return usual;
    const old = dice.skewed(0.06, 0.7);
    const sheet = writer.contacts.circle(Math.min(200, dice.skewed(50, 0.6)), 0.6, old);
    return [...usual, ...run(world, hour, sheet, {batch: dice.of([1, 20, 200]), minutes: 20})];
  };
  return {exempt: undefined, contacts: writer.contacts.all, mails};
};

/** A ticket system: several letters to the author of each ticket. Half of the authors come back. */
const tickets: Make = (world) => {
  const {dice} = world;
  const perDay = Math.min(400, dice.skewed(70, 0.7));
  const authors = new Contacts(world, 300);
  const mails = (hour: Hour): Mail[] =>
    Array.from({length: dice.many(perDay * wakingShare(hour))}, () => ({
      atMs: within(world, hour),
      to: dice.chance(0.15) ? [authors.one(0.2), authors.known()] : [authors.one(0.2)],
    }));
  return {exempt: undefined, contacts: authors.all, mails, way: 'uid'};
};

/** The form of a web site: a mail to its owner, and a copy to the visitor. */
const form: Make = (world) => {
  const {dice, people} = world;
  const perDay = Math.min(60, dice.skewed(3, 1));
  const owner = people.stranger(0);
  const mails = (hour: Hour): Mail[] =>
    Array.from({length: dice.many(perDay * wakingShare(hour))}, () => ({
      atMs: within(world, hour),
      to: dice.chance(0.6) ? [owner, people.stranger(0.04, 0.7)] : [owner],
    }));
  return {exempt: undefined, contacts: [owner], mails, way: 'uid'};
};

/** Kinds of senders, and how many of a thousand senders each has. */
const kinds: readonly (readonly [name: string, count: number, make: Make])[] = [
  ['person', 610, person],
  ['busy person', 80, busy],
  ['department', 50, department],
  ['web shop', 60, shop],
  ['web form', 50, form],
  ['new employee', 40, newEmployee],
  ['back from holiday', 30, onHoliday],
  ['ticket system', 30, tickets],
  ['newsletter', 20, newsletter],
  ['invoice run', 20, invoices],
  ['mailing list', 10, list],
];

export const kindNames = kinds.map(([name]) => name);

/** @param count how many senders there are in all */
export function population(count: number, worldOf: (sender: string) => World): Sender[] {
  return kinds.flatMap(([kind, ofThousand, make]) =>
    Array.from({length: Math.round((ofThousand * count) / 1000)}, (_, i) => {
      const {way = 'auth', ...made} = make(worldOf(`${kind} ${i}`));
      const key =
        way === 'uid'
          ? `uid:${1000 + i + 100 * kindNames.indexOf(kind)}`
          : `auth:${kind.replaceAll(' ', '-')}${i}`;
      return {kind, key, ...made};
    }),
  );
}

/** An account that a thief takes over a few days after its first mail. */
export function freshSender(world: World, number: number, firstDay: number): Sender {
  const {mails, ...made} = person(world);
  const key = `auth:fresh${number}`;
  const later = (hour: Hour): Mail[] => (hour.number < firstDay * dayHours ? [] : mails(hour));
  return {kind: 'fresh', key, ...made, mails: later};
}
