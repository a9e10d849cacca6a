/** What was decided is carried out: in the kernel, in words, on the disk, in this order. */
import type {Outcome} from '../../../src/guard/outcome.js';
import {afterEach, describe, expect, jest, test} from '@jest/globals';
import type {Block} from '../../../src/blocks/block.js';
import type {EnforcementParts} from '../../../src/daemon/enforcement/enforcement.js';
import {sleep, tempDirs, until} from '../../support/temp.js';
import {chain, ruleOf, type World, worldIn} from './enforcing.js';

const newDir = tempDirs();
const worlds: World[] = [];
function make(more: Partial<EnforcementParts> = {}): World {
  const world = worldIn(newDir(), more);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const {enforcement} of worlds.splice(0)) await enforcement.stop('leave');
});

const blockOf = (network: string, more: Partial<Block> = {}): Block => ({
  network,
  fromMs: Date.now(),
  untilMs: Date.now() + 3_600_000,
  reason: 'x',
  origin: 'operator',
  ...more,
});
/** Stands since an earlier run. */
const stood = ({state}: World, block: Block): void => {
  state.blocks.set(block.network, block);
};
const rules = ({kernel}: World): readonly string[] | undefined => kernel.rules(chain);
const said = ({happened}: World, part: string): boolean =>
  happened.some((each) => each.includes(part));

describe('a decided block', () => {
  test('begins in the kernel before it is logged, and is in force at the end', async () => {
    const world = make();
    const {enforcement, guard, happened, kernel} = world;
    const outcome = guard.block(blockOf('192.0.2.7'), 1);
    const done = enforcement.carryOut([outcome]);
    expect([kernel.calls.length, said(world, 'block 192.0.2.7')]).toEqual([1, true]);
    await done;
    expect(rules(world)).toEqual([ruleOf('192.0.2.7')]);
    expect(enforcement.isEnforced('192.0.2.7')).toBe(true);
    await until('its commit', () => happened.includes('saved'));
    expect(enforcement.outcomes).toEqual({block: 1});
  });

  test('leaves the kernel alone where no block changes', async () => {
    const {enforcement, kernel} = make();
    await enforcement.carryOut([]);
    await enforcement.carryOut([{kind: 'dispute', queueId: '', clients: []}]);
    expect([kernel.calls, enforcement.outcomes]).toEqual([[], {dispute: 1}]);
  });

  test('is not made when it is over already, and is logged all the same', async () => {
    const world = make();
    const old = blockOf('192.0.2.7', {fromMs: 0, untilMs: 1000});
    await world.enforcement.carryOut([world.guard.block(old, 1)]);
    expect([rules(world), said(world, 'over already')]).toEqual([[], true]);
  });

  test('ends by itself when its time is over', async () => {
    const world = make();
    const block = blockOf('192.0.2.7', {untilMs: Date.now() + 300});
    await world.enforcement.carryOut([world.guard.block(block, 1)]);
    expect(rules(world)).toHaveLength(1);
    await until('its end', () => rules(world)?.length === 0);
    expect(said(world, 'unblock 192.0.2.7: the time is over')).toBe(true);
  });

  test('while a clock was ahead that was set back since begins now, and ends by itself', async () => {
    const world = make();
    const fromMs = Date.now() + 24 * 3_600_000;
    stood(world, blockOf('192.0.2.7', {fromMs, untilMs: fromMs + 300}));
    stood(world, blockOf('192.0.2.8', {fromMs, untilMs: fromMs + 3_600_000}));
    world.enforcement.start();
    await until('its end', () => said(world, 'unblock 192.0.2.7: the time is over'));
    await until('the rule of the other alone', () => rules(world)?.join() === ruleOf('192.0.2.8'));
  });

  test('that the firewall refuses is known, and made later', async () => {
    const world = make();
    world.kernel.refuses = () => true;
    await world.enforcement.carryOut([world.guard.block(blockOf('192.0.2.7'), 1)]);
    expect(world.enforcement.isEnforced('192.0.2.7')).toBe(false);
    world.kernel.refuses = () => false;
    await until('the rule', () => world.enforcement.isEnforced('192.0.2.7'));
    expect(rules(world)).toEqual([ruleOf('192.0.2.7')]);
  });

  test('that the disk refuses is known, and saved later', () => {
    const {enforcement, happened, ...world} = make();
    const made = worlds.at(-1)!;
    made.diskRefuses = 'disk full';
    enforcement.save();
    expect([enforcement.unsaved, happened.length]).toEqual(['disk full', 1]);
    made.diskRefuses = '';
    enforcement.save();
    expect([enforcement.unsaved, happened.includes('saved')]).toEqual([undefined, true]);
    expect(world.kernel.calls).toEqual([]);
  });
});

