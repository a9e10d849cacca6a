/** What is worth a mail, and when it is told. */
import {expect, test} from '@jest/globals';
import {againMs, AlarmBook, alarmsOf, settledMs} from '../../../src/report/alarms/alarms.js';
import type {Status} from '../../../src/report/status.js';
import {family, listLost, statusOf} from '../status-samples.js';

const deafHearing = {...statusOf().hearing, verdict: 'deaf'} as Status['hearing'];

test.each<[string, Partial<Status>, string[]]>([
  ['all is well', {}, []],
  ['blocking is stopped', {crowd: listLost}, ['stopped']],
  ['not all blocks stand', {families: [family({standing: 9})]}, ['notInForce']],
  ['the firewall refuses', {families: [family({failure: 'no'})]}, ['notInForce']],
  ['nothing is heard', {hearing: deafHearing}, ['deaf']],
  ['all at once', {crowd: listLost, hearing: deafHearing}, ['stopped', 'deaf']],
])('%s', (_, changes, keys) => {
  expect(alarmsOf(statusOf(changes)).map(({key}) => key)).toEqual(keys);
});

const lost = alarmsOf(statusOf({crowd: listLost}));
const titles = (due: readonly {readonly title: string}[]): string[] => due.map(({title}) => title);

test('what lasts for a minute is told once, again after a day, and when it is over', () => {
  const book = new AlarmBook();
  expect(book.look(lost, 0)).toEqual([]);
  expect(book.look(lost, settledMs - 1)).toEqual([]);
  expect(titles(book.look(lost, settledMs))).toEqual(['blocking is stopped']);
  expect(book.look(lost, settledMs + againMs - 1)).toEqual([]);
  expect(titles(book.look(lost, settledMs + againMs))).toEqual(['blocking is stopped']);
  expect(titles(book.look([], settledMs + againMs + 1))).toEqual([
    'no longer: blocking is stopped',
  ]);
  expect(book.look([], settledMs + againMs + 2)).toEqual([]);
});

test('what is over before is not told', () => {
  const book = new AlarmBook();
  for (let nowMs = 0; nowMs < 10 * settledMs; nowMs += settledMs / 2) {
    expect(book.look(nowMs % settledMs === 0 ? lost : [], nowMs)).toEqual([]);
  }
});
