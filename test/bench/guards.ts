/**
 * The two programs under comparison, each guarding a lab of its own: real sendmail, real rsyslog,
 * the same threshold. Starts them and reads their memory; measures nothing else.
 */
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Daemon} from '../system/lab/daemon.js';
import {Lab} from '../system/lab/lab.js';
import {root} from '../system/lab/paths.js';
import {until} from '../system/lab/until.js';

export const THRESHOLD = 10;

export type Guard = {
  name: 'blocksmtp' | 'fail2ban';
  lab: Lab;
  /** Resident and proportional memory of the process, in MB (10^6). */
  memory(): Promise<{resident: number; proportional: number}>;
  stop(): Promise<void>;
};

export async function startBlocksmtp(id: string): Promise<Guard & {daemon: Daemon}> {
  const lab = await Lab.start({id, stateOnDisk: true});
  const daemon = lab.relay.daemon([`--threshold=${String(THRESHOLD)}`]);
  await daemon.ready();
  const memory = async (): Promise<{resident: number; proportional: number}> =>
    memoryOf(await daemon.pid());
  return {name: 'blocksmtp', lab, daemon, memory, stop: () => lab.stop()};
}

export async function startFail2ban(id: string): Promise<Guard> {
  const lab = await Lab.start({id});
  const {relay} = lab;
  const from = join(root, 'test/bench/fail2ban');
  for (const [file, to] of [
    ['sendmail-reject.local', '/etc/fail2ban/filter.d/sendmail-reject.local'],
    ['jail.local', '/etc/fail2ban/jail.local'],
  ] as const) {
    await relay.write(to, await readFile(join(from, file), 'utf8'));
  }
  const server = relay.start('fail2ban-server', [
    '-f',
    '--logtarget',
    '/var/log/fail2ban.log',
    'start',
  ]);
  await until(
    'fail2ban to start its jail',
    async () => {
      if (!server.running) throw new Error(`fail2ban ended: ${server.text}`);
      return (await relay.read('/var/log/fail2ban.log')).includes("Jail 'sendmail-reject' started");
    },
    30_000,
  );
  const memory = async (): Promise<{resident: number; proportional: number}> =>
    memoryOf(await server.pid());
  return {name: 'fail2ban', lab, memory, stop: () => lab.stop()};
}

async function memoryOf(pid: number): Promise<{resident: number; proportional: number}> {
  const text = await readFile(`/proc/${String(pid)}/smaps_rollup`, 'utf8');
  const field = (name: string): number =>
    (Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6;
  return {resident: field('Rss'), proportional: field('Pss')};
}
