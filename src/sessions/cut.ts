/**
 * Decides which sessions are cut when a block is in force: which mailer process serves a blocked client,
 * and what the log says. A process is ended only if its own socket, at the mailer's port, has a blocked
 * peer, and if everything else shows that it is the machine's mailer, working for that client. In doubt,
 * only the socket is destroyed. Does not look at the machine (`sys/proc/mailers.ts`,
 * `sys/proc/sockets/port-sockets.ts`) and ends nothing (`sessions/live/cutter.ts`).
 *
 * The listener also has a client's socket for a moment, before it passes the connection to a child. Ending
 * the listener would end all mail, so a process that can accept connections is never ended.
 */
import type {ProcessIdentity} from '../base/process-identity.js';
import {type Address, parseAddress} from '../net/address.js';
import {type Mailer, servedBy, type ServingProcess} from './attribute.js';
import type {MailerProcess} from './holder.js';

/** A process that serves a blocked client. */
export interface Server extends ProcessIdentity {
  /** The client's socket. */
  readonly inode: string;
  readonly client: Address;
}

export function serverToEnd(
  holder: MailerProcess,
  isBlocked: (client: Address, port: number) => boolean,
  mailer: Mailer,
): Server | undefined {
  const {processes} = mailer.dialect;
  // The same process serves other clients too.
  if (processes.kind === 'shared') return undefined;
  if (holder.role === 'listens' || processes.isListenerTitle(holder.title)) return undefined;
  // At other ports a block drops nothing.
  const sockets = holder.sockets.filter(({localPort}) => mailer.ports.includes(localPort));
  const served = servedBy({...holder, sockets}, mailer);
  if (served?.proof !== 'kernel') return undefined;
  // At the submission ports, the block may let the client pass.
  if (!sockets.every(({localPort}) => isBlocked(served.client, localPort))) return undefined;
  const socket = sockets.find(({remote}) => remote.text === served.client.text);
  const {pid, startTicks} = holder;
  return socket && {pid, startTicks, inode: socket.inode, client: served.client};
}

/** The process that the kernel has just shown to serve a client, for a line that led to its block. */
export interface Shown extends ServingProcess {
  readonly client: Address;
}

/**
 * Decides about a process that is already known: it is ended only if it is still the one that was shown, with
 * the same start and parent, and serves that very client.
 */
export function shownToEnd(
  shown: Shown,
  now: MailerProcess | undefined,
  isBlocked: (client: Address, port: number) => boolean,
  mailer: Mailer,
): Server | undefined {
  const server = now && serverToEnd(now, isBlocked, mailer);
  const isSame =
    server?.pid === shown.pid &&
    server.startTicks === shown.startTicks &&
    now?.parentPid === shown.parentPid &&
    server.client.text === shown.client.text;
  return isSame ? server : undefined;
}

/** Whether the process found a moment ago is still the same, doing the same work. */
export const isSameServer = (before: Server, now: Server | undefined): boolean =>
  now !== undefined &&
  now.pid === before.pid &&
  now.startTicks === before.startTicks &&
  now.inode === before.inode;

/**
 * The pauses between looks for the process of a connection that has none yet: the connection waits for the
 * listener, which on a busy relay sleeps for seconds, or for its child. Ms: half a minute in all; the
 * reaper handles what comes later.
 */
export const lookAgainMs: readonly number[] = [250, 500, 1000, 2000, 4000, 8000, 16_000];

/** What was ended, or would be ended, for one client. */
interface Cut {
  readonly client: string;
  readonly pids: readonly number[];
  /** A count. */
  readonly sockets: number;
}

/** A process that got its signal. */
export interface Ended {
  readonly pid: number;
  readonly client: Address;
}

/** @param closed the peers of the sockets that were destroyed, one for each */
export function cutsOf(ended: readonly Ended[], closed: readonly Address[]): Cut[] {
  const clients = new Set([...ended.map(({client}) => client.text), ...closed.map((c) => c.text)]);
  const [pids, sockets] = [new Map<string, number[]>(), new Map<string, number>()];
  for (const {client, pid} of ended) pids.set(client.text, [...(pids.get(client.text) ?? []), pid]);
  for (const {text} of closed) sockets.set(text, (sockets.get(text) ?? 0) + 1);
  return [...clients].map((client) => ({
    client,
    pids: pids.get(client) ?? [],
    sockets: sockets.get(client) ?? 0,
  }));
}

/** Processes named in one log line. A count. */
const mostNamed = 10;

export function cutText({client, pids, sockets}: Cut, mode: 'done' | 'would'): string {
  const more = pids.length > mostNamed ? ` and ${pids.length - mostNamed} more` : '';
  const named = `${pids.slice(0, mostNamed).join(', ')}${more}`;
  const processes =
    pids.length === 0 ? [] : [`sendmail process${pids.length > 1 ? 'es' : ''} ${named}`];
  const deed = mode === 'done' ? ' destroyed' : '';
  const gone =
    sockets === 0
      ? []
      : [`${sockets === 1 ? '' : `${sockets} `}socket${sockets > 1 ? 's' : ''}${deed}`];
  return `${mode === 'done' ? '' : 'would '}cut ${client}: ${[...processes, ...gone].join(', ')}`;
}

/** A line of ss(8): `ESTAB 0 0 [::ffff:192.0.2.1]:25 [::ffff:192.0.2.66]:4711`. */
const peerColumn = /\s\[?([0-9A-Fa-f.:]+)(?:%[^\]\s]*)?\]?:\d+\s*$/;

/** The peers of the sockets that `ss` has printed, one for each socket. */
export function printedPeers(output: string): Address[] {
  return output.split('\n').flatMap((line) => {
    const text = peerColumn.exec(line)?.[1];
    return (text !== undefined && parseAddress(text)) || [];
  });
}
