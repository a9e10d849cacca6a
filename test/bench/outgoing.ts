/**
 * The watch on outgoing mail, on the real kernel: how many programs it sees that connect and end at once, and what
 * looking costs. Each half runs in a child with its own network namespace. This file starts the children and takes over
 * what they found.
 */
import {heading, skip} from './aims.js';
import {handOver, runInside, whyNotInside} from './child.js';
import {coverage} from './outgoing/coverage.js';
import {load} from './outgoing/load.js';
import {scan} from './outgoing/scan.js';

/** The arguments that start the children. */
export const OUTGOING = {seen: 'outgoing-seen', scan: 'outgoing-scan'} as const;
type Half = keyof typeof OUTGOING;

/** `seen` has no pid namespace, because the kernel's trace uses numbers of the first one. `scan` wants few processes. */
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

/** The work of a child. */
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
