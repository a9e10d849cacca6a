/**
 * Reads one line of the kernel's trace (Documentation/trace/events.rst): the tracepoint
 * `sock:inet_sock_set_state`, at the moment when connect(2) begins, in the process that called it:
 *
 *     perl-10683   [001] ..... 34024.130933: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=0 dport=25 ...
 *
 * In front stands the name that the process gave itself, 15 characters of any kind, or none; what
 * follows is the kernel's and longer than that, so it is read anchored at the end of the line. With an
 * end of line in the name the line begins behind that.
 */
import {type Address, parseAddress} from '../net/address.js';

export interface ConnectEvent {
  /** Of the thread that connects, as this machine numbers it; that is a process too, for /proc. */
  readonly pid: number;
  /** Empty: it has none, or the trace has lost it. */
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
/** For a name that the trace has lost (kernel, trace.c __trace_find_cmdline()). */
const lostName = '<...>';

/** The longest line the kernel prints for it. Characters: the fixed text and four addresses. */
const longestLine = 400;

/** @returns undefined for every other line */
export function parseConnectEvent(line: string): ConnectEvent | undefined {
  if (line.length > longestLine) return undefined;
  const match = event.exec(line);
  if (match === null) return undefined;
  const [, name = '', pid, port, address4 = '', address6 = ''] = match;
  // One of IPv4 has its address in both; a v4-mapped one is IPv4 for us.
  const remote = parseAddress(address6) ?? parseAddress(address4);
  const shown = name.replace(/^ +/, '');
  const command = shown === lostName ? '' : shown;
  return remote && {pid: Number(pid), command, remote, remotePort: Number(port)};
}

/**
 * Whether there were connections of which no line tells: `CPU:1 [LOST 12 EVENTS]`, when more came than
 * the kernel's buffer holds. To be asked for lines that are no event.
 */
export const isLoss = (line: string): boolean =>
  /^CPU:\d+ \[LOST \d+ EVENTS\]$/.test(line) || line.includes(ownEvent);

/** A line of ours that is not understood; longer than any name, so nobody can make us think so. */
const ownEvent = ' inet_sock_set_state: ';
