/**
 * A network namespace for tests that use the real kernel through the real iptables
 * tools. If that is not possible, the tests are skipped with the reason; with CI=true they fail.
 */
import {execFileSync, spawn} from 'node:child_process';
import {readlinkSync} from 'node:fs';
import {afterEach, beforeEach, describe as jestDescribe, test} from '@jest/globals';
import type {RunCall} from '../../../src/firewall/live/part.js';
import type {Family} from '../../../src/net/address.js';
import {runFirewallCall} from '../../../src/sys/firewall/netfilter.js';

/** The variant of the tools; `default` is the machine's plain `iptables`. */
export type Variant = 'default' | 'legacy';

export interface Namespace {
  /** The words of a command that runs in the namespace, for a test that needs more than `run`. */
  readonly enter: (program: string, parameters: readonly string[]) => readonly string[];
  run(program: string, parameters: readonly string[], input?: string): string;
  /** Runs a firewall program as the daemon would run it in there. */
  readonly runCall: RunCall;
  /** One call of iptables-restore, as `sys/firewall/netfilter.ts` makes it. @throws with its error text if it fails */
  restore(family: Family, batch: string): void;
  /** The filter table, without the comments, which contain the time. */
  list(family: Family): string;
}

export const toolOf = (family: Family, variant: Variant): string =>
  `${family === 4 ? 'iptables' : 'ip6tables'}${variant === 'legacy' ? '-legacy' : ''}`;

/**
 * Describes tests that each get a new namespace.
 *
 * @param programs the programs that they call besides iptables
 */
export function describeInNamespace(
  name: string,
  variant: Variant,
  body: (namespace: Namespace) => void,
  programs: readonly ('ipset' | 'nft')[] = [],
): void {
  describeUnless(whyNot(variant, programs), name, () => body(freshForEachTest(variant)));
}

/** @param why what is missing here, or undefined */
export function describeUnless(why: string | undefined, name: string, body: () => void): void {
  if (why === undefined) {
    jestDescribe(name, body);
  } else if (process.env['CI'] === 'true') {
    test(name, () => {
      throw new Error(why);
    });
  } else {
    process.stderr.write(`skipped: ${why} (${name})\n`);
    jestDescribe.skip(name, body);
  }
}

function whyNot(variant: Variant, programs: readonly ('ipset' | 'nft')[]): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const probes = [
    [toolOf(4, variant), '-S'],
    [toolOf(6, variant), '-S'],
    ...programs.map((program) => [program, ...(program === 'nft' ? ['list', 'tables'] : ['list'])]),
  ];
  for (const [program = '', ...parameters] of probes) {
    try {
      const options = {stdio: 'pipe', encoding: 'utf8', env} as const;
      execFileSync('unshare', ['--net', program, ...parameters], options);
    } catch (error) {
      const {stderr, message} = error as {stderr?: string; message: string};
      return `needs network namespaces and ${program}: ${(stderr ?? message).trim()}`;
    }
  }
  return undefined;
}

/** Node's own PATH may lack sbin. */
const env = {...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C'};

function freshForEachTest(variant: Variant): Namespace {
  let space: Space | undefined;
  beforeEach(async () => {
    space = await openSpace();
  });
  afterEach(() => space?.close());
  const enter: Namespace['enter'] = (program, parameters) => [
    'nsenter',
    `--net=/proc/${space?.pid ?? 0}/ns/net`,
    program,
    ...parameters,
  ];
  const run: Namespace['run'] = (program, parameters, input = '') => {
    const [first = '', ...words] = enter(program, parameters);
    const options = {input, env, encoding: 'utf8', maxBuffer: 1 << 26, stdio: 'pipe'} as const;
    return execFileSync(first, words, options);
  };
  return {
    enter,
    run,
    runCall: ({program, parameters, input}) => {
      const [first = '', ...words] = enter(inVariant(program, variant), parameters);
      return runFirewallCall({program: first, parameters: words, input});
    },
    restore: (family, batch) => {
      run(`${toolOf(family, variant)}-restore`, ['--noflush', '--wait', '5'], batch);
    },
    list: (family) =>
      run(`${toolOf(family, variant)}-save`, ['-t', 'filter']).replaceAll(/^#.*\n/gm, ''),
  };
}

/** The program's name in this variant, as if update-alternatives had chosen it. */
const inVariant = (program: string, variant: Variant): string =>
  variant === 'legacy'
    ? program.replace(/^(ip6?tables)(-save|-restore)?$/, '$1-legacy$2')
    : program;

interface Space {
  /** A process that keeps the namespace open. */
  readonly pid: number;
  close(): void;
}

/** Makes an empty network namespace. */
export async function openSpace(): Promise<Space> {
  // pdeathsig: if jest is killed, the namespace vanishes too.
  const words = ['--pdeathsig', 'KILL', 'unshare', '--net', 'sleep', '600'];
  const holder = spawn('setpriv', words, {stdio: 'ignore'});
  const pid = holder.pid ?? 0;
  while (spaceOf(pid) === spaceOf(process.pid)) {
    if (holder.exitCode !== null) throw new Error('no network namespace');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {pid, close: () => void holder.kill('SIGKILL')};
}

const spaceOf = (pid: number): string => readlinkSync(`/proc/${pid}/ns/net`);
