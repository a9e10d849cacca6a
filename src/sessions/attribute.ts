/**
 * Decides which client a process of the mailer serves, from what the machine shows of the processes
 * that may have written a line. A process that began later than the event in the line is another
 * one with the same pid, and one that is not the mailer has no say. The socket decides; the title
 * only if no socket is left; and if both speak and differ, or two processes fit, no client is
 * named.
 *
 * Which processes are believed: any user may run a program that is named like the mailer, and the
 * real one too, with any title and any socket; and in a user namespace of its own a user owns the
 * network, so that its socket table can show any peers. So root must own the program, and run it
 * (or a system user, for a socket at a port that only root can bind), in our user namespace. A
 * process that is not believed casts no doubt either: a user can get any pid in a pid namespace,
 * and could take the proof away from any client. Not decided here: which processes to look at
 * (`sys/proc/proc.ts`), and whether the line itself is to be believed.
 */
import type {ProcessIdentity} from '../base/process-identity.js';
import {firstOrdinaryUid} from '../mail/authorship.js';
import type {Dialect, ProcessTitle} from '../mail/dialect.js';
import type {Proof} from '../mail/evidence.js';
import type {Address} from '../net/address.js';
import type {SocketEntry} from '../net/socket-table.js';

/** The mailer of this machine: which one it is, and at which ports it serves clients. */
export interface Mailer {
  readonly dialect: Dialect;
  readonly ports: readonly number[];
}

/** The pid in it is this machine's. */
interface ProcessFacts extends ProcessIdentity {
  /** The path of the program, and whether root owns it: anybody may call a program as the mailer. */
  readonly executable: {readonly path: string; readonly owner: 'root' | 'other'};
  /** Beside a log, ms since the epoch; a clock that is set moves it, so `startTicks` tells who it is. */
  readonly startedMs: number;
  readonly title: string;
  readonly sockets: readonly SocketEntry[];
  /** What it has written so far, to all that it has open. Bytes; undefined or absent: not known. */
  readonly writtenBytes?: number | undefined;
  /** Absent: not looked at. */
  readonly parentPid?: number | undefined;
}

/** A process that may have written a line. */
export interface Witness extends ProcessFacts {
  /** As the process itself numbers it, and so its lines in the log: in its own pid namespace. */
  readonly ownPid: number;
  readonly user: ProcessUser;
}

export interface ProcessUser {
  /** The real one: no set-user-ID or set-group-ID program changes it. */
  readonly uid: number;
  readonly userNamespace: 'ours' | 'other';
}

/** Which client did the process serve that wrote a line? */
export interface Question {
  readonly pid: number;
  /** `log`: as the writer numbers itself; `host`: as this machine does, which the journal knows. */
  readonly numberedBy: 'log' | 'host';
  /** Absent for a line outside of an envelope; then the title may be of any. */
  readonly queueId?: string | undefined;
  /** When the envelope began, by its queue id; without one, when the line was written. */
  readonly envelopeMs: number;
}

export interface Attribution {
  readonly client: Address;
  readonly proof: Proof;
  /**
   * What the process has written so far; only of the one process that has the client's socket. Bytes.
   *
   * Nearly all of it are answers to the client. Measured with sendmail 8.18.1 as Debian has it:
   *
   * - A greeting is 159 bytes, an answer to EHLO 222, to MAIL 40, to RSET 23, to NOOP 14, to HELP 447.
   * - An accepted RCPT is answered with `250 2.1.5 <ADDRESS>... Recipient ok`, a refused one with
   *   `550 5.1.1 <ADDRESS>... User unknown`: both are 28 bytes and the address with its brackets. So 31
   *   is the least, and 44 to 55 is common. Under TLS each answer has some bytes more, and the handshake
   *   some thousand.
   * - Answered one by one, each answer counts before the client has it. Of a pipelined batch sendmail
   *   writes 4096 bytes at a time, and the rest when it has read all: so it may lag by 90 answers.
   * - From about the 130th RCPT on, when 4096 bytes of the transcript of the session are full, sendmail
   *   writes each command to a file too: `<<< RCPT TO:<ADDRESS>`, 13 bytes and the address.
   * - A message taken adds queue files and their names: 556 bytes at once and some thousand later. So
   *   only the difference of two answers in one envelope tells anything, never the sum.
   * - Syslog does not count: it is sent, not written.
   */
  readonly answeredBytes?: number | undefined;
  /** By its title, of the one process: it is working on a recipient of the envelope that was asked about. */
  readonly doing?: 'recipients' | undefined;
  /** The one process that has the client's socket, where its title names the client too. */
  readonly process?: ServingProcess | undefined;
}

