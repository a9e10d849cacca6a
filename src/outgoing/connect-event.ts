/**
 * Reads one line of the kernel's trace (Documentation/trace/events.rst). The tracepoint
 * `sock:inet_sock_set_state` fires when connect(2) begins, in the process that called it:
 *
 *     perl-10683   [001] ..... 34024.130933: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=0 dport=25 ...
 *
 * The line begins with the name that the process gave itself: up to 15 characters of any kind. The rest is
 * written by the kernel and is longer than a name, so the pattern is anchored at the end of the line. If the
 * name holds a line feed, we see the line from there on.
 */
import {type Address, parseAddress} from '../net/address.js';

export interface ConnectEvent {
  /** Number of the thread that connects. /proc shows threads by number, like processes. */
  readonly pid: number;
  /** Its name; empty: it has none, or the trace has lost it. */
  readonly command: string;
  readonly remote: Address;
  readonly remotePort: number;
}

const fields = [
  '^ {0,16}([^]{0,16})-(\\d{1,10}) +(?:\\([ \\d-]+\\) +)?\\[\\d{3,5}\\] +\\S{4,6} +\\d+\\.\\d+: inet_sock_set_state:',
  'family=AF_INET6? protocol=IPPROTO_(?:TCP|MPTCP) sport=\\d+ dport=(\\d{1,5})',
  'saddr=[\\d.]+ daddr=([\\d.]+) saddrv6=[0-9a-f:.]+ daddrv6=([0-9a-f:.]+)',
  'oldstate=TCP_CLOSE newstate=TCP_SYN_SENT$',
];
const event = new RegExp(fields.join(' '));
/** What the trace prints for a name that it has lost (kernel, trace.c __trace_find_cmdline()). */
const lostName = '<...>';

/** Longest line that the kernel prints for this event. Characters: the fixed text and four addresses. */
const longestLine = 400;

/** @returns undefined for every other line */
export function parseConnectEvent(line: string): ConnectEvent | undefined {
  if (line.length > longestLine) return undefined;
  const match = event.exec(line);
  if (match === null) return undefined;
  const [, name = '', pid, port, address4 = '', address6 = ''] = match;
  // The kernel prints an IPv4 address in both fields, v4-mapped in the second. Both become IPv4 here.
  const remote = parseAddress(address6) ?? parseAddress(address4);
  const shown = name.replace(/^ +/, '');
  const command = shown === lostName ? '' : shown;
  return remote && {pid: Number(pid), command, remote, remotePort: Number(port)};
}

/**
 * Whether the kernel has lost events: it prints `CPU:1 [LOST 12 EVENTS]` when its buffer was full. Call it for
 * lines that are no event.
 */
export const isLoss = (line: string): boolean =>
  /^CPU:\d+ \[LOST \d+ EVENTS\]$/.test(line) || line.includes(ownEvent);

/** Marks a line of our tracepoint that cannot be read. It is longer than any name, so no process can forge it. */
const ownEvent = ' inet_sock_set_state: ';
