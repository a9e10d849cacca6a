/**
 * A TCP connection from this machine to a mail port of another, as the kernel's socket tables or
 * its reports show it. `owner.ts` says whose it is; `allowed.ts` decides which processes may open
 * one.
 */
import {type Address, addressOf} from '../net/address.js';
import type {OutgoingSocket} from '../net/outgoing-sockets.js';
import type {ConnectEvent} from './connect-event.js';

export interface Connection extends OutgoingSocket {
  /** The network namespace, as /proc/PID/ns/net names it: `net:[4026531840]`. */
  readonly network: string;
}

/** Tells two connections apart, also where no process has them any more. */
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

/** What a report of the kernel and a line of its tables have in common. */
export const destinationOf = ({
  remote,
  remotePort,
}: Pick<Connection, 'remote' | 'remotePort'>): string => `${remote.text} ${remotePort}`;

const [any4, any6] = [addressOf(4, 0n), addressOf(6, 0n)];

/** A connection of which only the kernel's report is known: it comes before the local port is chosen. */
export const unplaced = (
  {remote, remotePort}: ConnectEvent,
  network: string,
  uid: number,
): Connection => ({
  ...{network, local: remote.family === 4 ? any4 : any6, localPort: 0, remote, remotePort},
  ...{uid, inode: '0', phase: 'opening'},
});
