/**
 * How many messages of a sender are in the queue: by the ids there, and by whose the log says they are. How many
 * recipients of a message count, whatever its lines say.
 */
import {describe, expect, test} from '@jest/globals';
import {Table} from '../../../src/base/mechanisms/table.js';
import {
  mostInTransit,
  queuedCounts,
  type Transit,
  waitingIn,
} from '../../../src/submission/whose/in-transit.js';
import type {Fact} from '../../../src/submission/whose/fact.js';
import {authLine, fromLine, handedOver, idOf, joiningOf, localFrom, toLine} from '../samples.js';

const [q1, q2] = [idOf(1), idOf(2)];

const of = (sender: string | undefined): Transit => ({
  ...{atMs: 1, sender, vouched: 'no', recipients: 1, left: 0},
});

test('counts the waiting mail, held or not, of the senders whose lines were read', () => {
  const table = new Table<Transit>([
    ['h A0001', of('uid:1')],
    ['h A0002', of('uid:1')],
    ['h A0003', of('uid:2')],
    ['h A0004', of(undefined)],
  ]);
  const listed = new Map<string, 'waiting' | 'held'>([
    ['A0001', 'waiting'],
    ['A0002', 'held'],
    ['A0004', 'waiting'],
    ['A0009', 'waiting'],
  ]);
  const counts = queuedCounts(table, listed);
  expect([...counts]).toEqual([['uid:1', {waiting: 1, held: 1}]]);
  expect([...waitingIn(counts)]).toEqual([['uid:1', 1]]);
});

/** Failed recipients that count, and recipients who count as people, for each sender. */
function fates(facts: readonly Fact[]): Record<string, {failed: number; people: number}> {
  const all: Record<string, {failed: number; people: number}> = {};
  for (const fact of facts) {
    if (fact.kind !== 'told') continue;
    const {failed, people} = all[fact.sender] ?? {failed: 0, people: 0};
    all[fact.sender] = {
      failed: failed + (fact.outcome === 'failed' ? fact.recipients : 0),
      people: people + fact.people.length,
    };
  }
  return all;
}

describe('a failure', () => {
  const [local, far] = ['localhost [127.0.0.1]', 'pc.example.org [198.51.100.9]'];

  test('of members of an alias counts as often as the message had recipients', () => {
    const {take} = joiningOf();
    take(authLine('anna', far));
    const facts = [
      ...take(fromLine(q1, 'anna@example.org', 2, far)),
      ...Array.from({length: 50}, (_, i) => take(toLine(q1, `m${i}@far.example`, 'failed'))).flat(),
    ];
    expect(fates(facts)).toEqual({'auth:anna': {failed: 2, people: 2}});
  });

  test('of each recipient of a list of dead addresses counts', () => {
    const {take} = joiningOf();
    take(authLine('anna', far));
    const facts = [
      ...take(fromLine(q1, 'anna@example.org', 20, far)),
      ...Array.from({length: 20}, (_, i) => take(toLine(q1, `m${i}@far.example`, 'failed'))).flat(),
    ];
    expect(fates(facts)).toEqual({'auth:anna': {failed: 20, people: 20}});
  });

  test('counts for a sender that is known late, and no more often', () => {
    const {take} = joiningOf();
    const failed = (from: number): Fact[] =>
      [from, from + 1].flatMap((i) => take(toLine(q2, `m${i}@far.example`, 'failed')));
    take(localFrom(q1, 'bob', 3));
    take(fromLine(q2, 'bob@example.org', 3, local));
    const facts = [...failed(0), ...take(handedOver(q1, 1001, q2)), ...failed(2)];
    expect(fates(facts)['uid:1001']?.failed).toBe(3);
  });

  test.each(['before', 'after'])(
    'of an answer (null sender) counts for nobody, if its user is known %s it',
    (when) => {
      const {take} = joiningOf();
      const failed = (): Fact[] => take(toLine(q2, 'forged@far.example', 'failed'));
      take(localFrom(q1, '<>', 1));
      const facts = [
        ...take(fromLine(q2, '', 1, local)),
        ...(when === 'after' ? failed() : []),
        ...take(handedOver(q1, 1001, q2)),
        ...(when === 'before' ? failed() : []),
      ];
      expect(facts).toContainEqual(expect.objectContaining({kind: 'mail', recipients: 1}));
      expect(fates(facts)['uid:1001']?.failed ?? 0).toBe(0);
    },
  );

  test('of an answer that the relay refuses counts for nobody', () => {
    const {take} = joiningOf();
    take(localFrom(q1, '<>', 1));
    const refused = handedOver(q1, 1001, q2).replace(/dsn=.*/, 'dsn=5.1.1, stat=User unknown');
    expect(fates(take(refused))).toEqual({'uid:1001': {failed: 0, people: 1}});
  });
});

test('the bound', () => expect(mostInTransit).toBe(50_000));
