/**
 * The watch on outgoing mail, against the kernel itself: how much it sees of programs that connect and
 * are gone, and what looking costs. Each half in a child, in a network namespace of its own, which goes
 * with it. Here only whether that can be, and what they found.
 */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {adopt, type Findings, findings, heading, skip} from './aims.js';
import {coverage} from './outgoing/coverage.js';
import {load} from './outgoing/load.js';
import {scan} from './outgoing/scan.js';

/** The words that start the children. */
export const OUTGOING = {seen: 'outgoing-seen', scan: 'outgoing-scan'} as const;
type Half = keyof typeof OUTGOING;

/** The kernel's trace numbers processes as the first pid namespace does; a scan wants few processes. */
const spaces: Readonly<Record<Half, readonly string[]>> = {
  seen: ['--net'],
  scan: ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'],
};

export async function outgoing(): Promise<void> {
  heading('outgoing', 'who connects and is gone, and what looking costs, in network namespaces');
  const why = whyNot();
  if (why !== undefined) {
    skip('outgoing', why);
    return;
  }
  for (const half of ['seen', 'scan'] as const) {
    const words = ['--pdeathsig', 'KILL', 'unshare', ...spaces[half], process.execPath];
    const child = spawn('setpriv', [...words, process.argv[1]!, OUTGOING[half]], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', (found) => adopt(found as Findings));
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) skip(`the rest of outgoing ${half}`, `its process ended with ${String(code)}`);
  }
}

/** A child. */
export async function outgoingInside(half: Half): Promise<number> {
  if (half === 'seen') {
    await coverage();
    await load();
  } else {
    await scan();
  }
  process.send?.(findings());
  process.disconnect();
  return 0;
}

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const tools = ['perl', 'ip', 'iptables', 'ss', 'nsenter', 'setpriv'];
  const script = `for tool in ${tools.join(' ')}; do command -v $tool >/dev/null || { echo no $tool >&2; exit 1; }; done
    iptables -S && perl -MTime::HiRes -e 1 && ls /sys/kernel/tracing/instances`;
  const {status, stderr, error} = spawnSync('unshare', ['--net', 'sh', '-c', script], {
    encoding: 'utf8',
    env: {...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`},
  });
  return status === 0 ? undefined : `needs ${(error?.message ?? stderr).trim().split('\n')[0]!}`;
}
