/**
 * The watch on outgoing mail, against the kernel itself: how much it sees of programs that connect and
 * are gone, and what looking costs. Each half in a child, in a network namespace of its own, which goes
 * with it. Here only whether that can be, and what they found.
 */
import {heading, skip} from './aims.js';
import {handOver, runInside, whyNotInside} from './child.js';
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
  const works = 'iptables -S && perl -MTime::HiRes -e 1 && ls /sys/kernel/tracing/instances';
  const why = whyNotInside(['perl', 'ip', 'iptables', 'ss', 'nsenter', 'setpriv'], works);
  if (why !== undefined) {
    skip('outgoing', why);
    return;
  }
  for (const half of ['seen', 'scan'] as const) {
    await runInside(`outgoing ${half}`, ['unshare', ...spaces[half]], OUTGOING[half]);
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
  handOver();
  return 0;
}