/** A process, and which one began it. */
export interface ServingProcess extends ProcessIdentity {
  readonly parentPid?: number | undefined;
}

/** The clock of a queue id has seconds, the start of a process a clock of its own. Ms. */
const clockSlackMs = 2000;

/** Below, only root can bind (net.ipv4.ip_unprivileged_port_start). */
const firstFreePort = 1024;

/**
 * A process of the mailer with a socket at such a port was called by a client: deliveries and milters
 * have a port of the kernel's choice, which is never below 1024.
 */
const submissionPorts: readonly number[] = [465, 587];

/** The ports at which clients are served. */
export const servedPorts = (mailerPorts: readonly number[]): readonly number[] => [
  ...new Set([...mailerPorts, ...submissionPorts]),
];

/** Whether a socket of the mailer's with this local port is a client's. */
export const isServedAt = (localPort: number, mailerPorts: readonly number[]): boolean =>
  mailerPorts.includes(localPort) || submissionPorts.includes(localPort);

/** @param candidates all processes that the pid may mean */
export function nameClient(
  candidates: readonly Witness[],
  question: Question,
  mailer: Mailer,
): Attribution | undefined {
  // The client that a shared process serves now says nothing of a line that it wrote before.
  if (mailer.dialect.processes.kind === 'shared') return undefined;
  const all = candidates.map((facts) => testimony(facts, question, mailer));
  const possible = all.filter(({kind}) => kind !== 'notTheWriter');
  const certain = possible.filter((each) => each.kind === 'client' && each.title === 'ofEnvelope');
  const heard = certain.length > 0 ? certain : possible;
  const named = heard.flatMap((each) => (each.kind === 'client' ? [each] : []));
  const [first] = named;
  // One that may have written the line and tells nothing casts doubt on the others.
  if (first === undefined || named.length < heard.length) return undefined;
  if (named.some(({client}) => client.text !== first.client.text)) return undefined;
  const proof = named.every((each) => each.proof === 'kernel') ? 'kernel' : 'title';
  // Of two that serve the same client nobody knows which one wrote the line.
  const {answeredBytes, doing, process} = named.length === 1 ? first : {};
  return {
    client: first.client,
    proof,
    ...(answeredBytes !== undefined && {answeredBytes}),
    ...(doing !== undefined && {doing}),
    ...(process !== undefined && {process}),
  };
}

type Testimony =
  | {readonly kind: 'notTheWriter'}
  /** It may have written the line, and does not show for which client. */
  | {readonly kind: 'silent'}
  | ({readonly kind: 'client'; readonly title: 'ofEnvelope' | 'ofAny'} & Attribution);

