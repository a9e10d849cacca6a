/**
 * What the kernel shows of a connection that nobody reads: its state, and the number of its unread
 * bytes. Reads the text of `/proc/net/tcp` and `tcp6`; splits the columns at blanks and colons, for
 * the first one grows with the number of rows. Does not read the files.
 */
import type {Address} from '../../net/address.js';
import {addressBytes} from '../../net/address-bytes.js';

export interface Seen {
  /** `open`: both ways. `half`: the client has closed its way. `gone`: neither. */
  readonly state: 'open' | 'half' | 'gone';
  readonly unreadBytes: number;
}

/** Both ends of a connection to a known port, as the kernel writes them. */
export type RowKey = string;

/** Of a client that has said nothing, one that spoke before the greeting, one that is gone. */
export function judge({state, unreadBytes}: Seen): 'silent' | 'early' | 'left' {
  if (state === 'gone') return 'left';
  // A client that spoke and hung up has spoken.
  if (unreadBytes > 0) return 'early';
  return state === 'open' ? 'silent' : 'left';
}

/** TCP_ESTABLISHED and TCP_CLOSE_WAIT (kernel, include/net/tcp_states.h). */
const states: Readonly<Record<string, Seen['state']>> = {'01': 'open', '08': 'half'};

/**
 * The number of the row, our address and port, the peer's, the state, bytes to send and bytes unread. Rows of other
 * ports, which may be very many, fail at the port.
 */
const rowAt = (port: string): RegExp =>
  new RegExp(
    `^ *\\d+: ([0-9A-F]{8,32}):${port} ([0-9A-F]{8,32}):([0-9A-F]{4}) ([0-9A-F]{2}) [0-9A-F]{8}:([0-9A-F]{8}) `,
    'gm',
  );

/** @param tables one table, or both, one behind the other */
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

/** @returns undefined of a socket that takes connections */
function seenOf(code: string, unread: string): Seen | undefined {
  if (code === listening) return undefined;
  const state = states[code] ?? 'gone';
  // The peer's FIN counts as a byte (kernel, tcp_fin()).
  const unreadBytes = Math.max(0, Number.parseInt(unread, 16) - (state === 'half' ? 1 : 0));
  return {state, unreadBytes};
}

const listening = '0A';

/** The key of a connection in what `seenAtPort` gives. */
export const rowKey = (local: Address, remote: Address, remotePort: number): RowKey =>
  `${hexAddress(local)} ${hexAddress(remote)}:${hexPort(remotePort)}`;

/** Of an address by which a socket for both families calls IPv4, only that. */
const plain = (hex: string): string =>
  hex.startsWith(mapped) && hex.length === 32 ? hex.slice(24) : hex;

const mapped = '0000000000000000FFFF0000';

const hexPort = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

/** Each 32-bit word has its four bytes turned round. */
function hexAddress(address: Address): string {
  const bytes = addressBytes(address);
  let text = '';
  for (let word = address.family === 4 ? 12 : 0; word < bytes.length; word += 4) {
    for (let at = word + 3; at >= word; at--) text += bytes[at]!.toString(16).padStart(2, '0');
  }
  return text.toUpperCase();
}

/**
 * The connection whose socket has this inode, as a process has it at a descriptor.
 *
 * @returns undefined if the tables do not hold it
 */
export function seenByInode(tables: string, inode: string): Seen | undefined {
  for (const line of tables.split('\n')) {
    if (!line.includes(` ${inode} `)) continue;
    const fields = line.trim().split(/[ :]+/);
    if (fields[inodeField] === inode) return seenOf(fields[5] ?? '', fields[7] ?? '');
  }
  return undefined;
}

/** Counted from the number of the row, with addresses, ports, queues and timers apart. */
const inodeField = 13;
