/** Names are counted within a bound, and told so that they harm no terminal. */
import {expect, test} from '@jest/globals';
import {mostNames, Tally} from '../../src/hearing/tally.js';

test('the top has the most frequent names, those of the mailer first', () => {
  const tally = new Tally();
  for (let i = 0; i < 5; i++) tally.add('cron', 'other');
  for (let i = 0; i < 2; i++) tally.add('mta-in', 'own');
  tally.add('sshd', 'other');
  tally.add('x', 'other');
  expect(tally.top()).toEqual([
    {name: 'mta-in', lines: 2, own: 2},
    {name: 'cron', lines: 5, own: 0},
    {name: 'sshd', lines: 1, own: 0},
  ]);
});

test('ever new names push out each other, and not the frequent ones', () => {
  const tally = new Tally();
  for (let i = 0; i < 100 * mostNames; i++) {
    tally.add(`junk${i}`, 'other');
    if (i % 10 === 0) tally.add('mta-in', 'own');
  }
  expect(tally.top()[0]).toMatchObject({name: 'mta-in', own: 10 * mostNames});
});

test('a name is printable, and cut', () => {
  const tally = new Tally();
  tally.add(`\x1b[31m${'x'.repeat(100)}`, 'other');
  expect(tally.top()[0]?.name).toMatch(/^[\x20-\x7e]{1,64}$/);
});
