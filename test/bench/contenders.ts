/**
 * The programs that read the log in the offline section, each called as its users call it, and how to count
 * what each found. Measures nothing.
 */
import {copyFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {available} from '../system/lab/available.js';
import {Lab} from '../system/lab/lab.js';
import {program, root} from '../system/lab/paths.js';
import {debianProgram} from './debian.js';
import {inRelay} from './in-relay.js';
import type {Command} from './whole-process.js';

export type Contender =
  | {
      kind: 'ready';
      name: string;
      /** For a slow program: it gets only this many megabytes of the log, from its beginning. */
      mostMegabytes?: number;
      command: (log: string) => Command | Promise<Command>;
      /** Unknown recipients that it tied to a client; for grep, which knows no clients, the lines. */
      found: (stdout: string) => number;
    }
  | {kind: 'missing'; name: string; why: string};

export const grep: Contender = {
  kind: 'ready',
  name: 'grep -cF',
  command: (log) => ({words: ['grep', '-cF', 'User unknown', log], isDone: (code) => code < 2}),
  found: Number,
};

/** Uses a copy of the build: a new build during the run must not change what is measured. */
export function blocksmtp(dir: string): Contender {
  const copy = join(dir, 'blocksmtp');
  copyFileSync(program, copy);
  return {
    kind: 'ready',
    name: 'blocksmtp replay',
    // The settings of this machine must not count.
    command: (log) => ({
      words: [copy, 'replay', '--config=/dev/null', '--white-list=/dev/null', log],
    }),
    found: (stdout) =>
      number(/(\d+) unknown recipients counted/, stdout) + exempt(stdout) + paid(stdout),
  };
}

const exempt = (stdout: string): number => number(/(\d+) of exempt clients/, stdout);
/** Attempts of clients while they were blocked; 0 if there were none. */
const paid = (stdout: string): number =>
  number(/(\d+) of clients that were blocked then/, stdout) || 0;
const number = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1]);

export async function sshguard(dir: string): Promise<Contender> {
  const name = 'sshg-parser';
  const found = await debianProgram('sshguard', '/usr/libexec/sshguard/sshg-parser', dir);
  if (found.kind === 'missing') return {kind: 'missing', name, why: found.why};
  return {
    kind: 'ready',
    name,
    mostMegabytes: 200,
    command: (log) => ({words: [found.path], stdin: log}),
    // `service address kind danger`; 100 is ssh, which the traffic has too, 200 and up is mail.
    found: (stdout) => (stdout.match(/^2\d\d /gm) ?? []).length,
  };
}

/** The fail2ban of Debian 13 with the repaired filter, in a lab of its own. */
export async function fail2ban(): Promise<{contender: Contender; stop: () => Promise<void>}> {
  const name = 'fail2ban-regex';
  const state = await available();
  if (!state.ok) {
    return {contender: {kind: 'missing', name, why: state.why}, stop: () => Promise.resolve()};
  }
  const lab = await Lab.start({id: 'bench-offline', services: false, clients: {}});
  const {relay} = lab;
  const filter = join(root, 'test/bench/fail2ban/sendmail-reject.local');
  const filterInside = '/etc/fail2ban/filter.d/sendmail-reject.local';
  await relay.write(filterInside, await readFile(filter, 'utf8'));
  const command = (log: string): Command => {
    copyFileSync(log, relay.path('/tmp/bench.log'));
    const words = ['fail2ban-regex', '-o', 'ip', '/tmp/bench.log', 'sendmail-reject'];
    return {words: [...inRelay(relay), ...words]};
  };
  // Its filter finds clients for other reasons, too: only guessers count (`traffic/people.ts`).
  const found = (stdout: string): number =>
    (stdout.match(/^(?:198\.1[89]\..*|2001:db8:.*::19)$/gm) ?? []).length;
  return {
    contender: {kind: 'ready', name, mostMegabytes: 20, command, found},
    stop: () => lab.stop(),
  };
}
