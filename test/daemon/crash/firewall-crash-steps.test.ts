/**
 * kill -9 at each step between a verdict and its commit (`crash-steps.ts`), for a block, an unblock
 * and an end, with each backend; then again at the same step of the start that follows. After the
 * start behind that the kernel holds what the log and the operator have said, once.
 */
import {expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import type {Config} from '../../../src/config/schema.js';
import {Box, boxNeeds, lookEveryMs} from './box.js';
import {type Step, steps} from './crash-steps.js';
import {bundleWhole} from '../../support/child.js';
import {Post} from './guarded.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const inBox = whereAvailable(boxNeeds);

/** Nothing is read without need, so that the step comes of the change. */
const rare = {checkInterval: 3600} as const;

const lanes: Readonly<Record<string, Partial<Config>>> = {
  'iptables, flat': {backend: 'iptables'},
  'iptables, a tree': {backend: 'iptables', flatChainMax: 2},
  ipset: {backend: 'ipset'},
  nftables: {backend: 'nftables'},
};

/** Time enough to order the death at the end of a block before it ends. Seconds. */
const endSeconds = 3;

class Lane {
  readonly #post: Post;
  readonly #config: Partial<Config>;
  /** What stands, and must after each crash. */
  readonly #standing = ['192.0.2.1', '198.51.100.0/24', '2001:db8::1'];
  #case = 0;

  constructor(post: Post, config: Partial<Config>) {
    this.#post = post;
    this.#config = config;
  }

  async run(): Promise<void> {
    await this.#post.startWhole({}, {...this.#config, ...rare});
    for (const network of this.#standing) await this.#post.block(network);
    for (const step of steps) {
      for (const change of ['verdict', 'unblock', 'end'] as const) {
        if (!this.#comesTo(step, change)) continue;
        try {
          await this.#dieAndLive(step, change);
        } catch (error) {
          const said = this.#post.child?.output() ?? '';
          const {dropped} = await this.#post.box.kernel();
          const has = `the kernel has ${dropped.join(' ')}`;
          throw new Error(`${change} at ${step}: ${String(error)}; ${has}\n${said}`, {
            cause: error,
          });
        }
      }
    }
    await this.#post.kill();
  }

  #comesTo(step: Step, change: 'verdict' | 'unblock' | 'end'): boolean {
    const {backend} = this.#config;
    // What ends in a set is ended by the kernel: no program is run.
    const isSilent = change === 'end' && backend !== 'iptables';
    if (isSilent && ['reading', 'planned', 'partly', 'applied'].includes(step)) return false;
    // Where one call does it all there is nothing between two.
    return step !== 'partly' || backend === 'ipset';
  }

  async #dieAndLive(step: Step, change: 'verdict' | 'unblock' | 'end'): Promise<void> {
    const post = this.#post;
    this.#case += 1;
    // Networks of their own, or their neighbours would have them blocked; of IPv6 a client is a /64.
    const changed = [`${20 + this.#case}.0.113.1`, `2001:db8:${this.#case.toString(16)}00::/64`];
    const seconds = change === 'end' ? endSeconds : 3600;
    if (change !== 'verdict') for (const network of changed) await post.block(network, seconds);
    // What others have done is met by the next call, and then the kernel is read.
    if (step === 'reading' || step === 'partly') this.#spoil();
    await post.orderDeath({step, nth: 1});
    const told = await this.#change(change, changed);
    await post.dies();

    const again = post.start({dieAt: {step, nth: 1}}, {...this.#config, ...rare});
    await Promise.race([again.ended, post.says(/following/)]);
    await post.kill();

    const child = await post.startWhole({}, {...this.#config, ...rare});
    if (change === 'verdict') this.#standing.push(...changed);
    const undone = [...this.#standing, ...changed].sort();
    const done = [...this.#standing].sort();
    // Who had no answer may not have been heard.
    const mayBe =
      change === 'unblock' && told < 2 ? [done, undone, [...done, changed[1]!].sort()] : [done];
    await until(
      'the kernel to hold what was said',
      async () => {
        const {dropped, orphans} = await post.box.kernel();
        const isSaid = mayBe.some((networks) => networks.join() === dropped.join());
        return isSaid && orphans.length === 0;
      },
      undefined,
      lookEveryMs,
    );
    expect(await post.listed()).toEqual((await post.box.kernel()).dropped);
    expect(child.output()).not.toMatch(/^error/m);
    for (const network of change === 'unblock' ? changed : []) await post.unblock(network);
  }

  /** @returns how many have been answered */
  async #change(
    change: 'verdict' | 'unblock' | 'end',
    changed: readonly string[],
  ): Promise<number> {
    if (change === 'verdict')
      for (const client of changed) this.#post.guess(client.replace('/64', '1'));
    if (change !== 'unblock') return 0;
    const answers = await Promise.all(changed.map((network) => this.#post.unblock(network)));
    return answers.filter(({kind}) => kind === 'done').length;
  }

  #spoil(): void {
    const {box} = this.#post;
    if (this.#config.backend === 'nftables') {
      box.run('nft', ['flush', 'ruleset']);
      return;
    }
    const tools = ['iptables', 'ip6tables'];
    for (const tool of tools) for (const way of ['-F', '-X']) box.run(tool, [way]);
    if (this.#config.backend === 'ipset') box.run('ipset', ['destroy']);
  }
}

inBox(
  `kill -9 at each of ${steps.length} steps, twice: each reported block stands, once`,
  async () => {
    const script = bundleWhole(newDir(), 'test/daemon/crash/guarded-process.ts');
    const boxes: Box[] = [];
    const ends = await Promise.allSettled(
      Object.entries(lanes).map(async ([name, config]) => {
        const folder = join(newDir(), 'lane');
        fs.mkdirSync(folder);
        const box = await Box.start(folder);
        boxes.push(box);
        const post = new Post(box, script, {});
        try {
          await new Lane(post, config).run();
        } catch (error) {
          throw new Error(`${name}: ${String(error)}`, {cause: error});
        } finally {
          await post.kill();
        }
      }),
    );
    for (const box of boxes) box.stop();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  },
  480_000,
);
