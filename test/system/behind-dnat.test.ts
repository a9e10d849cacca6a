/**
 * A mailer behind DNAT, with real packets and the real daemon: a block that no packet meets is
 * reported once; one that is hooked where they pass holds, and nothing is reported.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {appendFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, expect, test} from '@jest/globals';
import {blocksmtp} from '../cli/built.js';
import {openContainer} from '../support/kernel/container.js';
import {describeInNamespace} from '../support/kernel/namespace.js';
import {openPeers} from '../support/kernel/peers.js';
import {hosts, type Scene} from '../support/kernel/scenes.js';
import {tempDirs, until} from '../support/temp.js';

const newDir = tempDirs();
const [guesser, other] = hosts[4];
const closing: (() => void)[] = [];
let daemon: ChildProcess | undefined;
afterEach(() => {
  daemon?.kill('SIGKILL');
  for (const close of closing.splice(0).reverse()) close();
});

/** A new session counts only if it began so long after the block (`blocks/effect.ts`). Ms. */
const certainMs = 4000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describeInNamespace('a mailer behind DNAT', 'default', (namespace) => {
  const scene: Scene = {
    ...{title: 'iptables', backend: 'iptables', variant: 'default', family: 4, namespace},
  };

  async function world(...flags: string[]) {
    const folder = newDir();
    const peers = await openPeers(scene);
    closing.push(() => peers.close());
    closing.push(await openContainer(scene));
    const log = join(folder, 'mail.log');
    appendFileSync(log, '');
    appendFileSync(join(folder, 'whitelist'), '');
    const words = [
      ...[`--state-dir=${join(folder, 'state')}`, `--control-socket=${join(folder, 'socket')}`],
      ...[`--syslog-msgs-file=${log}`, `--white-list=${join(folder, 'whitelist')}`],
      ...['--outbound=off', '--check-interval=2s', '--mailer-port=25', ...flags],
    ];
    const ask = (...command: string[]) =>
      blocksmtp([...command, ...words.slice(0, 2)], namespace.enter);
    const [first = '', ...rest] = namespace.enter(process.execPath, [
      'dist/blocksmtp.js',
      'run',
      ...words,
    ]);
    const child = spawn(first, rest, {stdio: ['ignore', 'ignore', 'pipe']});
    daemon = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const connects = async (from: string): Promise<boolean> => {
      const talk = peers.call(from, 25);
      await pause(1500);
      return talk.isConnected;
    };
    /** What the mailer writes of a client that has come through. */
    const guess = (session: number): void => {
      const stamp = new Date().toISOString().replace('Z', '+00:00');
      const head = `${stamp} mail sm-mta[${session}]: 6ALDmHr1${String(session).padStart(6, '0')}:`;
      const lines = Array.from(
        {length: 12},
        (_, i) => `${head} <x${session}-${i}@example.net>... User unknown`,
      );
      const from = `${head} from=<a@example.org>, size=0, class=0, nrcpts=0, proto=SMTP, daemon=MTA, relay=[${guesser}]`;
      appendFileSync(log, `${[...lines, from].join('\n')}\n`);
    };
    await until('it follows', () => said.includes(' following '));
    expect(await connects(guesser)).toBe(true);
    guess(4001);
    await until('the block', () => said.includes(` block ${guesser} `));
    await pause(certainMs);
    return {said: () => said, ask, connects, guess};
  }

  test('hooked in INPUT it is without effect, and every command reports that, the log once', async () => {
    const {said, ask, connects, guess} = await world();
    for (const session of [4002, 4003]) {
      expect(await connects(guesser)).toBe(true);
      guess(session);
    }
    await until('the alarm', () => said().includes('NO EFFECT'));
    expect(said().match(/NO EFFECT/g)).toHaveLength(1);
    expect(said()).toContain(`error ${guesser} began a session while its block was in force`);
    const status = ask('status');
    expect(status.stdout).toContain('NO EFFECT');
    expect(status.code).not.toBe(0);
    expect(ask('doctor').stdout).toMatch(/^BAD .*blocks have no effect: /m);
    expect(ask('why', guesser).stdout).toMatch(/session.* began/);
  });

  test('hooked in FORWARD the client is out, others are in, and nothing is reported', async () => {
    const {said, ask, connects} = await world('--hook-chains=INPUT,FORWARD');
    expect(await connects(guesser)).toBe(false);
    expect(await connects(other)).toBe(true);
    expect(said()).not.toContain('NO EFFECT');
    expect(ask('status').stdout).toContain('IPv4: 1 of 1 stand');
  });
});
