/**
 * Decides which processes may open connections to mail ports of other machines: the administrator's
 * `USER:PROGRAM`, both together. A user alone would let a hacked script of that user pass, and a
 * program alone anybody who copies it, so the file must be the one at that path here, too.
 */
import type {ProcessIdentity} from '../base/process-identity.js';

/** What is known of a process without touching anything of its own. */
export interface Glance extends ProcessIdentity {
  readonly parentPid: number;
  /** The effective user. */
  readonly uid: number;
  /** The user that started it: another one than the effective user if its program is set-uid. */
  readonly realUid: number;
  /** In a user namespace of its own a process can be any user. */
  readonly userNamespace: 'ours' | 'other';
  readonly command: string;
  /** Empty where that may not be read. */
  readonly executable: string;
}

/** What decides about a process. */
export type Candidate = Pick<Glance, 'uid' | 'realUid' | 'userNamespace' | 'executable'>;

export interface AllowedSender {
  readonly uid: number;
  /** A path, or `*`. */
  readonly program: string;
}

/**
 * @param uidOf a user's number, undefined if there is no such user: then the entry allows nobody
 */
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
 * Users in entries that do not exist here. The standard entries name those of every mailer, and
 * that most of them are not installed is no mistake.
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

/** @param isFileAt whether the process runs the file that is at this path for us, too */
export function isAllowed(
  {uid, realUid, userNamespace, executable}: Candidate,
  senders: readonly AllowedSender[],
  isFileAt: (path: string) => boolean,
): boolean {
  // Any user may connect, and then become a set-uid program of an allowed user.
  if (userNamespace === 'other' || realUid !== uid) return false;
  return senders.some((sender) => {
    if (sender.uid !== uid) return false;
    return sender.program === '*' || (sender.program === executable && isFileAt(executable));
  });
}

/** The kernel's name for a program is the end of its path, cut. Characters. */
const commandCharacters = 15;

/**
 * Whether a process that had ended may have been an allowed one: all that is left of it is a name,
 * which anybody may take. Not enough to be silent for ever, nor to raise an alarm.
 */
export function mayHaveBeenAllowed(command: string, senders: readonly AllowedSender[]): boolean {
  return senders.some(({program}) => {
    return program.slice(program.lastIndexOf('/') + 1).slice(0, commandCharacters) === command;
  });
}

/** Programs allowed by hand. A count: nobody clicks more often. */
export const mostAllowedByHand = 100;

type AllowedByHand =
  | {readonly kind: 'allowed'; readonly sender: AllowedSender}
  | {readonly kind: 'refused'; readonly why: string};

/**
 * Whether a program is allowed on somebody's word.
 *
 * @param executable the path of its file, not empty
 * @param already programs that were allowed before. A count
 */
export function allowedByHand(
  {uid, executable}: Pick<Glance, 'uid' | 'executable'>,
  already: number,
): AllowedByHand {
  if (executable.endsWith(' (deleted)')) return {kind: 'refused', why: 'its file is gone'};
  if (already >= mostAllowedByHand) return {kind: 'refused', why: 'too many are already'};
  return {kind: 'allowed', sender: {uid, program: executable}};
}
