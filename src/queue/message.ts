/**
 * A message in sendmail's queue, as a value: its control file, and facts from the file system.
 * Decides which local user, login or machine has sent it (`whoseIs`), and how sure that is. The sender
 * in the envelope and the `From` line never decide, because the sender chooses them.
 */
import type {ControlFile} from './control-file.js';
import {macroIn} from './control-lines.js';
import type {Header} from './headers.js';
import {readReceived, type Received, unfolded} from './received.js';
import {type Address, parseAddress} from '../net/address.js';

/** Where a message is, and what the file system says about it. */
export interface QueuePlace {
  readonly id: string;
  /** The directory of the control file. */
  readonly directory: string;
  /** `submission`: local programs handed the message in, and the relay has not taken it yet. */
  readonly queue: 'relay' | 'submission';
  readonly state: 'waiting' | 'held';
  /** The owner of the body's file, if that is a user and not the mailer. */
  readonly bodyOwner: number | undefined;
  /** Reads the size of the body's file. Bytes: 0 if the file is gone. */
  readonly bodyBytes: () => number;
}

export interface QueuedMessage extends QueuePlace {
  readonly control: ControlFile;
  readonly whose: Whose;
  readonly peer: Peer;
}

export type Whose =
  /** A login at the relay. */
  | {readonly kind: 'auth'; readonly name: string; readonly proof: Proof}
  /** A local user. The number is not known if there is no such user. */
  | {
      readonly kind: 'uid';
      readonly uid: number | undefined;
      readonly user: string;
      readonly proof: Proof;
    }
  | {readonly kind: 'host'; readonly address: string; readonly proof: Proof}
  | {readonly kind: 'unknown'};

/**
 * `kernel`: the owner of a file. `mailer`: what sendmail writes about its peer. `header`: a line of the
 * message that sendmail writes, but that any local program could have written as well.
 */
type Proof = 'kernel' | 'mailer' | 'header';

type Peer =
  | {readonly kind: 'local'; readonly user: string}
  | {readonly kind: 'host'; readonly name: string; readonly address: Address}
  | {readonly kind: 'none'; readonly name: string};

/** Names and numbers of local users. */
export interface UserNames {
  readonly uidOf: (name: string) => number | undefined;
  readonly nameOf: (uid: number) => string;
}

export const messageOf = (
  control: ControlFile,
  place: QueuePlace,
  users: UserNames,
): QueuedMessage => new LazyMessage(control, place, users);

/** Finds the sender only when a caller asks for it, because most messages of a queue are only counted. */
class LazyMessage implements QueuedMessage {
  readonly id: string;
  readonly directory: string;
  readonly queue: QueuePlace['queue'];
  readonly state: QueuePlace['state'];
  readonly bodyOwner: number | undefined;
  readonly bodyBytes: () => number;
  readonly control: ControlFile;
  readonly #users: UserNames;
  #whose: Whose | undefined;
  #peer: Peer | undefined;

  constructor(control: ControlFile, place: QueuePlace, users: UserNames) {
    this.id = place.id;
    this.directory = place.directory;
    this.queue = place.queue;
    this.state = place.state;
    this.bodyOwner = place.bodyOwner;
    this.control = control;
    this.bodyBytes = place.bodyBytes;
    this.#users = users;
  }

  get peer(): Peer {
    this.#peer ??= peerOf(macroIn(this.control.lines, '_') ?? '');
    return this.#peer;
  }

  get whose(): Whose {
    this.#whose ??= whoseIs(this, this.#users);
    return this.#whose;
  }
}

/** `USER@localhost` for a local program, `[IDENT@]NAME [IP]` for a connection. The address comes from the kernel. */
const connected = /^(?:\S{1,255} )?\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\](?: \(may be forged\))?$/;
const local = /^([^\s@[\]]{1,64})@localhost$/;

