/**
 * Reads `/proc/net/tcp` and `tcp6` (kernel, net/ipv4/tcp_ipv4.c get_tcp4_sock(): addresses as 32-bit words
 * in host byte order, here little-endian; ports in hexadecimal; the inode in the tenth column). A large
 * relay's table has many thousand lines, so only lines with a wanted inode are parsed.
 */
import {type Address, addressOf, parseAddress} from './address.js';

export interface SocketEntry {
  readonly inode: string;
  readonly localPort: number;
  readonly remote: Address;
}

/** Whether the text has the kernel's header; without one it is not a table, rather than an empty one. */
export const isSocketTable = (text: string): boolean => /^ *sl +local_address +rem/.test(text);

/** @param inodes of the wanted sockets, in decimal */
export function findSockets(table: string, inodes: readonly string[]): SocketEntry[] {
  return inodes.flatMap((inode) => readEntry(lineOf(table, inode) ?? []) ?? []);
}

/** The fields of the line with this inode. */
function lineOf(table: string, inode: string): readonly string[] | undefined {
  for (let at = table.indexOf(` ${inode} `); at >= 0; at = table.indexOf(` ${inode} `, at + 1)) {
    const start = table.lastIndexOf('\n', at) + 1;
    const stop = table.indexOf('\n', at);
    const fields = fieldsOf(table.slice(start, stop < 0 ? undefined : stop));
    if (fields[9] === inode) return fields;
  }
  return undefined;
}

/** TCP_LISTEN (kernel, include/net/tcp_states.h): a socket without a peer. */
const listening = '0A';
/** TCP_SYN_RECV, TCP_TIME_WAIT, TCP_CLOSE, TCP_NEW_SYN_RECV: no process has these yet, or any more. */
const nobodys = new Set(['03', '06', '07', '0C']);

/** Whether one of these sockets takes connections. @param inodes in decimal */
export const isListening = (table: string, inodes: readonly string[]): boolean =>
  inodes.some((inode) => lineOf(table, inode)?.[3] === listening);

/** The sockets at one local port. */
export interface PortSockets {
  readonly connected: readonly SocketEntry[];
  /** Inodes of the sockets that accept connections. */
  readonly listening: ReadonlySet<string>;
}

/** @param tables both tables, concatenated */
export function socketsAtPort(tables: string, localPort: number): PortSockets {
  const connected: SocketEntry[] = [];
  const listeners = new Set<string>();
  const column = `:${localPort.toString(16).toUpperCase().padStart(4, '0')} `;
  for (let at = tables.indexOf(column); at >= 0; at = tables.indexOf(column, at + 1)) {
    // Our own address follows the line number, and the peer's follows that. The peer may have this port too:
    // a delivery to another relay.
    if (tables[tables.lastIndexOf(' ', at) - 1] !== ':') continue;
    const stateAt = tables.indexOf(' ', at + column.length) + 1;
    const state = tables.slice(stateAt, stateAt + 2);
    if (nobodys.has(state)) continue; // most of them, on a busy relay
    const stop = tables.indexOf('\n', at);
    const start = tables.lastIndexOf('\n', at) + 1;
    const fields = fieldsOf(tables.slice(start, stop < 0 ? undefined : stop));
    if (state === listening && fields[9] !== undefined) listeners.add(fields[9]);
    const entry = readEntry(fields);
    if (entry !== undefined) connected.push(entry);
  }
  return {connected, listening: listeners};
}

/** A socket that accepts connections. */
interface Listener {
  readonly inode: string;
  readonly localPort: number;
}

/**
 * 127.0.0.0/8, its mapped form and ::1, as the kernel prints them: the last byte of each word comes first.
 */
const loopback = /^(?:[0-9A-F]{6}7F|0{16}FFFF0000[0-9A-F]{6}7F|0{24}01000000)$/;

/**
 * Sockets that accept connections from other machines; clients cannot reach one that listens only on
 * loopback.
 */
export function listenersIn(table: string): Listener[] {
  return table.split('\n').flatMap((line) => {
    if (!line.includes(` ${listening} `)) return [];
    const [, local = '', , state, , , , , , inode] = fieldsOf(line);
    const [address = '', port = ''] = local.split(':');
    const localPort = Number.parseInt(port, 16);
    const isOurs = state === listening && inode !== undefined && !Number.isNaN(localPort);
    return isOurs && !loopback.test(address) ? {inode, localPort} : [];
  });
}

const fieldsOf = (line: string): string[] => line.trim().split(/ +/);

function readEntry(fields: readonly string[]): SocketEntry | undefined {
  const [, local = '', remote = '', state = ''] = fields;
  const inode = fields[9];
  if (state === listening || inode === undefined) return undefined;
  const address = parseWords(remote.split(':')[0] ?? '');
  const localPort = Number.parseInt(local.split(':')[1] ?? '', 16);
  if (address === undefined || Number.isNaN(localPort)) return undefined;
  return {inode, localPort, remote: address};
}

/** The four bytes of each 32-bit word are reversed. A v4-mapped address becomes IPv4. */
export function parseWords(hex: string): Address | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined;
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const address = addressOf(hex.length === 8 ? 4 : 6, BigInt(`0x${bytes.join('')}`));
  return parseAddress(address.text);
}
