/**
 * The firewall half, against the kernel itself: what a change of many blocks takes, what they hold
 * in memory, and what they cost who is not blocked. All of it in a child, in a network namespace of
 * its own, which goes with it. Here only whether that can be, and what it found.
 */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {adopt, type Findings, findings, heading, skip} from './aims.js';
import {changes} from './firewall/changes.js';
import {memory} from './firewall/memory.js';
import {packets} from './firewall/packets.js';
import {inWorkshop} from './workshop.js';

/** The word that starts the child. */
export const INSIDE = 'firewall-inside';

export async function firewall(): Promise<void> {
  heading('firewall', 'the real tools in a network namespace, the backends in turn in each round');
  const why = whyNot();
  if (why !== undefined) {
    skip('firewall', why);
    return;
  }
  const words = ['--pdeathsig', 'KILL', 'nice', '-n', '-15', 'unshare', '--net', process.execPath];
  const child = spawn('setpriv', [...words, process.argv[1]!, INSIDE], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (found) => adopt(found as Findings));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) skip('the rest of firewall', `its process ended with ${String(code)}`);
}

/** The child. */
export async function firewallInside(): Promise<number> {
  await packets();
  memory();
  await inWorkshop(changes);
  process.send?.(findings());
  process.disconnect();
  return 0;
}

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const tools = [
    'perl',
    'ip',
    'iptables',
    'ip6tables',
    'ipset',
    'nft',
    'nsenter',
    'setpriv',
    'chrt',
  ];
  const script = `for tool in ${tools.join(' ')}; do command -v $tool >/dev/null || { echo no $tool >&2; exit 1; }; done
    iptables -S && ip6tables -S && ipset list && nft list tables`;
  const {status, stderr, error} = spawnSync('unshare', ['--net', 'sh', '-c', script], {
    encoding: 'utf8',
    env: {...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`},
  });
  return status === 0 ? undefined : `needs ${(error?.message ?? stderr).trim().split('\n')[0]!}`;
}
