/**
 * Decides which processes may open connections to mail ports of other machines. The administrator
 * allows `USER:PROGRAM`, and both must match. A rule for a user alone would allow a hacked script of
 * that user. A rule for a program alone would allow anybody who puts a copy at that path in a root
 * directory of their own, so the process must run the very file that is at this path for us.
 */
import type {ProcessIdentity} from '../base/process-identity.js';

/** What /proc shows of a process without reading text that the process controls, such as its command line. */
export interface Glance extends ProcessIdentity {
  readonly parentPid: number;
  /** The effective user. */
  readonly uid: number;
  /** The user that started it. If the program is set-uid, this is not the effective user. */
  readonly realUid: number;
  /** `other`: there a process can have any user number. */
  readonly userNamespace: 'ours' | 'other';
  readonly command: string;
  /** Path of its program; empty: we may not read it. */
  readonly executable: string;
}

/** The facts that decide whether a process is allowed. */
export type Candidate = Pick<Glance, 'uid' | 'realUid' | 'userNamespace' | 'executable'>;

export interface AllowedSender {
  readonly uid: number;
  /** A path, or `*`. */
  readonly program: string;
}

/** @param uidOf gives a user's number; undefined: there is no such user, and the entry allows nobody */
export function allowedSenders(
  entries: readonly string[],
  uidOf: (name: string) => number | undefined,
): AllowedSender[] {
  return entries.flatMap((entry) => {
    const at = entry.indexOf(':');
    const user = entry.slice(0, at);
    const uid = /^\d+$/.test(user) ? Number(user) : uidOf(user);
    return uid === undefined ? [] : [{uid, program: entry.slice(at + 1)}];
  });
}

/**
 * Users in entries that do not exist here. Standard entries are left out: they name the users of every
 * mailer, and most mailers are not installed.
 */
export function unknownUsers(
  entries: readonly string[],
  standard: readonly string[],
  uidOf: (name: string) => number | undefined,
): string[] {
  const chosen = entries.filter((entry) => !standard.includes(entry));
  const users = new Set(chosen.map((entry) => entry.slice(0, entry.indexOf(':'))));
  return [...users].filter((user) => !/^\d+$/.test(user) && uidOf(user) === undefined);
}

/** @param isFileAt whether the process runs the very file that is at this path for us */
export function isAllowed(
  {uid, realUid, userNamespace, executable}: Candidate,
  senders: readonly AllowedSender[],
  isFileAt: (path: string) => boolean,
): boolean {
  // Any user can open a connection and then start a set-uid program of an allowed user.
  if (userNamespace === 'other' || realUid !== uid) return false;
  return senders.some((sender) => {
    if (sender.uid !== uid) return false;
    return sender.program === '*' || (sender.program === executable && isFileAt(executable));
  });
}

/** Longest name that the kernel keeps for a program: the last part of its path, cut. Characters. */
const commandCharacters = 15;

/**
 * Whether a process that has ended may have been an allowed one. Only its name is left, and any process
 * can take that name. So the answer is neither enough to allow the process nor enough for a warning.
 */
export function mayHaveBeenAllowed(command: string, senders: readonly AllowedSender[]): boolean {
  return senders.some(({program}) => {
    return program.slice(program.lastIndexOf('/') + 1).slice(0, commandCharacters) === command;
  });
}

/** Programs that can be allowed by hand. A count: nobody clicks more often. */
export const mostAllowedByHand = 100;

type AllowedByHand =
  | {readonly kind: 'allowed'; readonly sender: AllowedSender}
  | {readonly kind: 'refused'; readonly why: string};

/**
 * Decides whether a person may allow this program by hand.
 *
 * @param executable the path of its file, not empty
 * @param already programs allowed by hand so far. A count
 */
export function allowedByHand(
  {uid, executable}: Pick<Glance, 'uid' | 'executable'>,
  already: number,
): AllowedByHand {
  if (executable.endsWith(' (deleted)')) return {kind: 'refused', why: 'its file is gone'};
  if (already >= mostAllowedByHand) return {kind: 'refused', why: 'too many are already'};
  return {kind: 'allowed', sender: {uid, program: executable}};
}
