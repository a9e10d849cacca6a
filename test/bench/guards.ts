/**
 * The two programs under comparison, each guarding a lab of its own: real sendmail, real rsyslog,
 * the same threshold. Starts them and reads their memory; `idle.ts` and others measure.
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
  pid(): Promise<number>;
  /** Ends it and starts it again. @returns from its start until it follows the log; ms */
  again(): Promise<number>;
  /** Resident and proportional memory of the process, in MB (10^6). */
  memory(): Promise<{resident: number; proportional: number}>;
  stop(): Promise<void>;
};

export async function startBlocksmtp(id: string): Promise<Guard & {daemon: Daemon}> {
  const lab = await Lab.start({id, stateOnDisk: true});
  const start = (): Daemon => lab.relay.daemon([`--threshold=${String(THRESHOLD)}`]);
  const guard = {
    ...{name: 'blocksmtp' as const, lab, daemon: start()},
    pid: () => guard.daemon.pid(),
    memory: async () => memoryOf(await guard.pid()),
    stop: () => lab.stop(),
    again: async () => {
      await guard.daemon.stop();
      const begunMs = performance.now();
      guard.daemon = start();
      await guard.daemon.ready();
      return performance.now() - begunMs;
    },
  };
  await guard.daemon.ready();
  return guard;
}

const FAIL2BAN_LOG = '/var/log/fail2ban.log';

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
  const start = async (): Promise<Daemon> => {
    await relay.write(FAIL2BAN_LOG, '');
    const words = ['-f', '--logtarget', FAIL2BAN_LOG, 'start'];
    const server = relay.start('fail2ban-server', words);
    await until(
      'fail2ban to start its jail',
      async () => {
        if (!server.running) throw new Error(`fail2ban ended: ${server.text}`);
        return (await relay.read(FAIL2BAN_LOG)).includes("Jail 'sendmail-reject' started");
      },
      30_000,
    );
    return server;
  };
  let server = await start();
  return {
    ...{name: 'fail2ban', lab},
    pid: () => server.pid(),
    memory: async () => memoryOf(await server.pid()),
    stop: () => lab.stop(),
    again: async () => {
      await server.stop();
      const begunMs = performance.now();
      server = await start();
      return performance.now() - begunMs;
    },
  };
}

async function memoryOf(pid: number): Promise<{resident: number; proportional: number}> {
  const text = await readFile(`/proc/${String(pid)}/smaps_rollup`, 'utf8');
  const field = (name: string): number =>
    (Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6;
  return {resident: field('Rss'), proportional: field('Pss')};
}