describe('at the start', () => {
  test('blocks stand again, but those of the exempt; the chain is noted before it is made', async () => {
    const world = make();
    for (const network of ['192.0.2.7', '192.0.2.8']) stood(world, blockOf(network));
    stood(world, blockOf('192.0.2.9', {untilMs: Date.now() - 1}));
    world.whitelist = '192.0.2.8\n';
    world.enforcement.start();
    await until('the rules', () => rules(world)?.length === 1);
    expect(rules(world)).toEqual([ruleOf('192.0.2.7')]);
    expect(world.state.chains.size).toBe(1);
    expect(world.happened.indexOf('saved')).toBeLessThan(world.happened.indexOf('kernel'));
    expect(said(world, 'unblock 192.0.2.9: the time is over')).toBe(true);
  });

  test('blocks made on evidence since a time are lifted', async () => {
    const world = make();
    const made = blockOf('192.0.2.7', {origin: 'evidence', madeMs: 5000});
    stood(world, made);
    stood(world, {...made, network: '192.0.2.8', madeMs: 4999});
    world.enforcement.start(5000);
    await until('the rules', () => rules(world) !== undefined);
    expect(rules(world)).toEqual([ruleOf('192.0.2.8')]);
  });

  test('with `keep` what is over, and what nobody wants, stays until the log is caught up with', async () => {
    const world = make({unwanted: 'keep'});
    stood(world, blockOf('192.0.2.7', {untilMs: Date.now() - 1}));
    world.kernel.behindOurBack((chains) => chains.set(chain, [ruleOf('192.0.2.7')]));
    world.enforcement.start();
    world.enforcement.sweep();
    await until('the first batch', () => world.kernel.restores() > 0);
    await sleep(300);
    expect([rules(world), world.state.blocks.size]).toEqual([[ruleOf('192.0.2.7')], 1]);
    world.enforcement.caughtUp();
    await until('the end', () => rules(world)?.length === 0);
    expect(world.state.blocks.size).toBe(0);
  });
});

test('leftovers of others are looked for again, but not before the log is caught up with', async () => {
  let asked = 0;
  const otherVariant = (): Promise<undefined> => {
    asked += 1;
    return Promise.resolve(undefined);
  };
  const {enforcement} = make({unwanted: 'keep', otherVariant});
  await enforcement.lookForOthers();
  expect(asked).toBe(0);
  enforcement.caughtUp();
  await until('the first look', () => asked === 1);
  await enforcement.lookForOthers();
  expect(asked).toBe(2);
});

test('checks look for leftovers of others once a minute, and only while our own rules are in force', async () => {
  let asked = 0;
  const otherVariant = (): Promise<undefined> => {
    asked += 1;
    return Promise.resolve(undefined);
  };
  const world = make({unwanted: 'keep', otherVariant});
  const {enforcement} = world;
  await enforcement.check();
  world.kernel.refuses = () => true;
  enforcement.caughtUp();
  await until('the first look', () => asked === 1);
  asked = 0;
  await enforcement.carryOut([world.guard.block(blockOf('192.0.2.7'), 1)]);
  await enforcement.check();
  expect(asked).toBe(0);
  world.kernel.refuses = () => false;
  await until('the rule', () => enforcement.isEnforced('192.0.2.7'));
  for (let checks = 0; checks < 3; checks += 1) await enforcement.check();
  expect(asked).toBe(1);
  const atMs = Date.now();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(atMs + 61_000);
  await enforcement.check();
  clock.mockRestore();
  expect(asked).toBe(2);
});

test('a look repairs nothing, a check does', async () => {
  const world = make();
  await world.enforcement.carryOut([world.guard.block(blockOf('192.0.2.7'), 1)]);
  world.kernel.behindOurBack((chains) => chains.set(chain, []));
  await world.enforcement.look();
  expect([rules(world), world.enforcement.enforced.get(4)]).toMatchObject([
    [],
    {wanted: 1, standing: 0},
  ]);
  await world.enforcement.check();
  expect(rules(world)).toEqual([ruleOf('192.0.2.7')]);
});

test('a block for which another gave its place: that one leaves the firewall', async () => {
  const world = make();
  await world.enforcement.carryOut([world.guard.block(blockOf('192.0.2.7'), 1)]);
  const outcome = world.guard.block(blockOf('192.0.2.8'), 1);
  await world.enforcement.carryOut([{...outcome, insteadOf: '192.0.2.7'} as Outcome]);
  expect(rules(world)).toEqual([ruleOf('192.0.2.8')]);
});

test('after the end nothing is enforced any more; counted outcomes are logged and saved', async () => {
  const world = make();
  const {enforcement, guard, happened, kernel} = world;
  await enforcement.carryOut([{kind: 'noRoom', network: '192.0.2.1'}]);
  expect(await enforcement.stop('leave')).toBe('left');
  expect([happened.some((each) => each.includes('1 blocks not made')), happened.at(-1)]).toEqual([
    true,
    'saved',
  ]);
  expect(enforcement.isStopped).toBe(true);
  await enforcement.carryOut([guard.block(blockOf('192.0.2.7'), 1)]);
  expect(kernel.calls).toEqual([]);
});
