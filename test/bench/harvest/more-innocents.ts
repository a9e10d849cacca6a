/** More innocents: other clients that could look like a guesser. Each kind is a row of the table. */
import {v4, v6} from './clients.js';
import {bounce, letters, mail, mailing, subscribers, timeAt, workingTime} from './habits.js';
import {firstAttackDay, forwards, one} from './innocents.js';
import {someDead, someUsers} from './lists.js';
import type {Mail, Plan} from './mailer.js';
import {hourMs, minuteMs, mistyped} from './people.js';
import type {InnocentKind, Place} from './world.js';

/** Ghosts: an attacker sends mail to this server with many senders that do not exist here. */
const ghosts = (
  {people, dice}: Place,
  day: number,
  count: number,
  [from, until]: readonly [from: number, until: number],
): Mail[] => {
  const throws = dice('ghosts', day);
  return Array.from({length: count}, () =>
    bounce(timeAt(day, from + (until - from) * throws.next()), throws.of(people.strangers)),
  );
};

export const moreInnocents: readonly InnocentKind[] = [
  // The first mail of a new client: five hundred names in one envelope, one in twenty dead.
  one('list_first', 'ours', (place) => {
    const list = subscribers(place, 500, 0.05);
    return (day) => (day < firstAttackDay ? [] : mailing(list, 500, timeAt(day, 11), 0));
  }),
  // Two hundred small sites whose first mail has a typing error; an hour later it is right.
  {
    name: 'newcomers200',
    group: 'ours',
    make: ({people, dice, addresses}) =>
      Array.from({length: 200}, (_, site) => {
        const plan: Plan = (day) => {
          if (day !== firstAttackDay) return [];
          const throws = dice(site);
          const atMs = workingTime(day, throws);
          const isThere = (user: string): boolean => people.wasUser(user, atMs + hourMs);
          let name = throws.of(people.users);
          while (!isThere(name)) name = throws.of(people.users);
          return [mail(atMs, [mistyped(name, throws)]), mail(atMs + hourMs, [name])];
        };
        return {clients: [addresses.apart()], plan};
      }),
  },
  one('reflection', 'ours', (place) => {
    const known = someUsers(place.people, place.dice('known'), 300);
    return (day) => [
      ...letters(known, 30, 0.01, day, place.dice('day', day)),
      ...(day < firstAttackDay ? [] : ghosts(place, day, 200, [0, 24])),
    ];
  }),
  // Good neighbours of `net24_shared`.
  {
    name: 'neighbours',
    group: 'ours',
    make: ({people, dice, shared}) =>
      Array.from({length: 4}, (_, site) => {
        const known = someUsers(people, dice('known', site), 10);
        const clients = [v4(shared('neighbours') + BigInt(3 + site), `n${String(site)}.example`)];
        return {clients, plan: (day) => letters(known, 8, 0.02, day, dice(site, day))};
      }),
  },
  // A bulk sender sends for all customers from four addresses. In the list of one customer three in five are dead.
  {
    name: 'bulk',
    group: 'ours',
    make: (place) => {
      const good = subscribers(place, place.attackDays > 30 ? 300 : 1500, 0.03);
      const bad = subscribers(place, 150, 0.6);
      const network = place.addresses.slash16();
      const clients = [1n, 2n, 3n, 4n].map((n) => v4(network + n, `out${String(n)}.bulk.example`));
      const plan: Plan = (day) => {
        const throws = place.dice('day', day);
        const other = day === firstAttackDay ? mailing(bad, 1, timeAt(day, 14), 20_000) : [];
        return [...mailing(good, 1, timeAt(day, 8), 8000), ...other].map((each) => ({
          ...each,
          from: throws.below(4),
        }));
      };
      return [{clients, plan}];
    },
  },
  // Moves to another network on the first day of the attacks, with a day's mail in its queue.
  {
    name: 'moved',
    group: 'ours',
    make: ({people, dice, addresses}) => {
      const known = someUsers(people, dice('known'), 60);
      const clients = [addresses.apart('old.moved.example'), addresses.apart('new.moved.example')];
      const plan: Plan = (day) => {
        const throws = dice('day', day);
        const all = letters(known, 40, 0.04, day, throws);
        if (day < firstAttackDay) return all;
        const atOnce = timeAt(day, 18);
        const queued = (each: Mail): Mail => ({
          ...each,
          atMs: Math.max(each.atMs, atOnce),
          from: 1,
        });
        return day === firstAttackDay ? all.map(queued) : all.map((each) => ({...each, from: 1}));
      };
      return [{clients, plan}];
    },
  },
  // Sends from any address of its /64.
  {
    name: 'v6_site',
    group: 'ours',
    make: ({people, dice, addresses}) => {
      const network = addresses.slash48() + (1n << 64n);
      const clients = Array.from({length: 60}, (_, n) => v6(network + BigInt(n * 7919 + 1)));
      const known = someUsers(people, dice('known'), 50);
      const plan: Plan = (day) => {
        const throws = dice('day', day);
        const all = letters(known, 60, 0.03, day, throws);
        return all.map((each) => ({...each, from: throws.below(60)}));
      };
      return [{clients, plan}];
    },
  },
  // A shop's form: each customer gets a mail, and one in seven mistypes the address.
  one('web_form', 'ours', ({people, dice}) => (day) => {
    const throws = dice('day', day);
    return Array.from({length: 60}, () => {
      const name = throws.of(people.users);
      const typed = throws.chance(0.15) ? mistyped(name, throws) : name;
      return mail(workingTime(day, throws), [typed], 'order@shop.example');
    });
  }),
  // Like `forwarder`, for a small domain: it has few users, and spam always has new names.
  one('forwarder80', 'ours', (place) => forwards(place, 80, 150)),
  // Its vacation messages answer a forged newsletter: null senders, four in ten to unknown names.
  one('vacation', 'heldOut', ({people, dice}) => {
    const known = someUsers(people, dice('known'), 20);
    return (day) => {
      const throws = dice('day', day);
      const answers = Array.from({length: 40}, () => {
        const name = throws.of(throws.chance(0.4) ? people.strangers : people.users);
        return bounce(timeAt(day, 7 + throws.next()), name);
      });
      return [...letters(known, 15, 0.02, day, throws), ...(day < firstAttackDay ? [] : answers)];
    };
  }),
  // A school writes to all parents for the first time: one in seven addresses is out of date.
  one('school', 'heldOut', (place) => {
    const list = subscribers(place, 120, 0.15);
    return (day) => (day === firstAttackDay + 1 ? mailing(list, 1, timeAt(day, 16), 4000) : []);
  }),
  // Beyond reach: it looks the same as a guesser that uses the null sender.
  one('mirror', 'beyond', (place) => (day) => {
    return day === firstAttackDay ? ghosts(place, day, 60, [13, 15]) : [];
  }),
  // A known firm writes to thirty former users, and to nobody else.
  one('left_only', 'beyond', ({people, dice}) => {
    const known = someUsers(people, dice('known'), 20);
    const left = someDead(people, dice('left'), 30);
    return (day) => [
      ...letters(known, 12, 0.01, day, dice('day', day)),
      ...(day === firstAttackDay ? mailing(left, 1, timeAt(day, 9), 3000) : []),
    ];
  }),
  // An unknown firm, whose first thirty names are all dead. Then it writes to users.
  one('newcomer_dead', 'beyond', ({people, dice}) => {
    const dead = someDead(people, dice('dead'), 30);
    const known = someUsers(people, dice('known'), 20);
    return (day) => {
      if (day < firstAttackDay) return [];
      const all = letters(known, 15, 0.02, day, dice('day', day));
      if (day > firstAttackDay) return all;
      const later = all.filter(({atMs}) => atMs > timeAt(day, 12));
      return [...mailing(dead, 1, timeAt(day, 11), (3 * minuteMs) / 60), ...later];
    };
  }),
  one('newcomer60', 'beyond', (place) => {
    const list = subscribers(place, 50, 0.6);
    return (day) => (day < firstAttackDay ? [] : mailing(list, 1, timeAt(day, 11), 5 * minuteMs));
  }),
];
