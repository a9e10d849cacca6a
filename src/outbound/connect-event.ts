/**
 * Reads one line of the kernel's trace (Documentation/trace/events.rst): the tracepoint
 * `sock:inet_sock_set_state`, at the moment when connect(2) begins, in the process that called it:
 *
 *     perl-10683   [001] ..... 34024.130933: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=0 dport=25 ...
 *
 * In front stands the name that the process gave itself, 15 characters of any kind; what follows is
 * the kernel's and longer than that, so it is read anchored at the end of the line.
 */
import {type Address, parseAddress} from '../net/address.js';

export interface ConnectEvent {
  /** Of the thread that connects, as this machine numbers it; that is a process too, for /proc. */
  readonly pid: number;
  readonly command: string;
  readonly remote: Address;
  readonly remotePort: number;
}

const fields = [
  '^ {0,16}(.{1,16})-(\\d{1,10}) +(?:\\([ \\d-]+\\) +)?\\[\\d{3,5}\\] +\\S{4,6} +\\d+\\.\\d+: inet_sock_set_state:',
  'family=AF_INET6? protocol=IPPROTO_(?:TCP|MPTCP) sport=\\d+ dport=(\\d{1,5})',
  'saddr=[\\d.]+ daddr=([\\d.]+) saddrv6=[0-9a-f:.]+ daddrv6=([0-9a-f:.]+)',
  'oldstate=TCP_CLOSE newstate=TCP_SYN_SENT$',
];
const event = new RegExp(fields.join(' '));

/** The longest line the kernel prints for it. Characters: the fixed text and four addresses. */
const longestLine = 400;

/** @returns undefined for every other line */
export function parseConnectEvent(line: string): ConnectEvent | undefined {
  if (line.length > longestLine) return undefined;
  const match = event.exec(line);
  if (match === null) return undefined;
  const [, command = '', pid, port, address4 = '', address6 = ''] = match;
  // One of IPv4 has its address in both; a v4-mapped one is IPv4 for us.
  const remote = parseAddress(address6) ?? parseAddress(address4);
  return (
    remote && {pid: Number(pid), command: command.trimStart(), remote, remotePort: Number(port)}
  );
}

/** `CPU:1 [LOST 12 EVENTS]`: more came than the kernel's buffer holds. */
export const isLoss = (line: string): boolean => /^CPU:\d+ \[LOST \d+ EVENTS\]$/.test(line);