function testimony(facts: Witness, question: Question, mailer: Mailer): Testimony {
  const {dialect} = mailer;
  const {pid, numberedBy, queueId, envelopeMs} = question;
  const isMeant = pid === (numberedBy === 'host' ? facts.pid : facts.ownPid);
  const isThere = facts.startedMs <= envelopeMs + clockSlackMs;
  if (!isMeant || !isThere || !dialect.isProgram(facts.executable.path)) {
    return {kind: 'notTheWriter'};
  }
  if (!mayCastDoubt(facts.user)) return {kind: 'notTheWriter'};
  // Root has made this container, but its numbers of users are not ours.
  if (facts.user.userNamespace === 'other') return {kind: 'silent'};
  if (!isMailer(facts, dialect)) return {kind: 'notTheWriter'};
  const title = titleOf(facts, dialect);
  const titleQueueId = title?.kind === 'command' ? title.queueId : undefined;
  const isComparable = queueId !== undefined && titleQueueId !== undefined;
  const isOfEnvelope = isComparable && titleQueueId === queueId;
  // Perhaps it is in the next envelope already.
  if (isComparable && !isOfEnvelope) return {kind: 'silent'};
  const named = clientOf(facts, title?.client, mailer.ports);
  if (named === undefined) return {kind: 'silent'};
  const isShown = named.proof === 'kernel' && title?.client !== undefined;
  const {startTicks, parentPid} = facts;
  const process = isShown ? {process: {pid: facts.pid, startTicks, parentPid}} : {};
  if (!isOfEnvelope) return {kind: 'client', title: 'ofAny', ...named, ...process};
  const isAsking = title?.kind === 'command' && title.doing === 'recipients';
  return {
    kind: 'client',
    title: 'ofEnvelope',
    ...named,
    ...process,
    ...(isAsking && {doing: 'recipients'}),
  };
}

/**
 * The client that a process serves now, with no line of a log to compare it with.
 *
 * @returns undefined also for a process that is not the machine's mailer, or may be somebody's
 * imitation
 */
export function servedBy(facts: Witness, {dialect, ports}: Mailer): Attribution | undefined {
  if (!mayBeMailer(facts.user) || !isMailer(facts, dialect)) return undefined;
  return clientOf(facts, titleOf(facts, dialect)?.client, ports);
}

const titleOf = ({title}: ProcessFacts, {processes}: Dialect): ProcessTitle | undefined =>
  processes.kind === 'onePerClient' ? processes.readTitle(title) : undefined;

function clientOf(
  {sockets, user, writtenBytes}: Witness,
  titled: Address | undefined,
  mailerPorts: readonly number[],
): Attribution | undefined {
  const served = sockets.filter(({localPort}) => isServedAt(localPort, mailerPorts));
  const peer = peerOf(served);
  if (peer === 'several') return undefined;
  if (peer !== undefined && titled !== undefined && peer.text !== titled.text) return undefined;
  // A web server's user can run the mailer too, on a connection of its own: not at a port of root's.
  const isBoundByRoot =
    peer !== undefined && served.every(({localPort}) => localPort < firstFreePort);
  if (user.uid !== 0 && !isBoundByRoot) return undefined;
  if (peer !== undefined) {
    const answered = writtenBytes === undefined ? {} : {answeredBytes: writtenBytes};
    return {client: peer, proof: 'kernel', ...answered};
  }
  return titled && {client: titled, proof: 'title'};
}

/**
 * Whether the mailer may run so: sendmail's children are root's, or those of its `RunAsUser`. Not
 * asked of the parent: a program in a user's `.forward` has sendmail as its parent too.
 */
export const mayBeMailer = ({uid, userNamespace}: ProcessUser): boolean =>
  userNamespace === 'ours' && uid < firstOrdinaryUid;

/**
 * Whether a process that is named like the mailer may have written what another one seems to have
 * written. In another user namespace only one that runs as our root: every user can make such a
 * namespace, a web server's account too, and only root is root outside of it.
 */
export const mayCastDoubt = (user: ProcessUser): boolean =>
  mayBeMailer(user) || (user.userNamespace === 'other' && user.uid === 0);

export const isMailer = ({executable}: ProcessFacts, {isProgram}: Dialect): boolean =>
  executable.owner === 'root' && isProgram(executable.path);

/** @param sockets at the ports where clients are served */
function peerOf(sockets: readonly SocketEntry[]): Address | 'several' | undefined {
  const peers = new Map(sockets.map(({remote}) => [remote.text, remote]));
  return peers.size > 1 ? 'several' : peers.values().next().value;
}
