/** All tables follow from one list. */
import {expect, test} from '@jest/globals';
import {emptyState, makeState, packedNames, plainNames} from '../../src/guard/state.js';
import {reloaded} from './reloaded.js';

const key = (last: number): Uint8Array => new Uint8Array(16).fill(last, 15);

test('a state has each table of the list, and the history', () => {
  const names = [...plainNames, ...packedNames];
  expect(Object.keys(emptyState()).sort()).toEqual([...names, 'history'].sort());
  expect(new Set(names).size).toBe(names.length);
  expect([plainNames.includes('blocks'), packedNames.includes('clients')]).toEqual([true, true]);
});

test('each plain table begins with its own rows, in their order, and nothing of it has changed', () => {
  const rows = (name: string) =>
    [
      [`${name} 2`, {}],
      [`${name} 1`, {}],
    ] as const;
  const state = makeState({rows, sheets: () => []}, 'saved');
  for (const name of plainNames) {
    expect([...state[name].entries()].map(([each]) => each)).toEqual([`${name} 2`, `${name} 1`]);
    expect(state[name].changes()).toEqual({put: new Map(), deleted: new Set()});
  }
});

test('each packed table begins with its own rows, and nothing of it has changed', () => {
  const state = emptyState();
  for (const name of packedNames) {
    const length = state[name].keyBytes;
    state[name].setU8(state[name].add(new Uint8Array(length).fill(7)), 3, 9);
  }
  const again = reloaded(state);
  for (const name of packedNames) {
    const slot = again[name].find(new Uint8Array(again[name].keyBytes).fill(7));
    expect([name, again[name].size, again[name].u8(slot!, 3)]).toEqual([name, 1, 9]);
    expect([...again[name].changes()]).toEqual([]);
  }
});

test('two empty states share nothing, and only one that is saved notes its changes', () => {
  const [one, other, unsaved] = [emptyState(), emptyState(), emptyState('unsaved')];
  for (const state of [one, unsaved]) {
    state.chains.set('c', {chain: 'c', port: 25});
    state.clients.add(key(1));
  }
  one.history.push({atMs: 1, network: '192.0.2.7', event: 'blocked', reason: 'x'});
  expect([other.chains.size, other.clients.size, other.history.length]).toEqual([0, 0, 0]);
  expect([one, unsaved].map(({chains}) => chains.changes().put.size)).toEqual([1, 0]);
  expect([one, unsaved].map(({clients}) => [...clients.changes()].length)).toEqual([1, 0]);
});
