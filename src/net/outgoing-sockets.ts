/**
 * Reads from `/proc/net/tcp` and `tcp6` (kernel, net/ipv4/tcp_ipv4.c get_tcp4_sock()) which
 * connections this machine has opened to certain ports of others. A table whose head is another one
 * than we know is not read at all: a column further on would name the wrong user.
 */
import type {Address} from './address.js';
import {parseWords} from './socket-table.js';

export interface OutgoingSocket {
  readonly local: Address;
  readonly localPort: number;
  readonly remote: Address;
  readonly remotePort: number;
  /** Of the user who opened it, as this machine numbers users. */
  readonly uid: number;
  /** In decimal; `0` when no process has it any more. */
  readonly inode: string;
  /** `opening`: its first packet is not answered yet. `ended`: what is left of one. */
  readonly phase: 'opening' | 'open' | 'ended';
}

type OutgoingSockets =
  | {readonly kind: 'sockets'; readonly sockets: readonly OutgoingSocket[]}
  /** The kernel prints something else than we can read. */
  | {readonly kind: 'unknownFormat'; readonly head: string};

/** include/net/tcp_states.h. */
const listening = '0A';
const opening = '02';
/** TCP_SYN_RECV, TCP_NEW_SYN_RECV: somebody else opened it. */
const called = new Set(['03', '0C']);
/** TCP_TIME_WAIT, TCP_CLOSE: nobody's any more. */
const ended = new Set(['06', '07']);

/** All columns that matter, and that none has come between. */
const knownHead =
  /^ *sl +local_address +rem(?:ote)?_address +st tx_queue rx_queue tr tm->when retrnsmt +uid +timeout inode/;

/** How much of an unknown head is told. Characters. */
const headCharacters = 60;

/** @param table one of the two; empty where the machine does not speak the family */
export function outgoingSockets(table: string, ports: readonly number[]): OutgoingSockets {
  if (table === '') return {kind: 'sockets', sockets: []};
  if (!knownHead.test(table)) {
    return {kind: 'unknownFormat', head: table.slice(0, headCharacters).split('\n', 1)[0] ?? ''};
  }
  const sockets = ports.flatMap((port) => [...rowsTo(table, port)]);
  const listeners = sockets.length === 0 ? new Set<number>() : listeningPorts(table);
  // A client may call us from such a port.
  return {kind: 'sockets', sockets: sockets.filter(({localPort}) => !listeners.has(localPort))};
}

/** A table has many thousand lines, so only those with the port in the third column are taken apart. */
function* rowsTo(table: string, port: number): Generator<OutgoingSocket> {
  const column = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  for (let at = table.indexOf(column); at >= 0; at = table.indexOf(column, at + 1)) {
    const start = table.lastIndexOf('\n', at) + 1;
    const stop = table.indexOf('\n', at);
    const row = table.slice(start, stop < 0 ? undefined : stop);
    const socket = readRow(row.trim().split(/ +/));
    if (socket?.remotePort !== port) continue;
    // Both ends may have the port: the row is met twice.
    if (socket.localPort === port && row.indexOf(column) === at - start) continue;
    yield socket;
  }
}

function readRow(fields: readonly string[]): OutgoingSocket | undefined {
  const [, local = '', remote = '', state = ''] = fields;
  if (state === listening || called.has(state)) return undefined;
  const [from, to] = [readEnd(local), readEnd(remote)];
  const uid = Number(fields[7]);
  const inode = fields[9];
  if (from === undefined || to === undefined || !Number.isInteger(uid)) return undefined;
  if (inode === undefined || !/^\d+$/.test(inode)) return undefined;
  return {
    ...{local: from.address, localPort: from.port, remote: to.address, remotePort: to.port},
    ...{uid, inode},
    phase: state === opening ? 'opening' : ended.has(state) || inode === '0' ? 'ended' : 'open',
  };
}

function readEnd(text: string): {readonly address: Address; readonly port: number} | undefined {
  const [words = '', port = ''] = text.split(':');
  const address = parseWords(words);
  return address && {address, port: Number.parseInt(port, 16)};
}

function listeningPorts(table: string): ReadonlySet<number> {
  const rows = table.matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:0000 0A /gm);
  return new Set(Array.from(rows, ([, port = '']) => Number.parseInt(port, 16)));
}
