/** The bounds of one way of warnings, and one log line for each reason of a failure. */
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals';
import {WarningDelivery, type WarningWay} from '../../../../src/outgoing/warn/live/delivery.js';
import type {Delivered} from '../../../../src/outgoing/warn/delivered.js';
import type {Warning} from '../../../../src/outgoing/warn/warning.js';
import {sightingOf} from '../../samples.js';

const warning: Warning = {sighting: sightingOf(), times: 1};
const said: string[] = [];
const say = (level: string, message: string) => said.push(`${level} ${message}`);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  said.length = 0;
});
afterEach(() => {
  jest.restoreAllMocks();
});

function way(changed: Partial<WarningWay<Warning>>): WarningWay<Warning> {
  const bounds = {atOnce: 1, waiting: 2, anHour: 100};
  const deliver = () => Promise.resolve({kind: 'done'} as const);
  const uidOf = ({sighting}: Warning): number => sighting.owner?.uid ?? -1;
  return {name: 'mail', bounds, timeoutMs: 60_000, uidOf, deliver, ...changed};
}

/** A delivery that lasts until its signal is given. */
const lasting: WarningWay<Warning>['deliver'] = (_, stop) =>
  new Promise((resolve) => stop.addEventListener('abort', () => resolve({kind: 'done'})));

describe('one user', () => {
  const of = (uid: number): Warning => ({sighting: sightingOf({uid}), times: 1});
  const letters = {atOnce: 1, waiting: 20, anHour: 30};

  test('does not use up what goes in an hour, not with a range of numbers either', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(10_000_000);
    const sent: number[] = [];
    const deliver: WarningWay<Warning>['deliver'] = ({sighting: {owner}}) => {
      sent.push(owner?.uid ?? -1);
      return Promise.resolve({kind: 'done'});
    };
    const delivery = new WarningDelivery(way({bounds: letters, deliver}), say);
    const send = async (uid: number): Promise<void> => {
      delivery.take(of(uid));
      await turn();
    };
    for (let count = 0; count < 40; count++) await send(1000);
    expect(sent).toHaveLength(10);
    expect(said).toEqual([
      'warning warnings by mail: too many of one user: the next of that user are in this log only',
    ]);
    for (let count = 0; count < 40; count++) await send(131_072 + count);
    expect(sent).toHaveLength(30);
    expect(said.at(-1)).toMatch(
      /^warning warnings by mail: (30|20) were left out|in this log only$/,
    );
    await delivery.stop();
  });

  test('does not hold all places', async () => {
    const begun: number[] = [];
    const deliver: WarningWay<Warning>['deliver'] = (warning, stop) => {
      begun.push(warning.sighting.owner?.uid ?? -1);
      return lasting(warning, stop);
    };
    const bounds = {atOnce: 10, waiting: 10, anHour: 300};
    const delivery = new WarningDelivery(way({bounds, deliver}), say);
    for (let count = 0; count < 9; count++) delivery.take(of(1000));
    for (let count = 0; count < 50; count++) delivery.take(of(1000));
    delivery.take(of(33));
    expect(said).toHaveLength(1);
    await delivery.stop();
    expect(begun).toEqual(Array<number>(10).fill(1000));
    expect(said.at(-1)).toBe('warning warnings by mail: 50 were left out');
    await delivery.stop();
  });
});

describe('bounds', () => {
  test('so many at once and waiting; those left out are logged at once, and counted', async () => {
    let begun = 0;
    const delivery = new WarningDelivery(
      way({deliver: (...all) => ((begun += 1), lasting(...all))}),
      say,
    );
    for (let count = 0; count < 10; count++) delivery.take(warning);
    expect(begun).toBe(1);
    expect(said).toEqual([
      'warning warnings by mail: too many (3 at once, 100 an hour): the next are in this log only',
    ]);
    await delivery.stop();
    expect(begun).toBe(1);
    expect(said.slice(1)).toEqual(['warning warnings by mail: 9 were left out']);
    delivery.take(warning);
    expect(begun).toBe(1);
  });

  test('so many an hour, and then anew', async () => {
    const clock = jest.spyOn(Date, 'now').mockReturnValue(10_000_000);
    let sent = 0;
    const delivery = new WarningDelivery(
      way({
        bounds: {atOnce: 1, waiting: 1, anHour: 3},
        deliver: () => ((sent += 1), Promise.resolve({kind: 'done'})),
      }),
      say,
    );
    for (let count = 0; count < 10; count++) {
      delivery.take(warning);
      await turn();
    }
    expect(sent).toBe(3);
    clock.mockReturnValue(10_000_000 + 3_600_000);
    delivery.take(warning);
    await turn();
    expect(sent).toBe(4);
    expect(said.at(-1)).toBe('warning warnings by mail: 7 were left out');
    await delivery.stop();
  });

  test('a delivery that lasts too long is aborted', async () => {
    let end = '';
    const delivery = new WarningDelivery(
      way({
        timeoutMs: 20,
        deliver: (given, stop) => {
          stop.addEventListener('abort', () => (end = String(stop.reason)));
          return lasting(given, stop);
        },
      }),
      say,
    );
    delivery.take(warning);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(end).toContain('TimeoutError');
    await delivery.stop();
  });
});

describe('failures', () => {
  test('each reason once, until it works again', async () => {
    const results: Delivered[] = [
      {kind: 'failed', why: 'refused'},
      {kind: 'failed', why: 'refused'},
      {kind: 'failed', why: 'late'},
      {kind: 'done'},
      {kind: 'done'},
      {kind: 'failed', why: 'refused'},
    ];
    const delivery = new WarningDelivery(
      way({deliver: () => Promise.resolve(results.shift()!)}),
      say,
    );
    while (results.length > 0) {
      delivery.take(warning);
      await turn();
    }
    expect(said).toEqual([
      'error warnings by mail: refused; blocksmtp says this once',
      'error warnings by mail: late; blocksmtp says this once',
      'notice warnings by mail: it works again',
      'error warnings by mail: refused; blocksmtp says this once',
    ]);
  });

  test('no more than ten reasons, and an exception is one', async () => {
    let count = 0;
    const deliver = () => Promise.reject(new Error(`reason ${(count += 1)}`));
    const delivery = new WarningDelivery(way({deliver}), say);
    for (let at = 0; at < 20; at++) {
      delivery.take(warning);
      await turn();
    }
    expect(count).toBe(20);
    expect(said).toHaveLength(10);
  });
});
