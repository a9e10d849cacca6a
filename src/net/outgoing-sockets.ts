/**
 * Reads from `/proc/net/tcp` and `tcp6` (kernel, net/ipv4/tcp_ipv4.c get_tcp4_sock()) which connections
 * this machine has opened to certain ports of other machines. A table with an unknown header is not
 * read at all: if a column had moved, we would name the wrong user.
 */
import type {Address} from './address.js';
import {parseWords} from './socket-table.js';

export interface OutgoingSocket {
  readonly local: Address;
  readonly localPort: number;
  readonly remote: Address;
  readonly remotePort: number;
  /** The user who opened it, as this machine numbers users. */
  readonly uid: number;
  /** In decimal; `0` if no process has it any more. */
  readonly inode: string;
  /**
   * `opening`: its first packet has not been answered yet. `ended`: the rest of a closed connection.
   */
  readonly phase: 'opening' | 'open' | 'ended';
}

type OutgoingSockets =
  | {readonly kind: 'sockets'; readonly sockets: readonly OutgoingSocket[]}
  /** The kernel prints a format that we do not know. */
  | {readonly kind: 'unknownFormat'; readonly head: string};

/** include/net/tcp_states.h. */
const listening = '0A';
const opening = '02';
/** TCP_SYN_RECV, TCP_NEW_SYN_RECV: another machine opened it. */
const called = new Set(['03', '0C']);
/** TCP_TIME_WAIT, TCP_CLOSE: no process has it any more. */
const ended = new Set(['06', '07']);

/** All columns that matter, to make sure that none was inserted. */
const knownHead =
  /^ *sl +local_address +rem(?:ote)?_address +st tx_queue rx_queue tr tm->when retrnsmt +uid +timeout inode/;

/** How much of an unknown header is quoted. Characters. */
const headCharacters = 60;

/** Called with the user of each socket; `passedOver` means that the socket is not parsed. */
type Shares = (uid: number) => 'taken' | 'passedOver';

/** One table, read piece by piece, because a user can make it arbitrarily long. */
export class OutgoingTable {
  readonly #ports: readonly number[];
  #sockets: OutgoingSocket[] = [];
  readonly #listeners = new Set<number>();
  #head: 'unread' | 'known' | {readonly unknown: string} = 'unread';
  /** The incomplete last line. */
  #rest = '';

  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  /** @param piece may be split anywhere; the kernel ends each line with a newline */
  take(piece: string, share: Shares = () => 'taken'): void {
    if (typeof this.#head === 'object') return;
    const text = this.#rest + piece;
    const end = text.lastIndexOf('\n') + 1;
    this.#rest = text.slice(end, end + longestLine);
    this.#takeLines(text.slice(0, end), share);
  }

  /** The sockets since the last call; none if the machine does not support the family. */
  soFar(): OutgoingSockets {
    if (typeof this.#head === 'object') return {kind: 'unknownFormat', head: this.#head.unknown};
    // A client may call us from such a port; then we listen at its local port.
    const sockets = this.#sockets.filter(({localPort}) => !this.#listeners.has(localPort));
    this.#sockets = [];
    return {kind: 'sockets', sockets};
  }

  #takeLines(lines: string, share: Shares): void {
    if (lines === '') return;
    if (this.#head === 'unread') this.#head = headOf(lines);
    if (typeof this.#head === 'object') return;
    for (const port of this.#ports) this.#sockets.push(...rowsTo(lines, port, share));
    for (const port of listeningPorts(lines)) this.#listeners.add(port);
  }
}

/** Far longer than the kernel's lines. Characters. */
const longestLine = 4096;

const headOf = (lines: string): 'known' | {readonly unknown: string} =>
  knownHead.test(lines)
    ? 'known'
    : {unknown: lines.slice(0, headCharacters).split('\n', 1)[0] ?? ''};

/** A table has many thousand lines, so only those with the port in the third column are parsed. */
function* rowsTo(table: string, port: number, share: Shares): Generator<OutgoingSocket> {
  const column = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  for (let at = table.indexOf(column); at >= 0; at = table.indexOf(column, at + 1)) {
    const start = table.lastIndexOf('\n', at) + 1;
    const stop = table.indexOf('\n', at);
    const row = table.slice(start, stop < 0 ? undefined : stop);
    const fields = row.trim().split(/ +/);
    // Here only our own end has the port; if both ends have it, the row is found once more.
    if (!fields[2]?.endsWith(column.trimEnd()) || row.lastIndexOf(column) !== at - start) continue;
    const socket = readRow(fields, share);
    if (socket?.remotePort === port) yield socket;
  }
}

function readRow(fields: readonly string[], share: Shares): OutgoingSocket | undefined {
  const [, local = '', remote = '', state = ''] = fields;
  if (state === listening || called.has(state)) return undefined;
  const uid = Number(fields[7]);
  // Checked before parsing, so that a skipped socket costs next to nothing.
  if (Number.isInteger(uid) && share(uid) === 'passedOver') return undefined;
  const [from, to] = [readEnd(local), readEnd(remote)];
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

function* listeningPorts(lines: string): Generator<number> {
  const rows = lines.matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:0000 0A /gm);
  for (const [, port = ''] of rows) yield Number.parseInt(port, 16);
}
