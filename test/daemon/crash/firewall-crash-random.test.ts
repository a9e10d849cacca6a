/**
 * Daemons, each killed at some moment of its start, of a stream of blocks, unblocks and
 * verdicts, or of the switch to another backend: no block that was answered is ever gone from the
 * kernel, and a daemon that lives on brings all in order. Each run kills at other moments; BLOCKSMTP_KILLS
 * sets another number.
 */
import {expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {BlockBook, isHeld} from './block-book.js';
import {type BackendName, backends, Box, boxNeeds, lookEveryMs} from './box.js';
import {steps} from './crash-steps.js';
import {bundleWhole} from '../../support/child.js';
import {Post} from './guarded.js';
import {Random} from '../../support/random.js';
import {sleep, tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const inBox = whereAvailable(boxNeeds);

/**
 * Every other daemon is ordered to die at one of seven steps, the others die at any moment. With 200 each
 * backend has 33 ordered deaths: that one of its steps is left out happens in one of 160, and the next
 * run begins with another seed; firewall-crash-steps.test.ts tries each step always. More would cost a
 * quarter of a second each. A count.
 */
const ciKills = 200;
const kills = Number(
  process.env['BLOCKSMTP_KILLS'] ?? (process.env['CI'] === 'true' ? ciKills : 100),
);
const seed = Number(process.env['BLOCKSMTP_SEED'] ?? Date.now() % 1_000_000);

/** Verdicts are for so long, that they come, stand and end all the time. Seconds. */
const verdictSeconds = 10;
/** A daemon is left alive, and the kernel compared as a whole, after so many kills. A count. */
const checkEvery = 12;

/** Some lie in networks, some are IPv6. */
const pool = [
  ...Array.from({length: 12}, (_, i) => `192.0.2.${i * 5 + 1}`),
  ...Array.from({length: 4}, (_, i) => `2001:db8:${i + 1}::1`),
  '192.0.2.0/28',
  '198.51.100.0/24',
  '2001:db8:2::/48',
];

/** In a flat chain, a tree, and back: a handful of blocks is many here. */
const config = {blockTime: verdictSeconds, checkInterval: 1, flatChainMax: 6} as const;

class Lane {
  readonly #post: Post;
  readonly #number: number;
  readonly #random: Random;
  readonly #book = new BlockBook();
  #backend: BackendName;
  #clients = 0;
  /** What the daemons before said. */
  readonly #said: string[] = [];

  constructor(post: Post, number: number, backend: BackendName) {
    this.#post = post;
    this.#number = number;
    this.#random = new Random(seed + number);
    this.#backend = backend;
  }

  async run(count: number): Promise<void> {
    for (let kill = 1; kill <= count; kill++) {
      try {
        await this.#liveAndDie();
        if (kill % 3 === 0) await this.#nothingIsGone();
        if (kill % checkEvery === 0 || kill === count) await this.#allIsWell();
      } catch (error) {
        const where = `lane ${this.#number}, kill ${kill}, ${this.#backend}, BLOCKSMTP_SEED=${seed}`;
        const said = this.#said.slice(-3).join('\n-- killed --\n');
        const now = this.#post.child?.output() ?? '';
        throw new Error(`${where}: ${String(error)}\n${said}\n-- now --\n${now}`, {cause: error});
      }
    }
  }

  async #liveAndDie(): Promise<void> {
    const random = this.#random;
    if (random.isOneIn(2)) this.#guess();
    if (random.isOneIn(9)) this.#backend = backends[random.below(backends.length)]!;
    const dieAt = {step: steps[random.below(steps.length)]!, nth: 1 + random.below(5)};
    const terms = random.isOneIn(2) ? {dieAt} : {};
    const child = this.#post.start(terms, {...config, backend: this.#backend});
    const life = {isOver: false};
    void child.ended.then(() => (life.isOver = true));
    // In two of five not even the start comes to its end.
    const isBorn = random.isOneIn(5) || random.isOneIn(4) ? 'early' : 'late';
    if (isBorn === 'early') await sleep(random.below(250));
    else {
      await until('a start', () => life.isOver || child.output().includes('following'));
      await until('an answer', () => life.isOver || this.#operate());
      const endMs = performance.now() + random.below(60);
      const work = (async () => {
        while (!life.isOver && performance.now() < endMs) await this.#operate();
      })();
      await sleep(Math.max(0, endMs - performance.now()));
      child.process.kill('SIGKILL');
      await work;
    }
    child.process.kill('SIGKILL');
    await child.ended;
    this.#said.push(child.output() + child.complaints());
  }

  #guess(): void {
    this.#clients += 1;
    // Of a network of its own: neighbours that guess would have theirs blocked.
    const client = `${11 + 8 * this.#number + (this.#clients >> 8)}.${this.#clients & 255}.0.1`;
    this.#book.blocked(client, verdictSeconds, Date.now(), 'log');
    this.#post.guess(client);
  }

  /** @returns whether there was an answer */
  async #operate(): Promise<boolean> {
    const random = this.#random;
    if (random.isOneIn(4)) this.#guess();
    const network = pool[random.below(pool.length)]!;
    const seconds = [1, 4, 3600, 3600, 3600][random.below(5)]!;
    const isBlock = !random.isOneIn(3);
    const askedMs = Date.now();
    const answer = isBlock
      ? await this.#post.block(network, seconds)
      : await this.#post.unblock(network);
    if (answer.kind === 'none') this.#book.open(network, isBlock ? seconds : 0);
    else if (isBlock) this.#book.blocked(network, seconds, askedMs, 'operator');
    else this.#book.unblocked(network);
    return answer.kind !== 'none';
  }

  /** Without a daemon: what was answered stands in the kernel. */
  async #nothingIsGone(): Promise<void> {
    const certain = this.#book.certain();
    const {dropped} = await this.#post.box.kernel();
    expect(certain.filter((network) => !isHeld(network, dropped))).toEqual([]);
  }

  /** A daemon that lives on brings all in order. */
  async #allIsWell(): Promise<void> {
    await this.#post.startWhole({}, {...config, backend: this.#backend});
    let wrong: string[] = [];
    const isWell = async (): Promise<boolean> => {
      const kernel = await this.#post.box.kernel();
      wrong = [...this.#book.complaints(kernel.dropped), ...this.#misfits(kernel)];
      return wrong.length === 0;
    };
    await until('all to be in order', isWell, undefined, lookEveryMs).catch((error: unknown) => {
      throw new Error(wrong.join(', '), {cause: error});
    });
    const answer = await this.#post.ask({command: 'list'});
    this.#book.adopt(answer.kind === 'blocks' ? answer.blocks : []);
    await this.#post.kill();
    this.#said.push(this.#post.child?.output() ?? '');
  }

  /** What stands there of another backend, or of nobody. */
  #misfits({parts, orphans, hooks}: Awaited<ReturnType<Box['kernel']>>): string[] {
    const expected = {
      iptables: /^[46] SPAM_UNAME_GUESSERS(?:-[0-9a-f]{1,2})?$/,
      ipset: /^[46] SPAM_UNAME_GUESSERS$|^SPAM_UNAME_GUESSERS-[46]$/,
      nftables: /^ip6? blocksmtp-SPAM_UNAME_GUESSERS$/,
    }[this.#backend];
    const strangers = parts.filter((part) => !expected.test(part));
    const wanted = this.#backend === 'nftables' ? 0 : 2;
    return [
      ...strangers.map((part) => `${part} stays behind`),
      ...orphans.map((part) => `${part} is an orphan`),
      ...(hooks === wanted ? [] : [`${hooks} hooks`]),
    ];
  }
}

inBox(
  `${kills} random kills: nothing answered is ever gone, and all comes in order`,
  async () => {
    const script = bundleWhole(newDir(), 'test/daemon/crash/guarded-process.ts');
    const boxes: Box[] = [];
    const lanes = backends.map(async (backend, number) => {
      const folder = join(newDir(), 'lane');
      fs.mkdirSync(folder);
      const box = await Box.start(folder);
      boxes.push(box);
      const post = new Post(box, script, {});
      try {
        await new Lane(post, number, backend).run(Math.ceil(kills / backends.length));
      } finally {
        await post.kill();
      }
    });
    const ends = await Promise.allSettled(lanes);
    for (const box of boxes) box.stop();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  },
  60_000 + kills * 3000,
);
