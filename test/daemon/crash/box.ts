/**
 * A machine in little for tests of the firewall: a network and mounts of its own, so that a test can
 * take its programs away, hold its locks and fill its disks. What its kernel holds is read here with
 * code of its own, not with the program's.
 */
import {type ChildProcess, execFile, execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {until} from '../../support/temp.js';
import type {Needs} from '../../support/where-available.js';

/** Where this machine has its firewall programs; a test may put others in front of them. */
const realFolder = '/usr/sbin';

export const boxNeeds: Needs = {
  root: true,
  tools: ['unshare', 'nsenter', 'setpriv', 'iptables', 'ip6tables', 'ipset', 'nft'],
  works: [
    'unshare',
    '--net',
    '--mount',
    'sh',
    '-c',
    'iptables -S && ipset list && nft list tables',
  ],
};

/** Between two looks at the kernel: each starts six programs, beside daemons that need the time. Ms. */
export const lookEveryMs = 100;

export const backends = ['iptables', 'ipset', 'nftables'] as const;
export type BackendName = (typeof backends)[number];

export class Box {
  readonly folder: string;
  /** First in the PATH of all that runs here. */
  readonly programs: string;
  readonly #holder: ChildProcess;

  private constructor(folder: string, holder: ChildProcess) {
    this.folder = folder;
    this.programs = join(folder, 'programs');
    fs.mkdirSync(this.programs);
    this.#holder = holder;
  }

  static async start(folder: string): Promise<Box> {
    const ready = join(folder, 'ready');
    // /run is its own: there is the lock of xtables.
    const set =
      'mount --make-rprivate / && mount -t tmpfs x /run && : > "$0" && exec sleep infinity';
    const words = ['--pdeathsig', 'KILL', 'unshare', '--net', '--mount', 'sh', '-c', set, ready];
    const box = new Box(folder, spawn('setpriv', words, {stdio: 'ignore'}));
    await until('a box', () => fs.existsSync(ready));
    return box;
  }

  stop(): void {
    this.#holder.kill('SIGKILL');
  }

  /** The words that run a program in here. */
  enter(program: string, parameters: readonly string[]): [string, ...string[]] {
    const space = `/proc/${this.#holder.pid ?? 0}/ns`;
    return ['nsenter', `--net=${space}/net`, `--mount=${space}/mnt`, program, ...parameters];
  }

  get environment(): Readonly<Record<string, string>> {
    return {PATH: `${this.programs}:${realFolder}:/usr/bin:/bin`, LC_ALL: 'C'};
  }

  /** With the real programs, whatever stands in front of them. @throws what it says if it fails */
  run(program: string, parameters: readonly string[], input = ''): string {
    const net = `--net=/proc/${this.#holder.pid ?? 0}/ns/net`;
    const env = {PATH: `${realFolder}:/usr/bin:/bin`, LC_ALL: 'C'};
    const options = {input, env, encoding: 'utf8', stdio: 'pipe'} as const;
    return execFileSync('nsenter', [net, program, ...parameters], options);
  }

  /** Runs a shell's words among the mounts of the box. */
  shell(script: string, ...parameters: string[]): void {
    const [first, ...words] = this.enter('sh', ['-ec', script, 'sh', ...parameters]);
    execFileSync(first, words, {stdio: 'pipe', env: this.environment});
  }

  /** Puts a script of sh in front of a program; in it `$real` is the program. */
  replace(program: string, script: string): void {
    const path = join(this.programs, program);
    fs.writeFileSync(`${path}.new`, `#!/bin/sh\nreal=${realFolder}/${program}\n${script}\n`, {
      mode: 0o755,
    });
    fs.renameSync(`${path}.new`, path);
  }

  restore(): void {
    for (const name of fs.readdirSync(this.programs)) fs.rmSync(join(this.programs, name));
  }

  /** What its kernel holds now. */
  async kernel(): Promise<Kernel> {
    const net = `--net=/proc/${this.#holder.pid ?? 0}/ns/net`;
    const env = {PATH: `${realFolder}:/usr/bin:/bin`, LC_ALL: 'C'};
    const text = await new Promise<string>((resolve, reject) => {
      execFile(
        'nsenter',
        [net, 'sh', '-ec', listing],
        {env, maxBuffer: 1 << 26},
        (error, stdout) => (error === null ? resolve(stdout) : reject(new Error(error.message))),
      );
    });
    return kernelOf(text);
  }
}

const mark = '== next';
const listing = [
  'iptables-save -t filter',
  'ip6tables-save -t filter',
  'ipset save',
  'nft -j list ruleset',
].join(` 2>/dev/null; echo; echo '${mark}'; `);

export interface Kernel {
  /** Networks that are dropped, sorted; one that is dropped twice stands twice. */
  readonly dropped: readonly string[];
  /** Chains, sets and tables of ours, by name. */
  readonly parts: readonly string[];
  /** Those of them that no packet meets: a chain to which nothing leads, a set that no rule asks. */
  readonly orphans: readonly string[];
  /** How often a packet to us enters our chains: once for each family. */
  readonly hooks: number;
  /** When the kernel itself lets a network go: seconds from now on. */
  readonly secondsLeft: ReadonlyMap<string, number>;
}

const chainShape = /^:(SPAM\S*) /gm;
const dropShape = /^-A SPAM\S* -s (\S+) .*-j DROP$/gm;
const toShape = /^-A \S+ .*-j (SPAM\S*)$/gm;
const matchShape = /--match-set (\S+) src -j DROP$/gm;

function kernelOf(text: string): Kernel {
  const [four = '', six = '', sets = '', nft = ''] = text.split(mark);
  const all = (from: string, shape: RegExp): string[] =>
    [...from.matchAll(shape)].map(([, found = '']) => found);
  const host = (network: string): string => network.replace(/(?<=\..*)\/32$|(?<=:.*)\/128$/, '');
  const tables = [four, six];
  const created = all(sets, /^create (\S+) /gm);
  const asked = tables.flatMap((table) => all(table, matchShape));
  const entries = [...sets.matchAll(/^add (\S+) (\S+) timeout (\d+)/gm)];
  const {elements, names} = nftOf(nft);
  const chains = tables.flatMap((table, at) =>
    all(table, chainShape).map((chain) => ({
      name: `${at === 0 ? 4 : 6} ${chain}`,
      isReached: all(table, toShape).includes(chain),
    })),
  );
  return {
    dropped: [
      ...tables.flatMap((table) => all(table, dropShape)).map(host),
      // A set that no rule asks drops nothing.
      ...entries.flatMap(([, set = '', network = '']) => (asked.includes(set) ? network : [])),
      ...elements.keys(),
    ].sort(),
    parts: [...chains.map(({name}) => name), ...created, ...names].sort(),
    orphans: [
      ...chains.flatMap(({name, isReached}) => (isReached ? [] : name)),
      ...created.filter((set) => !asked.includes(set)),
    ],
    hooks: tables.flatMap((table) => all(table, /^-A INPUT .*-j (SPAM\S*)$/gm)).length,
    secondsLeft: new Map([
      ...entries.map(([, , network = '', left = '']) => [network, Number(left)] as const),
      ...elements,
    ]),
  };
}

type NftValue = string | {readonly prefix: {readonly addr: string; readonly len: number}};
interface NftListed {
  readonly table?: {readonly family: string; readonly name: string};
  readonly set?: {
    readonly table: string;
    readonly elem?: readonly {readonly elem: {readonly val: NftValue; readonly expires: number}}[];
  };
}

function nftOf(text: string): {elements: Map<string, number>; names: string[]} {
  const listed = (JSON.parse(text) as {readonly nftables: readonly NftListed[]}).nftables;
  const elements = listed
    .flatMap(({set}) => (set?.table.startsWith('blocksmtp-') ? (set.elem ?? []) : []))
    .map(({elem: {val, expires}}) => {
      const network = typeof val === 'string' ? val : `${val.prefix.addr}/${val.prefix.len}`;
      return [network, expires] as const;
    });
  const names = listed.flatMap(({table}) =>
    table?.name.startsWith('blocksmtp-') ? `${table.family} ${table.name}` : [],
  );
  return {elements: new Map(elements), names};
}
