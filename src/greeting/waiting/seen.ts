/**
 * What the kernel shows of a connection that nobody reads: its state, and the number of its unread
 * bytes. Decides whether its client spoke or left. Reads the text of `/proc/net/tcp` and `tcp6`, and
 * not the files. Splits the columns at blanks and colons, because the first one grows with the number
 * of rows.
 */
import type {Address} from '../../net/address.js';
import {addressBytes} from '../../net/address-bytes.js';

export interface Seen {
  /** `open`: both directions are open. `half`: the client has closed its direction. `gone`: both are closed. */
  readonly state: 'open' | 'half' | 'gone';
  readonly unreadBytes: number;
}

/** Both ends of a connection to a known port, as the kernel writes them. */
export type RowKey = string;

/** `silent`: the client has said nothing. `early`: it spoke before the greeting. `left`: it is gone. */
export function judge({state, unreadBytes}: Seen): 'silent' | 'early' | 'left' {
  if (state === 'gone') return 'left';
  // Also if the client has closed the connection since.
  if (unreadBytes > 0) return 'early';
  return state === 'open' ? 'silent' : 'left';
}

/** TCP_ESTABLISHED and TCP_CLOSE_WAIT (kernel, include/net/tcp_states.h). */
const states: Readonly<Record<string, Seen['state']>> = {'01': 'open', '08': 'half'};

/**
 * Finds in a row its number, our address and port, those of the peer, the state, the bytes to send and the unread
 * bytes. There may be very many rows of other ports, so the pattern fails early at the port.
 */
const rowAt = (port: string): RegExp =>
  new RegExp(
    `^ *\\d+: ([0-9A-F]{8,32}):${port} ([0-9A-F]{8,32}):([0-9A-F]{4}) ([0-9A-F]{2}) [0-9A-F]{8}:([0-9A-F]{8}) `,
    'gm',
  );

/** @param tables one table, or both, one after the other */
export function seenAtPort(tables: string, port: number): Map<RowKey, Seen> {
  const found = new Map<RowKey, Seen>();
  for (const [
    ,
    local = '',
    remote = '',
    remotePort = '',
    code = '',
    unread = '',
  ] of tables.matchAll(rowAt(hexPort(port)))) {
    const seen = seenOf(code, unread);
    if (seen !== undefined) found.set(`${plain(local)} ${plain(remote)}:${remotePort}`, seen);
  }
  return found;
}

/** @returns undefined: the socket is a listening one */
function seenOf(code: string, unread: string): Seen | undefined {
  if (code === listening) return undefined;
  const state = states[code] ?? 'gone';
  // The peer's FIN counts as a byte (kernel, tcp_fin()).
  const unreadBytes = Math.max(0, Number.parseInt(unread, 16) - (state === 'half' ? 1 : 0));
  return {state, unreadBytes};
}

const listening = '0A';

/** The key of a connection in the map that `seenAtPort` returns. */
export const rowKey = (local: Address, remote: Address, remotePort: number): RowKey =>
  `${hexAddress(local)} ${hexAddress(remote)}:${hexPort(remotePort)}`;

/** Cuts an IPv4-mapped IPv6 address down to the IPv4 address. */
const plain = (hex: string): string =>
  hex.startsWith(mapped) && hex.length === 32 ? hex.slice(24) : hex;

const mapped = '0000000000000000FFFF0000';

const hexPort = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

/** The kernel writes the four bytes of each 32-bit word in reverse order. */
function hexAddress(address: Address): string {
  const bytes = addressBytes(address);
  let text = '';
  for (let word = address.family === 4 ? 12 : 0; word < bytes.length; word += 4) {
    for (let at = word + 3; at >= word; at--) text += bytes[at]!.toString(16).padStart(2, '0');
  }
  return text.toUpperCase();
}

/**
 * Finds the connection whose socket has this inode. A link below `/proc/PID/fd` shows the inode.
 *
 * @returns undefined if the tables do not hold the socket
 */
export function seenByInode(tables: string, inode: string): Seen | undefined {
  for (const line of tables.split('\n')) {
    if (!line.includes(` ${inode} `)) continue;
    const fields = line.trim().split(/[ :]+/);
    if (fields[inodeField] === inode) return seenOf(fields[5] ?? '', fields[7] ?? '');
  }
  return undefined;
}

/** Place of the inode in a row, when addresses, ports, queues and timers are split. Counted from the row's number. */
const inodeField = 13;
