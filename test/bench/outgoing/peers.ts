/** What an administrator sees of the canaries without us: `ss` in a loop, and the events of conntrack. */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {skip} from '../aims.js';

export interface Peers {
  /** Ends both. @returns what each has printed */
  stop(): {readonly ss: string; readonly conntrack: string | undefined};
}

export async function startPeers(port: number): Promise<Peers> {
  const loop = `while :; do ss -H -tnp 'dport = :${port}'; sleep 1; done`;
  const ss = listen('sh', ['-c', loop]);
  const conntrack = await startConntrack(port);
  return {
    stop: () => ({ss: ss.stop(), conntrack: conntrack?.stop()}),
  };
}

/** Starts conntrack with a rule: a new network namespace tracks connections only if a rule asks for it. */
async function startConntrack(port: number): Promise<Listening | undefined> {
  const rule = ['-A', 'OUTPUT', '-m', 'conntrack', '--ctstate', 'INVALID'];
  const asked = spawnSync('iptables', rule, {encoding: 'utf8'});
  if (asked.status !== 0) {
    skip('conntrack', asked.stderr.trim());
    return undefined;
  }
  const words = ['-E', '-e', 'NEW', '-p', 'tcp', '--dport', String(port)];
  const listening = listen('conntrack', words);
  // conntrack prints nothing when it is ready.
  await Promise.race([
    once(listening.child, 'error').catch(() => undefined),
    new Promise((resolve) => setTimeout(resolve, 300)),
  ]);
  if (listening.child.pid !== undefined) return listening;
  skip('conntrack', 'no such program');
  return undefined;
}

interface Listening {
  readonly child: ChildProcess;
  stop(): string;
}

function listen(program: string, words: readonly string[]): Listening {
  const child = spawn(program, words, {stdio: ['ignore', 'pipe', 'ignore'], detached: true});
  let text = '';
  child.stdout.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  child.on('error', () => undefined);
  const end = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  process.on('exit', end);
  return {
    child,
    stop: () => {
      process.off('exit', end);
      end();
      return text;
    },
  };
}
