/**
 * A disk that takes nothing, and a clock that is set while blocks stand: who is to be blocked is
 * blocked, nothing is forgotten, and nobody is blocked for longer than was asked.
 */
import {expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {boxNeeds} from './box.js';
import type {Post} from './guarded.js';
import {atPosts} from './posts.js';
import {sleep, tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const inBox = whereAvailable(boxNeeds);

const lane = (backend: 'iptables' | 'ipset' | 'nftables') => ({
  // No block waits for the cleansing to end, and none for its slot.
  config: {backend, checkInterval: 1, cleanseSchedule: '0 4 1 1 *'},
});
const lanes = {iptables: lane('iptables'), ipset: lane('ipset'), nftables: lane('nftables')};

const stateOf = (post: Post): string => join(post.box.folder, 'state');
const [first, byHand, guesser] = ['192.0.2.7', '198.51.100.0/24', '203.0.113.9'];
const late = '203.0.113.77';

inBox(
  'a full disk: blocks are made, one line says so, and all is saved when there is room again',
  () =>
    atPosts(newDir, lanes, async (post) => {
      const {box} = post;
      const disk = stateOf(post);
      box.shell('mkdir "$1"; mount -t tmpfs -o size=800k x "$1"', disk);
      await post.startWhole();
      await post.block(first);
      box.shell('dd if=/dev/zero of="$1/filler" bs=1024 2> /dev/null || :', disk);
      // Enough that the pages which are there already do not hold it.
      const many = Array.from({length: 120}, (_, i) => `198.18.${i}.1`);
      for (const network of many) await post.block(network);
      await post.block(byHand);
      post.guess(guesser);
      await post.kernelComesTo([first, byHand, guesser, ...many], 15_000);
      await post.says(/^error state: not saved/m);
      expect(await post.ask({command: 'block', network: late, seconds: 3600})).toEqual({
        kind: 'done',
        message: expect.stringMatching(
          /^\S+ is blocked until \S+; NOT saved, lost if the daemon ends now: /,
        ),
      });
      expect((await post.status()).unsaved).toMatch(/full|I\/O/);
      await sleep(1000);
      expect(post.child?.output().match(/state: not saved/g)).toHaveLength(1);
      box.shell('rm "$1/filler"', disk);
      await post.says(/^notice state: saved again, nothing was lost/m, 12_000);
      expect((await post.status()).unsaved).toBeUndefined();
      await post.kill();
      box.run('nft', ['flush', 'ruleset']);
      await post.startWhole();
      await post.kernelComesTo([first, byHand, guesser, late, ...many]);
    }),
);

inBox('a state that is read-only: refused with the reason, and the blocks stay', () =>
  atPosts(newDir, lanes, async (post) => {
    const {box} = post;
    const disk = stateOf(post);
    box.shell('mkdir "$1"; mount -t tmpfs x "$1"', disk);
    await post.startWhole();
    await post.block(first);
    await post.kill();
    box.shell('mount -o remount,ro "$1"', disk);
    post.start();
    await post.says(/^ended .*unavailable.*read-only/m, 15_000);
    expect((await box.kernel()).dropped).toEqual([first]);
    box.shell('mount -o remount,rw "$1"', disk);
    await post.startWhole();
    expect(await post.listed()).toEqual([first]);
    await post.kernelComesTo([first]);
  }),
);

const hourMs = 3_600_000;
/** Of the block whose end is waited for. Seconds. */
const shortSeconds = 6;
/** For two looks, a cleansing and the end itself, where the machine is busy. Ms. */
const lateMs = 15_000;

inBox(
  'the clock is set back an hour: a block lasts about as long as was asked, in the kernel too',
  () =>
    atPosts(newDir, lanes, async (post) => {
      const clock = join(post.box.folder, 'clock');
      fs.writeFileSync(clock, '0');
      await post.startWhole({clock});
      await post.block(first, 3600);
      const madeMs = performance.now();
      await post.block(guesser, shortSeconds);
      await post.kernelComesTo([first, guesser]);
      fs.writeFileSync(clock, String(-hourMs));
      post.child?.process.kill('SIGUSR2');
      await post.says(/^clock set$/m);
      await post.kernelComesTo([first], shortSeconds * 1000 + lateMs);
      expect(performance.now() - madeMs).toBeGreaterThan(shortSeconds * 1000 - 1000);
      const {secondsLeft} = await post.box.kernel();
      for (const left of secondsLeft.values()) expect(left).toBeLessThan(3600 + 10);
      expect(await post.listed()).toEqual([first]);

      // And forward again: what has begun under the wrong clock goes on for as long as was asked.
      fs.writeFileSync(clock, '0');
      post.child?.process.kill('SIGUSR2');
      await until('both settings', () => post.child?.output().match(/clock set/g)?.length === 2);
      await post.says(/^notice the clock was set forward by 60m: blocks keep the time/m);
      await post.block(byHand, 3600);
      await post.kernelComesTo([first, byHand]);
      expect(await leftOf(post, first)).toBeGreaterThan(3600 - 90);
      expect(await leftOf(post, first)).toBeLessThanOrEqual(3600);
    }),
);

inBox(
  'the clock is set forward by years, as on a machine without a battery: it answers, and blocks stay',
  () =>
    atPosts(newDir, lanes, async (post) => {
      const clock = join(post.box.folder, 'clock');
      const yearsMs = 26 * 365 * 24 * hourMs;
      fs.writeFileSync(clock, String(-yearsMs));
      await post.startWhole({clock});
      await post.block(first, 7200);
      await post.block(guesser, shortSeconds);
      fs.writeFileSync(clock, '0');
      post.child?.process.kill('SIGUSR2');
      await post.says(/^notice the clock was set forward/m);
      expect((await post.status()).blocks).toBeGreaterThan(0);
      await post.kernelComesTo([first], shortSeconds * 1000 + lateMs);
      expect(await leftOf(post, first)).toBeLessThanOrEqual(7200);
      expect(await leftOf(post, first)).toBeGreaterThan(7200 - 90);
      await post.block(byHand, 3600);

      // And back by an hour: nothing stands for longer.
      fs.writeFileSync(clock, String(-hourMs));
      post.child?.process.kill('SIGUSR2');
      await post.says(/^notice the clock was set back/m);
      await post.kernelComesTo([first, byHand]);
      // The daemon's clock is an hour behind ours.
      expect(await leftOf(post, byHand)).toBeLessThanOrEqual(0);
      const {secondsLeft} = await post.box.kernel();
      expect(secondsLeft.get(byHand) ?? 0).toBeLessThanOrEqual(3610);
    }),
);

/** By this test's clock, which is right: what the daemon says of the end. Seconds. */
async function leftOf(post: Post, network: string): Promise<number> {
  const answer = await post.ask({command: 'list'});
  const blocks = answer.kind === 'blocks' ? answer.blocks : [];
  const block = blocks.find((each) => each.network === network);
  return ((block?.untilMs ?? 0) - Date.now()) / 1000;
}
