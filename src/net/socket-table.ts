/**
 * Reads `/proc/net/tcp` and `tcp6` (kernel, net/ipv4/tcp_ipv4.c get_tcp4_sock(): addresses as 32-bit
 * words in host order, here little-endian; ports in hexadecimal; the inode in the tenth column). The
 * table of a large relay has many thousand lines, so only the lines of wanted inodes are taken apart.
 */
import {type Address, addressOf, parseAddress} from './address.js';

export interface SocketEntry {
  readonly inode: string;
  readonly localPort: number;
  readonly remote: Address;
}

/** @param inodes of the sockets that are wanted, in decimal */
export function findSockets(table: string, inodes: readonly string[]): SocketEntry[] {
  return inodes.flatMap((inode) => {
    for (let at = table.indexOf(` ${inode} `); at >= 0; at = table.indexOf(` ${inode} `, at + 1)) {
      const start = table.lastIndexOf('\n', at) + 1;
      const stop = table.indexOf('\n', at);
      const entry = parseEntry(table.slice(start, stop < 0 ? undefined : stop));
      if (entry?.inode === inode) return [entry];
    }
    return [];
  });
}

/** TCP_LISTEN (kernel, include/net/tcp_states.h): a socket without a peer. */
const listening = '0A';

function parseEntry(line: string): SocketEntry | undefined {
  const fields = line.trim().split(/\s+/);
  const [, local = '', remote = '', state = ''] = fields;
  if (state === listening) return undefined;
  const address = parseWords(remote.split(':')[0] ?? '');
  const localPort = Number.parseInt(local.split(':')[1] ?? '', 16);
  if (address === undefined || Number.isNaN(localPort)) return undefined;
  return {inode: fields[9] ?? '', localPort, remote: address};
}

/** Each 32-bit word has its four bytes turned round. A v4-mapped address comes out as IPv4. */
function parseWords(hex: string): Address | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined;
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const address = addressOf(hex.length === 8 ? 4 : 6, BigInt(`0x${bytes.join('')}`));
  return parseAddress(address.text);
}
