/**
 * A TCP connection from this machine to a mail port of another: what the kernel's socket tables tell.
 * Whose it is, `owner.ts` has; who may make one, `allowed.ts` decides.
 */
import type {Address} from '../net/address.js';
import type {OutgoingSocket} from '../net/outgoing-sockets.js';

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
