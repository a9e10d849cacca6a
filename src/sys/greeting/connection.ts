/**
 * One connection of a client that nobody reads: who it is, and what can be done with it, each of which ends
 * our part in it. What is done is decided in `greeting/waiting/`.
 */
import type net from 'node:net';
import {type RowKey, rowKey} from '../../greeting/waiting/seen.js';
import {type Address, parseAddress} from '../../net/address.js';
import {type HandOver, handOver} from './hand-over.js';
import {lastLook, type Look, words} from './last-look.js';

/** So long an answer may take to be sent, and the client to hang up. Ms. */
const farewellMs = 2000;
/** Read of a client that is refused. Bytes: with some unread the kernel resets, and the answer is lost. */
const mostRead = 1024 * 1024;
/** Kept of it. Bytes. */
const mostKept = 100;

export interface Connection {
  readonly client: Address;
  /** Where the kernel's tables have it. */
  readonly row: RowKey;
  /** The mailer's from now on. */
  hand(look: Look, command: readonly string[], complain: (line: string) => void): HandOver;
  /** 554. @returns what the client said before, and says in these two seconds: its first bytes */
  refuseEarly(): Promise<string>;
  /** 421. */
  refuseBusy(): void;
  close(): void;
}

/** @returns undefined where the kernel does not know the client any more: it has reset the connection */
export function connectionOf(socket: net.Socket): Connection | undefined {
  // An error of a socket that we write to is the client's going.
  socket.on('error', () => socket.destroy());
  const {remoteAddress = '', remotePort, localAddress = ''} = socket;
  const client = addressOf(remoteAddress);
  const local = addressOf(localAddress);
  if (client === undefined || local === undefined || remotePort === undefined) {
    socket.destroy();
    return undefined;
  }
  return {
    client,
    row: rowKey(local, client, remotePort),
    hand: (look, command, complain) => {
      const handed = handOver({
        words: lastLook(look, words.early, words.busy, command),
        stdio: [socket, socket, 'pipe'],
        group: 'apart',
        directory: '/',
        complain,
      });
      // close(2) of our copy, which says nothing to the client while another process has one.
      if (handed.pid !== undefined) socket.destroy();
      else say(socket, words.busy);
      return handed;
    },
    refuseEarly: () => listenAfter(socket, words.early),
    refuseBusy: () => void listenAfter(socket, words.busy),
    close: () => void socket.destroy(),
  };
}

/** Without the zone of a link: the kernel's tables have none. */
const addressOf = (text: string): Address | undefined => parseAddress(text.replace(/%.*$/, ''));

const say = (socket: net.Socket, line: string): void => void socket.end(`${line}\r\n`);

function listenAfter(socket: net.Socket, line: string): Promise<string> {
  const kept: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => socket.destroy(), farewellMs);
  const closed = new Promise<string>((resolve) =>
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(kept).subarray(0, mostKept).toString('latin1'));
    }),
  );
  socket.on('data', (chunk: Buffer) => {
    if (bytes < mostKept) kept.push(chunk.subarray(0, mostKept));
    bytes += chunk.length;
    if (bytes > mostRead) socket.destroy();
  });
  socket.on('end', () => socket.destroySoon());
  socket.resume();
  say(socket, line);
  return closed;
}
