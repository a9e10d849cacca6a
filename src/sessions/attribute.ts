/**
 * Decides which client a mailer process serves, from what the kernel shows about the processes that may have
 * written a line. A process that began later than the event in the line is another one with the same pid;
 * one that is not the mailer does not count. The socket decides; the title counts only if no socket is left.
 * If the two differ, or two processes fit, no client is named.
 *
 * Which processes are believed: any user may run a program that is named like the mailer, or the real
 * mailer, with any title and any socket. In a user namespace of its own, a user controls the network, so
 * that its socket table can show any peers. So root must own the program, and run it (or a system user, for
 * a socket at a port that only root can bind), in our user namespace. A process that is not believed casts
 * no doubt on others either: a user can get any pid in a pid namespace, and could otherwise take away the
 * proof for any client. `sys/proc/proc.ts` decides which processes to look at; others decide whether to
 * believe the line itself.
 */
import type {ProcessIdentity} from '../base/process-identity.js';
import {firstOrdinaryUid} from '../mail/authorship.js';
import type {Dialect, ProcessTitle} from '../mail/dialect.js';
import type {Proof} from '../mail/evidence.js';
import type {Address} from '../net/address.js';
import type {SocketEntry} from '../net/socket-table.js';

/** The mailer of this machine: its dialect, and the ports at which it serves clients. */
export interface Mailer {
  readonly dialect: Dialect;
  readonly ports: readonly number[];
}

/** What the kernel shows about a process. Its pid is this machine's. */
interface ProcessFacts extends ProcessIdentity {
  /** The program's path, and whether root owns the file: anybody may give a program the mailer's name. */
  readonly executable: {readonly path: string; readonly owner: 'root' | 'other'};
  /**
   * For comparison with a log. Setting the clock moves it, so `startTicks` identifies the process. Ms since
   * the epoch.
   */
  readonly startedMs: number;
  readonly title: string;
  /** `sleeps`: it slept before and after its title was read, so it did what the title says. Absent: it was not read. */
  readonly activity?: 'sleeps' | 'other';
  readonly sockets: readonly SocketEntry[];
  /** How much it has written so far, to everything that it has open. Bytes; undefined or absent: unknown. */
  readonly writtenBytes?: number | undefined;
  /** Absent: it was not read. */
  readonly parentPid?: number | undefined;
}

/** A process that may have written a line. */
export interface Witness extends ProcessFacts {
  /** Its pid in its own pid namespace, which its log lines contain. */
  readonly ownPid: number;
  readonly user: ProcessUser;
}

export interface ProcessUser {
  /** The real user id: set-user-ID and set-group-ID programs do not change it. */
  readonly uid: number;
  readonly userNamespace: 'ours' | 'other';
}

/** Asks which client was served by the process that wrote a line. */
export interface Question {
  readonly pid: number;
  /** `log`: the pid as the writer sees it; `host`: as this machine does, which the journal knows. */
  readonly numberedBy: 'log' | 'host';
  /** Absent for a line outside of an envelope; then the title may name any queue id. */
  readonly queueId?: string | undefined;
  /** When the envelope began, by its queue id; without one, when the line was written. */
  readonly envelopeMs: number;
}

export interface Attribution {
  readonly client: Address;
  readonly proof: Proof;
  /**
   * How much the process has written so far; known only for the one process that has the client's socket.
   * Bytes.
   *
   * Nearly all of it is answers to the client. Measured with Debian's sendmail 8.18.1:
   *
   * - A greeting is 159 bytes, an answer to EHLO 222, to MAIL 40, to RSET 23, to NOOP 14, to HELP 447.
   * - An accepted RCPT is answered with `250 2.1.5 <ADDRESS>... Recipient ok`, a refused one with `550 5.1.1
   *   <ADDRESS>... User unknown`: both are 28 bytes plus the address with its brackets. So 31 is the least,
   *   and 44 to 55 is common. Under TLS each answer takes some bytes more, and the handshake some thousand.
   * - If commands are answered one by one, each answer counts before the client has it. For a pipelined
   *   batch sendmail writes 4096 bytes at a time, and the rest when it has read all commands, so it may lag
   *   by 90 answers.
   * - From about the 130th RCPT on, when the session's transcript has reached 4096 bytes, sendmail also
   *   writes each command to a file: `<<< RCPT TO:<ADDRESS>`, 13 bytes plus the address.
   * - An accepted message adds queue files and their names: 556 bytes immediately and some thousand later.
   *   So only the difference between two answers in one envelope means anything, never the sum.
   * - Messages to syslog do not count: they are sent, not written.
   */
  readonly answeredBytes?: number | undefined;
  /**
   * `recipients`: by its title that process works on a recipient of the envelope asked about. `waits`: it sleeps until the
   * client's next command comes; before, sendmail writes all answers that it holds back. Absent: something else.
   */
  readonly doing?: 'recipients' | 'waits' | undefined;
  /** The one process that has the client's socket, if its title names the client too. */
  readonly process?: ServingProcess | undefined;
}

/** A process and its parent. */
export interface ServingProcess extends ProcessIdentity {
  readonly parentPid?: number | undefined;
}

/** Queue ids count whole seconds, and a process's start time has a clock of its own. Ms. */
const clockSlackMs = 2000;

