/**
 * Clients that logged in recently, from the state to the rules: as the mailer's ports are known
 * there.
 */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {chain, worldIn} from './enforcing.js';
import type {Outcome} from '../../../src/guard/outcome.js';
import {seenKey} from '../../../src/sessions/served-ports.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
let folder: string;
beforeEach(() => {
  folder = newDir();
});

const stopping: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(stopping.splice(0).map((stop) => stop())));

function blockIn({guard}: ReturnType<typeof worldIn>, network: string): Outcome {
  const [fromMs, untilMs] = [Date.now(), Date.now() + 60_000];
  return guard.block({network, fromMs, untilMs, reason: 'guesses', origin: 'evidence'}, 1);
}

test.each([
  ['at several ports its block holds for 25 alone', [25, 465, 587], ['465,587'], '25,465,587'],
  ['where 25 alone is served, there', [25], [], '25'],
])('%s', async (_, seen, served, ports) => {
  const world = worldIn(folder);
  const {state} = world;
  state.mailerPorts.set(seenKey, seen);
  state.submitters.set('203.0.113.7', {lastMs: Date.now()});
  // It reads the ports when it is made.
  const again = worldIn(folder, {state, guard: world.guard});
  stopping.push(() => again.enforcement.stop('leave'));
  again.enforcement.start();
  await again.enforcement.carryOut([blockIn(world, '203.0.113.7'), blockIn(world, '203.0.113.8')]);
  const match = (list: string): string =>
    list.includes(',') ? `multiport --dports ${list}` : `tcp --dport ${list}`;
  expect(again.kernel.rules(chain)).toEqual([
    ...served.map((list) => `-s 203.0.113.7/32 -p tcp -m ${match(list)} -j RETURN`),
    `-s 203.0.113.7/32 -p tcp -m ${match(ports)} -j DROP`,
    `-s 203.0.113.8/32 -p tcp -m ${match(ports)} -j DROP`,
  ]);
});

test('one more block costs one look at the logins, and none at the other blocks', async () => {
  const world = worldIn(folder);
  const {state} = world;
  state.mailerPorts.set(seenKey, [25, 587]);
  for (let i = 0; i < 100; i++) state.submitters.set(`198.18.0.${i}`, {lastMs: Date.now()});
  const again = worldIn(folder, {state, guard: world.guard});
  stopping.push(() => again.enforcement.stop('leave'));
  again.enforcement.start();
  const outcomes = Array.from({length: 100}, (_, i) => blockIn(world, `203.0.113.${i}`));
  await again.enforcement.carryOut(outcomes);
  const walks: string[] = [];
  const {blocks, submitters} = state;
  const [values, entries] = [blocks.values.bind(blocks), submitters.entries.bind(submitters)];
  blocks.values = () => (walks.push('blocks'), values());
  submitters.entries = () => (walks.push('logins'), entries());
  await again.enforcement.carryOut([blockIn(world, '203.0.113.200'), blockIn(world, '198.18.0.7')]);
  expect(walks).toEqual([]);
  expect(again.kernel.rules(chain)).toHaveLength(103);
});
