/** A keeper on a filter table that is a model. What stands here is the running test's. */
import {afterEach, beforeEach, jest} from '@jest/globals';
import {Keeper} from '../../../src/firewall/live/keeper.js';
import type {ChainState} from '../../../src/blocks/chain/chain.js';
import {iptablesBackend} from '../../../src/blocks/chain/backend.js';
import type {Block} from '../../../src/blocks/block.js';
import {type Desired, Intent} from '../../../src/blocks/intent.js';
import type {LogLevel} from '../../../src/base/say.js';
import {keeping} from '../../support/kernel/samples.js';
import {FakeNetfilter} from '../../support/fake-netfilter.js';

export const chainName = 'GUESSERS';
export const settings = {
  spec: {chain: chainName, ports: [25], hooks: ['INPUT']},
  family: 4,
  carrier: 'rules',
  flatMax: 5000,
  hookPlace: 'first',
} as const;
export const hook = `-p tcp -m tcp --dport 25 -j ${chainName}`;
export const drop = (network: string): string =>
  `-s ${network}/32 -p tcp -m tcp --dport 25 -j DROP`;
export const addresses = (count: number): string[] =>
  Array.from({length: count}, (_, i) => `198.51.${100 + (i >> 8)}.${i & 255}`);

export let said: [LogLevel, string][] = [];
export let kernel = new FakeNetfilter();
export let intent = new Intent(4);
export let keeper: Keeper<ChainState, Desired>;

export function make(): void {
  said = [];
  kernel = new FakeNetfilter();
  intent = new Intent(4);
  keeper = new Keeper(keeping(iptablesBackend(settings), intent), {
    run: kernel.run,
    say: (level, message) => said.push([level, message]),
  });
}

/** To be called at the top of a test file: each test has a new one, and time that it moves itself. */
export function newKeepers(): void {
  beforeEach(() => {
    jest.useFakeTimers();
    make();
  });
  afterEach(async () => {
    await keeper.stop();
    jest.useRealTimers();
  });
}

const untilMs = Date.now() + 3_600_000;

/** From now on just these should stand. */
export function want(...networks: string[]): Promise<void> {
  intent.replace(networks.map(blockOf));
  return keeper.enforce('remove');
}

export const blockOf = (network: string): Block => ({
  ...{network, fromMs: 0, untilMs},
  ...{reason: 'asked for', origin: 'operator'},
});

export const errors = (): string[] =>
  said.filter(([level]) => level === 'error').map(([, text]) => text);
export const standing = (): string[] => [...(kernel.rules(chainName) ?? [])].sort();