function peerOf(macro: string): Peer {
  const address = parseAddress(connected.exec(macro)?.[1] ?? '');
  if (address !== undefined) return {kind: 'host', name: macro, address};
  const user = local.exec(macro)?.[1];
  return user === undefined ? {kind: 'none', name: macro} : {kind: 'local', user};
}

const isLoopback = ({text}: Address): boolean => text.startsWith('127.') || text === '::1';

function whoseIs(
  {control, bodyOwner, peer}: Pick<QueuedMessage, 'control' | 'bodyOwner' | 'peer'>,
  {uidOf, nameOf}: UserNames,
): Whose {
  const login = macroIn(control.lines, '{auth_authen}') ?? loginOf(control, peer);
  if (login !== undefined) return {kind: 'auth', name: login, proof: 'mailer'};
  if (bodyOwner !== undefined) {
    return {kind: 'uid', uid: bodyOwner, user: nameOf(bodyOwner), proof: 'kernel'};
  }
  if (peer.kind === 'local') {
    return {kind: 'uid', uid: uidOf(peer.user), user: peer.user, proof: 'mailer'};
  }
  if (peer.kind === 'none') return {kind: 'unknown'};
  // If the peer is our own submission, the header below the top one names the user.
  const user = isLoopback(peer.address) ? submittedBy(control) : undefined;
  return user === undefined
    ? {kind: 'host', address: peer.address.text, proof: 'mailer'}
    : {kind: 'uid', uid: uidOf(user), user, proof: 'header'};
}

/**
 * The `AUTH=` of a client that had logged in is its login, or `<>` if sendmail does not trust it
 * (proto.m4 trust_auth). Local programs can put any text there.
 */
function loginOf(control: ControlFile, peer: Peer): string | undefined {
  const parameter = control.lines.authParameter;
  if (parameter === '' || parameter === '<>' || peer.kind !== 'host') return undefined;
  const [top] = receivedOf(control).slice(0, 1).map(readReceived);
  return top?.login === 'authenticated' ? parameter : undefined;
}

function submittedBy(control: WithHeaders): string | undefined {
  const [first, second] = receivedOf(control).slice(0, 2).map(readReceived);
  if (first?.way !== 'relayed' || !isSubmission(second) || second.host !== first.host) {
    return undefined;
  }
  return second.user ?? warnedOf(control, second.host);
}

/**
 * If a program writes to sendmail through a socket (Node and others do), the header names a socket instead of
 * the user. If the program set the sender, sendmail's warning names the user.
 */
function warnedOf(control: WithHeaders, host: string): string | undefined {
  const warning = headerOf(control, 'x-authentication-warning') ?? '';
  const [, by, user] = setSender.exec(warning) ?? [];
  return by === host ? user : undefined;
}

const setSender = /^(\S{1,255}): ([^\s@()]{1,64}) set sender to /;

const isSubmission = (received: Received | undefined): received is Received =>
  received?.way === 'submitted';

interface WithHeaders {
  readonly headers: readonly Header[];
}

/** The values of all `Received` headers, the top one first. */
export const receivedOf = ({headers}: WithHeaders): string[] =>
  headers.filter(({name}) => name.toLowerCase() === 'received').map(({value}) => value);

/** The value of the first header of that name, as one line. @param wanted in lower case */
export const headerOf = ({headers}: WithHeaders, wanted: string): string | undefined => {
  const found = headers.find(({name}) => name.toLowerCase() === wanted);
  return found === undefined ? undefined : unfolded(found.value);
};

/** The key under which messages of one sender are counted: `uid:33`, `auth:anna`, `host:192.0.2.7`. */
export function whoseKey(whose: Whose): string {
  switch (whose.kind) {
    case 'auth':
      return `auth:${whose.name}`;
    case 'uid':
      return `uid:${whose.uid ?? whose.user}`;
    case 'host':
      return `host:${whose.address}`;
    case 'unknown':
      return 'unknown';
  }
}
