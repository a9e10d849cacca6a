/** What was noted of a block before a crash stands again, once, and nothing else does. */
import {expect, test} from '@jest/globals';
import {Table} from '../../src/base/mechanisms/table.js';
import type {Block} from '../../src/blocks/block.js';
import type {HistoryEntry} from '../../src/blocks/history.js';
import {noteOf, takeNotes} from '../../src/blocks/noted.js';
import {isSavedBlock} from '../../src/guard/saved-rows.js';

const block: Block = {
  ...{network: '203.0.113.7', fromMs: 1000, madeMs: 1100, untilMs: 3_601_000},
  ...{reason: '10 names', origin: 'evidence'},
};

function tables(...blocks: Block[]) {
  const history: HistoryEntry[] = [];
  return {blocks: new Table<Block>(blocks.map((each) => [each.network, each])), history};
}

test('a block that the state does not have', () => {
  const state = tables();
  expect(takeNotes(state, noteOf(block), isSavedBlock)).toEqual([block]);
  expect(state.blocks.get(block.network)).toEqual(block);
  const {fromMs: atMs, network, reason} = block;
  expect(state.history).toEqual([{atMs, network, event: 'blocked', reason}]);
});

test('noted twice it is taken once, and one that stands as long is left as it is', () => {
  const state = tables();
  expect(takeNotes(state, noteOf(block) + noteOf(block), isSavedBlock)).toHaveLength(1);
  const longer = {...block, untilMs: block.untilMs + 1};
  const saved = tables(longer);
  expect(takeNotes(saved, noteOf(block), isSavedBlock)).toEqual([]);
  expect(saved.blocks.get(block.network)).toEqual(longer);
  expect(saved.history).toEqual([]);
});

test('a note behind half a note, which a full disk has left, is taken', () => {
  const half = noteOf({...block, network: '203.0.113.9'}).slice(0, -10);
  expect(takeNotes(tables(), half + noteOf(block), isSavedBlock)).toEqual([block]);
});

test.each([
  ['', 'x', '{', 'null', '7', '[]', '{"network":"203.0.113.8"}'],
  [JSON.stringify({...block, network: 'nobody'})],
  [JSON.stringify({...block, network: '203.0.113.007'})],
  [JSON.stringify({...block, network: '203.0.113.9', except: ['x']})],
  [JSON.stringify({...block, network: '203.0.113.9', untilMs: 'soon'})],
  [noteOf({...block, network: '203.0.113.9'}).slice(0, -10)],
])('a text that is no note is passed over: %s', (...lines) => {
  const state = tables();
  const text = `${lines.join('\n')}\n${noteOf(block)}`;
  expect(takeNotes(state, text, isSavedBlock)).toEqual([block]);
  expect(state.blocks.size).toBe(1);
});
