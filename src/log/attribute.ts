/**
 * Decides who a sendmail child serves, from what the machine shows of the process. Asked for one
 * envelope, while it is open: a process that began after the envelope is another one with the same
 * pid, and one that is not sendmail has no say. The socket decides; the title only where no socket
 * is left; and where both speak and differ, nobody is named.
 */
import type {Address} from '../net/address.js';
import type {SocketEntry} from '../net/socket-table.js';
import type {Proof} from '../score/evidence.js';
import {parseProcessTitle} from './process-title.js';

export interface ProcessFacts {
  readonly pid: number;
  /** The path of the program, and whether root owns it: anybody may call a program `sendmail`. */
  readonly executable: {readonly path: string; readonly owner: 'root' | 'other'};
  readonly startedMs: number;
  readonly title: string;
  readonly sockets: readonly SocketEntry[];
}

/** The clock of a queue id has seconds, the start of a process a clock of its own. Ms. */
const clockSlackMs = 2000;

export function attribute(
  facts: ProcessFacts,
  envelope: {readonly queueId: string; readonly envelopeMs: number},
  mailerPort: number,
): {readonly client: Address; readonly proof: Proof} | undefined {
  if (!isSendmail(facts) || facts.startedMs > envelope.envelopeMs + clockSlackMs) return undefined;
  const peer = peerOf(facts.sockets, mailerPort);
  if (peer === 'several') return undefined;
  const title = parseProcessTitle(facts.title);
  if (title?.kind === 'command' && title.queueId !== envelope.queueId) return undefined;
  if (peer !== undefined && title !== undefined && peer.text !== title.client.text)
    return undefined;
  if (peer !== undefined) return {client: peer, proof: 'kernel'};
  return title && {client: title.client, proof: 'title'};
}

/** Debian: /usr/libexec/sendmail/sendmail; elsewhere sendmail.sendmail, sendmail-mta. */
export function isSendmail({executable}: ProcessFacts): boolean {
  const path = executable.path.replace(/ \(deleted\)$/, ''); // upgraded while it runs
  return executable.owner === 'root' && /\/sendmail(?:[.-][\w.-]{1,32})?$/.test(path);
}

function peerOf(sockets: readonly SocketEntry[], port: number): Address | 'several' | undefined {
  const peers = new Map<string, Address>();
  for (const {localPort, remote} of sockets) {
    if (localPort === port) peers.set(remote.text, remote);
  }
  return peers.size > 1 ? 'several' : peers.values().next().value;
}
