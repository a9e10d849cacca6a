/**
 * One connection of a client, from which nobody has read yet: the client's address, and the ways to end the gate's part
 * in the connection. `greeting/waiting/` decides which way is taken.
 */
import type net from 'node:net';
import {type RowKey, rowKey} from '../../greeting/waiting/seen.js';
import {type Address, parseAddress} from '../../net/address.js';
import {type HandOver, handOver} from './hand-over.js';
import {lastLook, type Look, words} from './last-look.js';

/** How long a refused client has to read the answer and to hang up. Ms. */
const farewellMs = 2000;
/** Bytes read from a refused client. If bytes stay unread, the kernel resets the connection and the answer is lost. */
const mostRead = 1024 * 1024;
/** The first of these bytes, which are kept for the report. */
const mostKept = 100;

export interface Connection {
  readonly client: Address;
  /** Its key in the kernel's socket tables. */
  readonly row: RowKey;
  /** Hands the connection to the mailer, after the last look. */
  hand(look: Look, command: readonly string[], complain: (line: string) => void): HandOver;
  /** Answers 554. @returns the first bytes that the client had sent, or sends within `farewellMs` */
  refuseEarly(): Promise<string>;
  /** Answers 421. */
  refuseBusy(): void;
  close(): void;
}

/** @returns undefined if the client has reset the connection: then the kernel does not know its address any more */
export function connectionOf(socket: net.Socket): Connection | undefined {
  // A write fails only because the client has gone.
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
      // Closes our copy only: the connection stays open while another process has a copy.
      if (handed.pid !== undefined) socket.destroy();
      else say(socket, words.busy);
      return handed;
    },
    refuseEarly: () => listenAfter(socket, words.early),
    refuseBusy: () => void listenAfter(socket, words.busy),
    close: () => void socket.destroy(),
  };
}

/** Removes the zone (`%eth0`): the kernel's tables have none. */
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
