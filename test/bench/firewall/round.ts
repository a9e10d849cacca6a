/**
 * One round of changes with one backend: ours, and then the same changes as bare batches. One more block
 * stands all the time, so that the first and the last block do not make and remove the chains.
 */
import type {BlockRules} from '../../../src/blocks/live/block-rules.js';
import type {Call} from '../../../src/firewall/backend.js';
import type {Family} from '../../../src/net/address.js';
import {sleep} from '../../system/lab/until.js';
import {shuffled} from './addresses.js';
import {bareBatch, type Change, timeBatch} from './bare.js';
import {blockOf, Driven, empty, type Subject} from './subjects.js';

export type Measure =
  'add' | 'remove' | 'restore' | 'check' | 'oneMore' | 'bareAdd' | 'bareRemove' | 'bareOneMore';
/** Ms. */
export type Round = Readonly<Record<Measure, number>>;

/** The block that stands all the time, and one more. */
const anchors = {4: ['198.51.100.1', '198.51.100.2'], 6: ['2001:db8::1', '2001:db8::2']} as const;

export interface Case {
  readonly subject: Subject;
  readonly family: Family;
  readonly networks: readonly string[];
  /** A folder for files. */
  readonly dir: string;
}

export async function measure(scene: Case): Promise<Round> {
  const {subject, family, networks} = scene;
  const [anchor, more] = anchors[family];
  const all = networks.length + 1;
  const leaving = shuffled(networks);

  const driven = await begin(scene);
  const add = await driven.time(all, (firewall) => setAll(firewall, networks));
  const addition = driven.calls;
  const check = await driven.time(all, (firewall) => firewall.check());
  const oneMore = await driven.time(all + 1, (firewall) => setAll(firewall, [more]));
  const additionOfOne = driven.calls;
  await driven.time(all, (firewall) => liftAll(firewall, [more]));
  const removalOfOne = driven.calls;
  const remove = await driven.time(1, (firewall) => liftAll(firewall, leaving));
  const removal = driven.calls;

  await empty();
  const restarted = new Driven(subject, family);
  const restore = await restarted.time(all, async (firewall) => {
    const now = Date.now();
    firewall.replace([anchor, ...networks].map((network) => blockOf(network, now)));
    await firewall.enforce('keep');
  });

  await begin(scene);
  const bareAdd = await bare('add', networks, addition);
  const bareOneMore = await bare('add', [more], additionOfOne);
  await bare('remove', [more], removalOfOne);
  const bareRemove = await bare('remove', networks, removal);
  return {add, remove, restore, check, oneMore, bareAdd, bareRemove, bareOneMore};

  function bare(change: Change, of: readonly string[], sent: readonly Call[]): Promise<number> {
    return timeBatch(scene.dir, bareBatch(subject, family, change, of, sent));
  }
}

/** Lets the kernel end the blocks of a set by itself. @returns the ms that we need to notice it */
export async function measureEnd(scene: Case): Promise<number> {
  const lengthMs = 4000;
  const driven = await begin(scene);
  await driven.time(scene.networks.length + 1, (firewall) =>
    setAll(firewall, scene.networks, lengthMs),
  );
  await sleep(lengthMs);
  return driven.time(1, (firewall) => liftAll(firewall, scene.networks));
}

/** Empties the kernel's rules, and starts our firewall with one block. */
async function begin({subject, family}: Case): Promise<Driven> {
  await empty();
  const driven = new Driven(subject, family);
  await driven.time(1, (firewall) => setAll(firewall, [anchors[family][0]]));
  return driven;
}

async function setAll(
  firewall: BlockRules,
  networks: readonly string[],
  lengthMs?: number,
): Promise<void> {
  const now = Date.now();
  for (const network of networks) firewall.set(blockOf(network, now, lengthMs));
  await firewall.enforce('remove');
}

async function liftAll(firewall: BlockRules, networks: readonly string[]): Promise<void> {
  for (const network of networks) firewall.lift(network);
  await firewall.enforce('remove');
}
