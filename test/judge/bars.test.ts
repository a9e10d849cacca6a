/** When a client is blocked: the row, strangers' bars, the open envelope, the first day. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {client, day, hour, minute, rules, second, seconds, World} from './world.js';

let world: World;
beforeEach(() => {
  world = new World();
});

describe('the row', () => {
  test.each([2, 10, 25])('a threshold of %d distinct names, nothing less', (threshold) => {
    world = new World({threshold});
    expect(world.ask(world.fresh(threshold - 1))).toEqual([]);
    const [verdict] = world.ask(world.fresh(1));
    expect(verdict).toMatchObject({
      seconds: 3600,
      repeat: 1,
      network: {text: client},
      because: {rule: 'row', score: threshold, bar: threshold, delivered: 0},
    });
  });

  test('names how many, how fast and which', () => {
    const verdicts = world.ask(world.fresh(10));
    expect(verdicts[0]?.because).toEqual({
      rule: 'row',
      score: 10,
      bar: 10,
      counts: {unknownRecipient: 10},
      seconds: 9,
      delivered: 0,
      deliveredDays: 0,
      stale: 0,
      wave: 'off',
      names: [3, 4, 5, 6, 7, 8, 9, 10].map((i) => `name${i}@example.net`),
      weakest: 'kernel',
    });
  });

  test('a /64 is one client', () => {
    const names = world.fresh(10);
    const verdicts = names.flatMap((name, i) => world.ask([name], `2001:db8::${i + 1}`));
    expect(verdicts.filter(({because}) => because.rule === 'row')).toMatchObject([
      {network: {text: '2001:db8::/64'}},
    ]);
  });

  // 2.29 names of credit each, to ten at most; and a third more of the bar for each of the first three.
  test.each([
    [1, 15],
    [2, 21],
    [3, 26],
    [4, 29],
    [40, 29],
  ])('a client that has delivered to %i names asks for %i in vain', (delivered, names) => {
    world.deliver(world.fresh(delivered));
    expect(world.ask(world.fresh(names))).toEqual([]);
    expect(rules(world.ask(world.fresh(1)))).toEqual(['row']);
  });

  test('with a record 34; and after the block goes on with three names', () => {
    for (let days = 0; days < 2; days++) {
      world.deliver(world.fresh(8));
      world.wait(day);
    }
    expect(world.ask(world.fresh(34))).toEqual([]);
    expect(seconds(world.ask(world.fresh(1)))).toEqual([3600]);
    world.wait(hour + minute);
    expect(world.score()).toBe(7.5);
    expect(world.ask(world.fresh(2))).toEqual([]);
    expect(rules(world.ask(world.fresh(1)))).toEqual(['row']);
  });
});

describe('the silence: an hour since the first name, and nothing delivered', () => {
  const visits = (times: number, sender: 'null' | 'named' = 'named'): string[] =>
    Array.from({length: times}).flatMap(() => {
      const verdicts = world.envelope({names: world.fresh(1), sender});
      world.wait(20 * minute);
      return rules(verdicts);
    });

  test('four names', () => {
    expect(visits(3)).toEqual([]);
    expect(visits(1)).toEqual(['silence']);
  });

  test('not before the hour', () => {
    world.envelope({names: world.fresh(4)});
    world.wait(hour - second);
    expect(world.envelope({names: world.fresh(1)})).toEqual([]);
    world.wait(second);
    expect(rules(world.envelope({names: world.fresh(1)}))).toEqual(['silence']);
  });

  test('four of the null sender, which weigh 2; but not where a named sender was', () => {
    expect(visits(3, 'null')).toEqual([]);
    expect(visits(1, 'null')).toEqual(['silence']);
    world = new World();
    visits(1);
    expect(visits(5, 'null')).toEqual([]);
    expect(visits(1, 'null')).toEqual(['silence']);
  });

  test('nothing new, a message, or three delivered names: no verdict', () => {
    world.envelope({names: ['<a@x>', '<b@x>', '<c@x>', '<d@x>']});
    world.wait(2 * hour);
    expect(world.envelope({names: ['<a@x>']})).toEqual([]);
    expect(world.envelope({names: ['<e@x>'], message: 'taken', accepted: 1})).toEqual([]);
    world.deliver(world.fresh(3));
    expect(world.envelope({names: ['<f@x>']})).toEqual([]);
  });

  test('no verdict for a friend either', () => {
    for (const senderHash of [1, 2]) {
      const nextHost = {family: 4, value: 0xcb007107n, text: client} as const;
      const also = {client: undefined, submitter: 'own', nextHost, senderHash} as const;
      world.deliver(['<x@example.org>'], client, also);
    }
    expect(visits(9)).toEqual([]);
  });

  test('time under a block is no silence', () => {
    world.ask(world.fresh(10));
    world.wait(hour + minute);
    world.wait(hour);
    // Five names are on the account, but for an hour it could not speak, and for one it could.
    expect(world.score()).toBe(5);
    world.wait(-2 * minute);
    expect(world.envelope({names: world.fresh(1)})).toEqual([]);
    world.wait(3 * minute);
    expect(rules(world.envelope({names: world.fresh(1)}))).toEqual(['silence']);
  });
});

describe('a wave of strangers', () => {
  const raise = (): void => {
    for (let i = 0; i < 8; i++) {
      world.envelope({names: world.fresh(1), client: `198.51.${i}.1`});
      world.wait(10 * second);
    }
    expect(world.judge.wave.isOn(world.nowMs)).toBe(true);
  };

  test('three names, and four days at once', () => {
    raise();
    world.envelope({names: world.fresh(1)});
    world.wait(20 * minute);
    expect(world.envelope({names: world.fresh(1)})).toEqual([]);
    const verdicts = world.envelope({names: world.fresh(1)});
    expect([rules(verdicts), seconds(verdicts)]).toEqual([['wave'], [4 * 86_400]]);
  });

  test('null senders neither raise it nor count for it', () => {
    for (let i = 0; i < 30; i++) {
      world.envelope({names: world.fresh(1), client: `198.51.${i}.1`, sender: 'null'});
    }
    expect(world.judge.wave.isOn(world.nowMs)).toBe(false);
    raise();
    expect(world.envelope({names: world.fresh(3), sender: 'null'})).toEqual([]);
  });

  test('an envelope is judged at its end only', () => {
    raise();
    expect(world.envelope({names: world.fresh(5), message: 'taken', accepted: 20})).toEqual([]);
  });

  test('rows raise it too, before they are blocked', () => {
    for (let i = 0; i < 6; i++) {
      world.ask(world.fresh(10), `198.51.${i}.1`);
    }
    expect(world.judge.wave.isOn(world.nowMs)).toBe(true);
  });
});

describe('networks', () => {
  test('four strangers of a /24 with eight names block it', () => {
    const verdicts = [1, 2, 3, 4].flatMap((i) =>
      world.envelope({names: world.fresh(2), client: `198.51.100.${i}`}),
    );
    const last = verdicts.filter(({because}) => because.rule === 'neighbours');
    expect(last).toMatchObject([{network: {text: '198.51.100.0/24'}, seconds: 86_400}]);
  });

  test('not where a client delivers to three names: then its strangers at their first', () => {
    world.deliver(world.fresh(3), '198.51.100.200');
    const verdicts = [1, 2, 3, 4, 5].flatMap((i) =>
      world.envelope({names: world.fresh(2), client: `198.51.100.${i}`}),
    );
    expect(new Set(rules(verdicts))).toEqual(new Set(['network']));
  });

  test('each stranger adds three names at most', () => {
    for (let i = 1; i <= 2; i++) world.ask(world.fresh(9), `198.51.100.${i}`);
    expect(world.ask(world.fresh(1), '198.51.100.3')).toEqual([]);
  });
});

describe('the ladder', () => {
  const next = (): number[] => {
    world.wait(4 * day + hour);
    return seconds(world.ask(world.fresh(1)));
  };

  test('of a stranger: an hour, a day, four days', () => {
    expect(seconds(world.ask(world.fresh(10)))).toEqual([3600]);
    world.wait(2 * hour + minute);
    expect(world.score()).toBe(5);
    expect(seconds(world.ask(world.fresh(5)))).toEqual([86_400]);
    expect([next(), next()]).toEqual([[4 * 86_400], [4 * 86_400]]);
  });

  test('of a mailer: 1, 1, 2, 4 hours; forgotten 12 hours later', () => {
    world.deliver(world.fresh(3));
    const served = [27, 1, 1, 1].map((names) => {
      const all = seconds(world.ask(world.fresh(names)));
      world.wait((all[0] ?? 0) * second + minute);
      return all;
    });
    expect(served).toEqual([[3600], [3600], [7200], [14_400]]);
    world.wait(12 * hour);
    expect(seconds(world.ask(world.fresh(1)))).toEqual([3600]);
  });

  test('never longer than the longest', () => {
    world = new World({longestBlockSeconds: 7200});
    world.ask(world.fresh(10));
    world.wait(3 * hour);
    expect(seconds(world.ask(world.fresh(5)))).toEqual([7200]);
  });

  test('second chance: in the hour after a first block names weigh a quarter', () => {
    world.ask(world.fresh(10));
    world.wait(hour + second);
    expect(world.ask(world.fresh(19))).toEqual([]);
    expect(rules(world.ask(world.fresh(1)))).toEqual(['row']);
  });

  test('names from before the end of the block count no more', () => {
    world.ask(world.fresh(10));
    world.wait(hour - minute);
    expect(world.ask(world.fresh(30))).toEqual([]);
    expect(world.score()).toBe(5);
  });
});

describe('the first day of an installation that knows nothing', () => {
  test('a row of names is enough all the same', () => {
    world.beginLearning();
    expect(world.ask(world.fresh(9))).toEqual([]);
    expect(rules(world.ask(world.fresh(1)))).toEqual(['row']);
  });

  test('for a client that takes an hour or longer it is twenty, as for a mailer', () => {
    world.beginLearning();
    world.ask(world.fresh(9));
    world.wait(hour);
    expect(world.ask(world.fresh(10))).toEqual([]);
    expect(rules(world.ask(world.fresh(1)))).toEqual(['row']);
  });

  test('a name of the null sender weighs as that of a server with a record', () => {
    world.beginLearning();
    for (let i = 0; i < 60; i++) {
      world.wait(10 * minute);
      expect(world.envelope({names: world.fresh(1), sender: 'null'})).toEqual([]);
    }
    expect(world.score()).toBeCloseTo(9, 3);
  });

  test('the bars of strangers are four times as high', () => {
    world.beginLearning();
    world.envelope({names: world.fresh(4)});
    world.wait(hour + minute);
    expect(world.envelope({names: world.fresh(4)})).toEqual([]);
  });

  test('no wave', () => {
    world.beginLearning();
    for (let i = 0; i < 20; i++) world.ask(world.fresh(1), `198.51.${i}.1`);
    expect(world.judge.wave.isOn(world.nowMs)).toBe(false);
  });

  test('a day later it is over', () => {
    world.beginLearning();
    world.wait(day);
    expect(rules(world.ask(world.fresh(10)))).toEqual(['row']);
  });

  test('`off` knows no such day', () => {
    world = new World({learning: 'off'});
    world.beginLearning();
    expect(rules(world.ask(world.fresh(10)))).toEqual(['row']);
  });
});

describe('the loss of the user list', () => {
  const lose = (written = (name: string) => name): string[] => {
    const users = Array.from({length: 12}, (_, i) => `<user${i}@example.net>`);
    world.deliver(users, '192.0.2.200');
    world.wait(hour);
    return users.map(written).map((name, i) => world.hear(name, {}, `198.51.${i % 4}.1`).listLoss);
  };

  test('begins with eight lost names, and then nobody is judged', () => {
    expect(lose().indexOf('began')).toBe(7);
    expect(world.ask(world.fresh(50))).toEqual([]);
    expect(world.score()).toBe(0);
    expect(world.view()?.bars ?? []).toEqual([]);
  });

  test.each([
    ['a blank in quotes', (name: string) => name.replace('<u', '<"u ').replace('@', '"@')],
    ['a detail', (name: string) => name.replace('@', '+x@')],
    ['capitals', (name: string) => name.toUpperCase()],
    ['a backslash', (name: string) => name.replace('<u', '<u\\')],
  ])('is no matter of %s, with which a client has known names refused', (_, written) => {
    expect(new Set(lose(written))).toEqual(new Set(['same']));
    expect(rules(world.ask(world.fresh(10)))).toEqual(['row']);
  });

  test('ends by itself when they take mail again', () => {
    lose();
    const ends = Array.from({length: 12}, (_, i) =>
      world.deliver([`<user${i}@example.net>`], '192.0.2.200'),
    );
    expect(ends).toContain('ended');
    expect(rules(world.ask(world.fresh(10)))).toEqual(['row']);
  });
});
