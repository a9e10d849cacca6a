/** Which early talk counts as one act, and how long acts are remembered. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Table} from '../../src/base/mechanisms/table.js';
import {
  actMs,
  type Greeted,
  GreetedClients,
  greetedMs,
  mostGreeted,
  saidCharacters,
} from '../../src/greeting/greeted.js';

const client = '203.0.113.7';
const startMs = Date.UTC(2026, 10, 21, 12);

let table: Table<Greeted>;
let greeted: GreetedClients;
beforeEach(() => {
  table = new Table();
  greeted = new GreetedClients(table);
});

test.each([
  ['at once', 0, 'sameAct'],
  ['a moment before ten minutes', actMs - 1, 'sameAct'],
  ['after ten minutes', actMs, 'newAct'],
  ['of a line that is read late', 1 - actMs, 'sameAct'],
  ['of a line of long ago', -actMs, 'newAct'],
])('a second witness %s', (_, laterMs, expected) => {
  expect(greeted.spokeEarly(client, startMs)).toBe('newAct');
  expect(greeted.spokeEarly(client, startMs + laterMs)).toBe(expected);
  expect(greeted.spokeEarly('203.0.113.8', startMs)).toBe('newAct');
});

test('property: however many witnesses, in time order no two that count are closer than ten minutes', () => {
  const waits = fc.array(fc.integer({min: 0, max: 2 * actMs}), {maxLength: 50});
  fc.assert(
    fc.property(waits, (each) => {
      const own = new GreetedClients(new Table<Greeted>());
      let [atMs, lastMs] = [startMs, Number.NEGATIVE_INFINITY];
      for (const wait of each) {
        atMs += wait;
        if (own.spokeEarly(client, atMs) === 'sameAct') expect(atMs - lastMs).toBeLessThan(actMs);
        else {
          expect(atMs - lastMs).toBeGreaterThanOrEqual(actMs);
          lastMs = atMs;
        }
      }
    }),
  );
});

describe('the record of a client', () => {
  test('has acts, words and leaving', () => {
    greeted.heard(client, 'nobody spoke');
    expect(greeted.of(client)).toBeUndefined();
    greeted.spokeEarly(client, startMs);
    greeted.heard(client, 'EHLO \u001b[31m');
    greeted.left(client, startMs + 5);
    greeted.left(client, startMs + 3);
    expect(greeted.of(client)).toMatchObject({early: 1, earlyMs: startMs});
    expect(greeted.of(client)).toMatchObject({left: 2, leftMs: startMs + 5});
    expect(greeted.of(client)?.said).toMatch(/^EHLO [ -~]+$/);
  });

  test('has its words cut', () => {
    greeted.spokeEarly(client, startMs);
    greeted.heard(client, 'x'.repeat(5000));
    expect(greeted.of(client)?.said).toHaveLength(saidCharacters);
  });

  test('goes when it is the oldest of too many', () => {
    for (let i = 0; i <= mostGreeted; i++) greeted.left(`client ${i}`, startMs);
    expect(table.size).toBe(mostGreeted);
    expect(greeted.of('client 0')).toBeUndefined();
  });
});

test.each([
  ['of a month ago', startMs + greetedMs + 1],
  ['of a clock that was ahead', startMs - 1],
])('a record %s is forgotten', (_, nowMs) => {
  greeted.left(client, startMs);
  greeted.sweep(startMs);
  expect(table.size).toBe(1);
  greeted.sweep(nowMs);
  expect(table.size).toBe(0);
});
