/** Innocents that the first plan of this bench names. Each kind is a row of the table; its comment describes it. */
import {v4} from './clients.js';
import {
  bounce,
  callOut,
  letters,
  mail,
  mailing,
  subscribers,
  timeAt,
  workingTime,
} from './habits.js';
import {someDead, someFormer, someUsers} from './lists.js';
import type {Mail, Plan} from './mailer.js';
import {minuteMs} from './people.js';
import type {Group, InnocentKind, Place} from './world.js';

/** A kind with one address, and usually with a host name. */
export function one(
  name: string,
  group: Group,
  plan: (place: Place) => Plan,
  user?: string,
): InnocentKind {
  return {
    name,
    group,
    make: (place) => [
      {
        clients: [place.addresses.apart(`mail.${name.replaceAll('_', '-')}.example`, user)],
        plan: plan(place),
      },
    ],
  };
}

/** The first day with attackers. */
export const firstAttackDay = 1;

/** A customer's mail to lists elsewhere: three in ten recipients are refused by the next host. */
function customer(name: string, user: string | undefined): InnocentKind {
  return {
    name,
    group: 'named',
    make: ({addresses, dice}) =>
      (['many', 'same'] as const).map((hosts) => ({
        clients: [addresses.apart(`${hosts}.${name.replace('_', '-')}.example`, user)],
        plan: (day) => {
          const throws = dice(hosts, day);
          return Array.from({length: 80}, (_, n) => {
            const domain =
              hosts === 'same' ? 'mx-203-0-113-9.example' : `mx-203-0-113-${n}.example`;
            const who = throws.chance(0.3) ? 'gone' : 'reader';
            const to = `${who}${String(throws.below(1e6))}@${domain}`;
            return mail(timeAt(day, 9 + n / 160), [to], 'shop@customer.example');
          });
        },
      })),
  };
}