/** Whether a process that began then may have written a line of this envelope. Both ms since the epoch. */
export const mayHaveWritten = (startedMs: number, envelopeMs: number): boolean =>
  startedMs <= envelopeMs + clockSlackMs;

/** Only root can bind ports below this (net.ipv4.ip_unprivileged_port_start). */
const firstFreePort = 1024;

const submissionPorts: readonly number[] = [465, 587];

/**
 * The ports at which clients are served: also the usual submission ports. A mailer's socket at such a port
 * was opened by a client: for deliveries and milters the kernel chooses the port, never below 1024.
 */
export const servedPorts = (mailerPorts: readonly number[]): readonly number[] => [
  ...new Set([...mailerPorts, ...submissionPorts]),
];

/** Whether the mailer's socket at this local port belongs to a client. */
export const isServedAt = (localPort: number, mailerPorts: readonly number[]): boolean =>
  mailerPorts.includes(localPort) || submissionPorts.includes(localPort);

/** @param candidates all processes that the pid may mean */
export function nameClient(
  candidates: readonly Witness[],
  question: Question,
  mailer: Mailer,
): Attribution | undefined {
  // A shared process may have written the line for an earlier client than the one it serves now.
  if (mailer.dialect.processes.kind === 'shared') return undefined;
  const all = candidates.map((facts) => testimony(facts, question, mailer));
  const possible = all.filter(({kind}) => kind !== 'notTheWriter');
  const certain = possible.filter((each) => each.kind === 'client' && each.title === 'ofEnvelope');
  const heard = certain.length > 0 ? certain : possible;
  const named = heard.flatMap((each) => (each.kind === 'client' ? [each] : []));
  const [first] = named;
  // A process that may have written the line, but shows nothing, casts doubt on the others.
  if (first === undefined || named.length < heard.length) return undefined;
  if (named.some(({client}) => client.text !== first.client.text)) return undefined;
  const proof = named.every((each) => each.proof === 'kernel') ? 'kernel' : 'title';
  // If two serve the same client, nobody knows which of them wrote the line.
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
  /** It may have written the line, but does not show for which client. */
  | {readonly kind: 'silent'}
  | ({readonly kind: 'client'; readonly title: 'ofEnvelope' | 'ofAny'} & Attribution);

function testimony(facts: Witness, question: Question, mailer: Mailer): Testimony {
  const {dialect} = mailer;
  const {pid, numberedBy, queueId, envelopeMs} = question;
  const isMeant = pid === (numberedBy === 'host' ? facts.pid : facts.ownPid);
  const isThere = mayHaveWritten(facts.startedMs, envelopeMs);
  if (!isMeant || !isThere || !dialect.isProgram(facts.executable.path)) {
    return {kind: 'notTheWriter'};
  }
  if (!mayCastDoubt(facts.user)) return {kind: 'notTheWriter'};
  // Root has made this container, but its user ids are not ours.
  if (facts.user.userNamespace === 'other') return {kind: 'silent'};
  if (!isMailer(facts, dialect)) return {kind: 'notTheWriter'};
  const title = titleOf(facts, dialect);
  const titleQueueId = title?.kind === 'command' ? title.queueId : undefined;
  const isComparable = queueId !== undefined && titleQueueId !== undefined;
  const isOfEnvelope = isComparable && titleQueueId === queueId;
  // It may be in its next envelope already.
  if (isComparable && !isOfEnvelope) return {kind: 'silent'};
  const named = clientOf(facts, title?.client, mailer.ports);
  if (named === undefined) return {kind: 'silent'};
  const isShown = named.proof === 'kernel' && title?.client !== undefined;
  const {startTicks, parentPid} = facts;
  const process = isShown ? {process: {pid: facts.pid, startTicks, parentPid}} : {};
  if (!isOfEnvelope) {
    const waits = title?.kind === 'commandRead' && facts.activity === 'sleeps';
    const doing = waits ? ({doing: 'waits'} as const) : {};
    return {kind: 'client', title: 'ofAny', ...named, ...process, ...doing};
  }
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
 * The client that a process serves now, without a log line to compare with.
 *
 * @returns undefined also for a process that is not the machine's mailer, or may be an imitation
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
  // A web server's user can run the mailer too, on a connection of its own, but not at a port that only root
  // can bind.
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
 * Whether the mailer may run as this user: sendmail's children run as root or as its `RunAsUser`. The parent
 * proves nothing: a program in a user's `.forward` has sendmail as its parent too.
 */
export const mayBeMailer = ({uid, userNamespace}: ProcessUser): boolean =>
  userNamespace === 'ours' && uid < firstOrdinaryUid;

/**
 * Whether a process that is named like the mailer may be the real writer of a line that seems to be
 * another's. In another user namespace only one that runs as our root: every user, even a web server's
 * account, can create such a namespace, and only root is root outside of it.
 */
export const mayCastDoubt = (user: ProcessUser): boolean =>
  mayBeMailer(user) || (user.userNamespace === 'other' && user.uid === 0);

export const isMailer = ({executable}: ProcessFacts, {isProgram}: Dialect): boolean =>
  executable.owner === 'root' && isProgram(executable.path);

/** @param sockets at the ports at which clients are served */
function peerOf(sockets: readonly SocketEntry[]): Address | 'several' | undefined {
  const peers = new Map(sockets.map(({remote}) => [remote.text, remote]));
  return peers.size > 1 ? 'several' : peers.values().next().value;
}
