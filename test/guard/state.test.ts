/** All tables follow from one list. */
import {expect, test} from '@jest/globals';
import {emptyState, makeState, tableNames} from '../../src/guard/state.js';

test('a state has each table of the list, and the history', () => {
  expect(Object.keys(emptyState()).sort()).toEqual([...tableNames, 'history'].sort());
  expect(new Set(tableNames).size).toBe(tableNames.length);
});

test('each table begins with its own rows, in their order, and nothing of it has changed', () => {
  const state = makeState(
    (name) => [
      [`${name} 2`, {}],
      [`${name} 1`, {}],
    ],
    'saved',
  );
  for (const name of tableNames) {
    expect([...state[name].entries()].map(([key]) => key)).toEqual([`${name} 2`, `${name} 1`]);
    expect(state[name].changes()).toEqual({put: new Map(), deleted: new Set()});
  }
});

test('two empty states share nothing, and only one that is saved notes its changes', () => {
  const [one, other, unsaved] = [emptyState(), emptyState(), emptyState('unsaved')];
  for (const state of [one, unsaved]) state.chains.set('c', {chain: 'c', port: 25});
  one.history.push({atMs: 1, network: '192.0.2.7', event: 'blocked', reason: 'x'});
  expect([other.chains.size, other.history.length]).toEqual([0, 0]);
  expect([one, unsaved].map(({chains}) => chains.changes().put.size)).toEqual([1, 0]);
});
