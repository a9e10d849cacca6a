/**
 * A booted Debian 13: starts one from the cached root file system, runs commands in it, stops it.
 * Decides nothing about what is tested. There may be no systemd on the host, so machinectl cannot
 * help: commands enter the name spaces of the guest's first process.
 */
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {root as checkout} from '../lab/paths.js';
import {until} from '../lab/until.js';

const folder = join(checkout, 'test/system/package');

export interface Answer {
  code: number;
  out: string;
  err: string;
}

export interface Guest {
  /** Runs `program arguments…`, split at spaces, without a shell; a status is not an error. */
  run(command: string): Promise<Answer>;
  /** Standard output of a command that has to succeed. */
  must(command: string): Promise<string>;
  /** Writes a file in the guest. */
  write(path: string, text: string): Promise<void>;
  /** Ends every process of the guest; what it wrote is gone. */
  stop(): Promise<void>;
}

/** The root file system to boot, built on first use. */
export async function guestRoot(): Promise<string> {
  const {stdout} = await execa(join(folder, 'build.sh'), {stderr: 'inherit'});
  return stdout.trim().split('\n').at(-1) ?? '';
}

export async function boot(root: string, packageDir: string): Promise<Guest> {
  const machine = `blocksmtp-${String(process.pid)}-${String(Date.now() % 1e6)}`;
  const machineProcess = execa(join(folder, 'guest.sh'), [root, packageDir, machine], {
    reject: false,
    all: true,
    stdin: 'pipe',
  });
  const stop = async (): Promise<void> => {
    machineProcess.stdin.end();
    await machineProcess;
  };
  try {
    const first = await until('the guest to start', () => findInit(machineProcess.pid));
    const guest = {...commands(first), stop};
    await until(
      'the guest to have booted',
      async () => /running|degraded/.test((await guest.run('systemctl is-system-running')).out),
      60_000,
      200,
    );
    return guest;
  } catch (error) {
    await stop();
    throw new Error(`the guest did not boot: ${(await machineProcess).all}`, {cause: error});
  }
}

function commands(first: number): Omit<Guest, 'stop'> {
  const enter = ['--target', String(first), '--all', '--'];
  const env = {
    PATH: '/usr/sbin:/usr/bin',
    HOME: '/root',
    LC_ALL: 'C',
    DEBIAN_FRONTEND: 'noninteractive',
  };
  const options = {reject: false, extendEnv: false, env, timeout: 60_000} as const;
  const run = async (command: string): Promise<Answer> => {
    const words = command.split(' ');
    const done = await execa('nsenter', [...enter, ...words], {...options, stdin: 'ignore'});
    return {code: done.exitCode ?? -1, out: done.stdout, err: done.stderr};
  };
  return {
    run,
    async must(command) {
      const {code, out, err} = await run(command);
      if (code !== 0) throw new Error(`${command} gave ${String(code)}: ${out}${err}`);
      return out;
    },
    async write(path, text) {
      const done = await execa('nsenter', [...enter, 'tee', path], {...options, input: text});
      if (done.failed) throw new Error(`writing ${path}: ${done.stderr}`);
    },
  };
}

/** The guest's first process, as the host numbers it: the systemd below our systemd-nspawn. */
async function findInit(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined) throw new Error('guest.sh could not be started');
  const own = await nameOf(pid);
  for (const child of await childrenOf(pid)) {
    if (own === 'systemd-nspawn' && (await nameOf(child)) === 'systemd') return child;
    const below = await findInit(child);
    if (below !== undefined) return below;
  }
  return undefined;
}

const nameOf = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${String(pid)}/comm`, 'utf8').catch(() => '')).trim();

async function childrenOf(pid: number): Promise<number[]> {
  const file = `/proc/${String(pid)}/task/${String(pid)}/children`;
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}
