/**
 * A TCP connection from this machine to a mail port of another machine, as the kernel's socket tables
 * or its trace show it. `owner.ts` describes its process. `allowed.ts` decides which processes may open
 * one.
 */
import {type Address, addressOf} from '../net/address.js';
import type {OutgoingSocket} from '../net/outgoing-sockets.js';
import type {ConnectEvent} from './connect-event.js';

export interface Connection extends OutgoingSocket {
  /** The network namespace, as /proc/PID/ns/net names it: `net:[4026531840]`. */
  readonly network: string;
}

/** A text that identifies a connection, even if no process has it any more. */
export const connectionKey = ({
  network,
  local,
  localPort,
  remote,
  remotePort,
}: Connection): string => `${network} ${local.text} ${localPort} ${remote.text} ${remotePort}`;

/** `[2001:db8::7]:25`, `192.0.2.7:25`. */
export const endpointText = ({family, text}: Address, port: number): string =>
  family === 6 ? `[${text}]:${port}` : `${text}:${port}`;

/** The part of a connection that both an event of the trace and a row of the tables show. */
export const destinationOf = ({
  remote,
  remotePort,
}: Pick<Connection, 'remote' | 'remotePort'>): string => `${remote.text} ${remotePort}`;

const [any4, any6] = [addressOf(4, 0n), addressOf(6, 0n)];

/** A connection known only from the trace. The event comes before the kernel chooses the local port. */
export const unplaced = (
  {remote, remotePort}: ConnectEvent,
  network: string,
  uid: number,
): Connection => ({
  ...{network, local: remote.family === 4 ? any4 : any6, localPort: 0, remote, remotePort},
  ...{uid, inode: '0', phase: 'opening'},
});
