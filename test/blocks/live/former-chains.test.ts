import {expect, test} from '@jest/globals';
import {formerChains, mostNoted, noteChain} from '../../../src/blocks/live/former-chains.js';
import {emptyState} from '../../../src/guard/state.js';

const spec = (chain: string, ports: readonly number[] = [25], hooks = ['INPUT']) => ({
  ...{chain, ports, hooks},
});

test('what was guarded under the present name, and under each other name, is told apart', () => {
  const state = emptyState();
  // As versions before noted it.
  state.chains.set('OLD 25', {chain: 'OLD', port: 25});
  state.chains.set('NOW 2525', {chain: 'NOW', port: 2525});
  noteChain(state, spec('OLD', [25, 587], ['INPUT', 'FORWARD']));
  noteChain(state, spec('NOW', [25, 587]));
  noteChain(state, spec('NOW'));
  const former = formerChains(state, spec('NOW'));
  const {traffic, specs, forget} = former;
  expect(traffic).toEqual([spec('NOW', [2525]), spec('NOW', [25, 587])]);
  const old = {...spec('OLD'), former: [spec('OLD', [25, 587], ['INPUT', 'FORWARD'])]};
  expect(specs).toEqual([old]);
  forget(old);
  expect([...state.chains.values()].map(({chain}) => chain)).toEqual(['NOW', 'NOW', 'NOW']);
});

test('one port at INPUT has the key that versions before gave it', () => {
  const state = emptyState();
  noteChain(state, spec('NOW'));
  expect(state.chains.get('NOW 25')).toEqual(spec('NOW'));
});

test('no more is noted than its bound', () => {
  const state = emptyState();
  for (let port = 1; port <= mostNoted + 5; port++) noteChain(state, spec('NOW', [port]));
  expect(state.chains.size).toBe(mostNoted);
});
