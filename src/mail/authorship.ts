/**
 * Decides whether a record was written by the mailer, from what the journal knows of its writer.
 * What the record says, and who its client was, is for others.
 *
 * The user id tells most: an ordinary user can run `sendmail -L sm-mta -bs` himself, or logger(1)
 * with any tag and pid, but not as root. Root's other programs are told by their path, and a process
 * that had ended before journald looked at it by the name the kernel still has for it. That name
 * follows a symbolic link, so it is weaker; but to refuse it would let guessers go who hang up at
 * once: of their lines a third to nine tenths have no path (measured: systemd 257, sendmail 8.18).
 *
 * The pid that the line claims has no say. syslog(3) sends the number the process has in its own pid
 * namespace, so a sendmail in a container that shares our /dev/log always claims another one; and
 * whoever is root and runs sendmail cannot make it claim a false one. To ask this machine about the
 * process (/proc), take the writer's pid; to compare with a queue id, the one in the line.
 */
import type {LogRecord, Writer} from '../log/record.js';

export type Authorship =
  | 'mailer'
  /**
   * Maybe: root, of whom not even a name was left, or a system user with sendmail's program, as
   * which sendmail runs with `RunAsUser`, and a hacked web server too. As good as a line in a file.
   */
  | 'unsure'
  /** Somebody else: not to be counted. */
  | 'other';

/** Debian policy 9.2.2: below are root and the users that packages make; people come after. */
export const firstOrdinaryUid = 1000;

export function authorship({uid, executable}: Writer): Authorship {
  const isSendmail = isSendmailPath(executable);
  if (uid === 0 && isSendmail) return 'mailer';
  const isPossible = uid === 0 ? executable === '' : uid < firstOrdinaryUid && isSendmail;
  return isPossible ? 'unsure' : 'other';
}

/** Whether the journal vouches for the record: sendmail itself wrote it. */
export const isVouchedFor = ({writer}: LogRecord): boolean =>
  writer !== undefined && authorship(writer) === 'mailer';

/**
 * Written by a system user: sendmail with `RunAsUser`, or a web server that was broken into. What is
 * known of the envelope proves nothing about such a line.
 */
export const isDoubtful = ({writer}: LogRecord): boolean =>
  writer !== undefined && writer.uid !== 0 && authorship(writer) === 'unsure';

/** Debian: /usr/libexec/sendmail/sendmail; elsewhere sendmail.sendmail, sendmail-mta. */
export function isSendmailPath(executable: string): boolean {
  const path = executable.replace(/ \(deleted\)$/, ''); // upgraded while it runs
  return /(?:^|\/)sendmail(?:[.-][\w.-]{1,32})?$/.test(path);
}