export const namedInnocents: readonly InnocentKind[] = [
  // Forwards the mail of a domain to us, spam included: a fifth of the names is unknown.
  one('forwarder', 'named', (place) => forwards(place, 400, 400)),
  one('newsletter1', 'named', (place) => {
    const list = subscribers(place, 800, 0.06);
    return (day) => mailing(list, 1, timeAt(day, 6), 2000);
  }),
  one('newsletter50', 'named', (place) => {
    const list = subscribers(place, 1200, 0.1);
    return (day) => mailing(list, 50, timeAt(day, 10), 20_000);
  }),
  one('mailman', 'named', (place) => {
    const list = subscribers(place, 500, 0.025);
    return (day) => [9, 11.5, 15].flatMap((hour) => mailing(list, 500, timeAt(day, hour), 0));
  }),
  // A list that was not cleaned for years, and the ordinary mail of the same server.
  one('university', 'named', (place) => {
    const list = subscribers(place, 200, 0.35);
    const known = someUsers(place.people, place.dice('known'), 40);
    return (day) => [
      ...mailing(list, 1, timeAt(day, 10), 3000),
      ...letters(known, 15, 0.01, day, place.dice('day', day)),
    ];
  }),
  // A large provider: mail of its users, and bounces of mail forged in our users' names.
  one('bounces', 'named', ({people, dice}) => {
    const known = someUsers(people, dice('known'), 150);
    return (day) => {
      const throws = dice('day', day);
      const bounces = Array.from({length: 200}, () => {
        const name = throws.of(throws.chance(0.3) ? people.strangers : known);
        return bounce(workingTime(day, throws), name);
      });
      return [...letters(known, 80, 0.01, day, throws), ...bounces];
    };
  }),
  // The firm knows sixty of our users, of whom thirty have left. It writes to all of them once.
  leftBehind('left_batch', 1500),
  leftBehind('left_spread', 8 * minuteMs),
  // Our backup relay, to which clients turn when we are busy: mostly spam, three in ten to unknown names.
  one('backup_mx', 'named', ({people, dice}) => (day) => {
    const throws = dice('day', day);
    return Array.from({length: 400}, () => {
      const name = throws.of(throws.chance(0.3) ? people.strangers : people.users);
      return mail(workingTime(day, throws), [name], 'who@ever.example');
    });
  }),
  customer('customer_auth', 'customer'),
  customer('customer_plain', undefined),
  // Shares the address of `nat_guesser`: writes all day, and in the evening.
  {
    name: 'nat_user',
    group: 'named',
    make: ({people, dice, shared}) => {
      const known = someUsers(people, dice('known'), 12);
      const plan: Plan = (day) => {
        const throws = dice('day', day);
        const evening = [19.5, 20.5].map((hour) => mail(timeAt(day, hour), [throws.of(known)]));
        return [...letters(known, 12, 0.01, day, throws), ...evening];
      };
      return [{clients: [v4(shared('nat') + 77n, 'nat.provider.example')], plan}];
    },
  },
  // Small sites. To some of them two of our users write.
  {
    name: 'ordinary',
    group: 'named',
    make: ({people, dice, addresses, attackDays}) =>
      // In a world of months fewer sites are enough to try memory.
      Array.from({length: attackDays > 30 ? 40 : 150}, (_, site) => {
        const known = [
          ...someUsers(people, dice('known', site), 3 + dice('size', site).below(30)),
          ...someFormer(people, dice('former', site), 1),
        ];
        const mean = 2 + dice('mean', site).below(14);
        const client = addresses.apart(`mail.site${String(site)}.example`);
        const host = `mx-${client.address.text.replaceAll('.', '-')}.example`;
        const friends = ['a', 'b'].map((user) => ({
          clients: [addresses.anywhere(undefined, user)],
          plan: (day: number) => [
            mail(workingTime(day, dice(user, site, day)), [`info@${host}`], `${user}@example.net`),
          ],
        }));
        const own = {
          clients: [client],
          plan: (day: number) => letters(known, mean, 0.02, day, dice(site, day)),
        };
        return site % 4 === 0 ? [own, ...friends] : [own];
      }).flat(),
  },
  // Asks whether senders exist. Spammers forge our addresses, and four in ten of these do not exist.
  one('callouts', 'named', ({people, dice}) => {
    const known = someUsers(people, dice('known'), 30);
    return (day) => {
      const throws = dice('day', day);
      const asked = Array.from({length: 90}, () => {
        const name = throws.of(throws.chance(0.4) ? people.strangers : people.users);
        return callOut(workingTime(day, throws), name);
      });
      return [...letters(known, 8, 0.01, day, throws), ...asked];
    };
  }),
  // A known server bounces a night of forged mail, most of it to unknown names.
  one('backscatter1', 'named', ({people, dice}) => {
    const known = someUsers(people, dice('known'), 10);
    return (day) => {
      const throws = dice('day', day);
      const usual = letters(known, 10, 0.01, day, throws);
      if (day !== firstAttackDay) return usual;
      const forged = Array.from({length: 80}, () => {
        const name = throws.of(throws.chance(0.7) ? people.strangers : people.users);
        return bounce(timeAt(day, 2 + 2 * throws.next()), name);
      });
      return [...usual, ...forged];
    };
  }),
  // The same, over three hundred servers that never wrote to us.
  {
    name: 'backscatter300',
    group: 'named',
    make: ({people, dice, addresses}) =>
      Array.from({length: 300}, (_, host) => ({
        clients: [addresses.anywhere()],
        plan: (day) => {
          if (day !== firstAttackDay) return [];
          const throws = dice(host);
          const atMs = timeAt(day, 4 + 3 * throws.next());
          const count = 1 + throws.below(2);
          return Array.from({length: count}, () => bounce(atMs, throws.of(people.strangers)));
        },
      })),
  },
  // A ticket system answers whatever address a ticket names: two in three do not exist.
  one('ticket', 'named', ({people, dice}) => {
    const users = someUsers(people, dice('users'), 25);
    const dead = someDead(people, dice('dead'), 50);
    return (day) => {
      const throws = dice('day', day);
      return Array.from({length: 30}, () => {
        return mail(workingTime(day, throws), [throws.of(throws.chance(0.6) ? dead : users)]);
      });
    };
  }),
  // Asks every five minutes for a user and for an unknown name, to check that we answer differently.
  one('monitoring', 'named', ({people, dice}) => {
    const [user = ''] = someUsers(people, dice('user'), 1);
    const [nobody = ''] = someDead(people, dice('nobody'), 1);
    return (day) =>
      Array.from({length: 288}, (_, n) => ({
        ...mail(timeAt(day, n / 12), [user, nobody], 'check@monitor.example'),
        isProbe: true,
      }));
  }),
  // Takes a refusal as temporary, and tries again.
  one('retries_dead', 'named', ({people, dice}) => {
    const [nobody = ''] = someDead(people, dice('nobody'), 1);
    return (day) => Array.from({length: 96}, (_, n) => mail(timeAt(day, n / 4), [nobody]));
  }),
  // Writes for the first time at noon of the first attack.
  one('newcomer', 'named', ({people, dice}) => {
    const known = someUsers(people, dice('known'), 30);
    return (day) => {
      const throws = dice('day', day);
      const all = day < firstAttackDay ? [] : letters(known, 25, 0.08, day, throws);
      return all.filter(({atMs}) => day > firstAttackDay || atMs > timeAt(day, 12));
    };
  }),
  // Tries one mistyped recipient every two minutes, all day.
  one(
    'phone',
    'named',
    ({people, dice}) => {
      const [nobody = ''] = someDead(people, dice('nobody'), 1);
      const known = someUsers(people, dice('known'), 6);
      return (day) => [
        ...letters(known, 4, 0.02, day, dice('day', day)),
        ...Array.from({length: 300}, (_, n) => mail(timeAt(day, 9 + n / 30), [nobody])),
      ];
    },
    'phone',
  ),
];

/** Forwards mail of strangers. Two in five of its dead names are new each time, and the others are always the same. */
export function forwards({people, dice}: Place, count: number, aDay: number): Plan {
  const users = someUsers(people, dice('users'), count);
  const dead = someDead(people, dice('dead'), 60);
  return (day) => {
    const throws = dice('day', day);
    return Array.from({length: aDay}, () => {
      const isDead = throws.chance(0.2);
      const fresh = isDead && throws.chance(0.4);
      const name = fresh ? throws.of(people.strangers) : throws.of(isDead ? dead : users);
      return mail(workingTime(day, throws), [name], 'who@ever.example');
    });
  };
}

function leftBehind(name: string, pauseMs: number): InnocentKind {
  return one(name, 'named', (place) => {
    const known = someUsers(place.people, place.dice('known'), 20);
    const books = subscribers(place, 60, 0.5);
    return (day): Mail[] => {
      const usual = letters(known, 12, 0.01, day, place.dice('day', day));
      if (day !== firstAttackDay) return usual;
      return [...usual, ...mailing(books, 1, timeAt(day, 9), pauseMs)];
    };
  });
}
