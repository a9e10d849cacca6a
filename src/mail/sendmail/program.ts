/**
 * Which executable is sendmail, and whether sendmail wrote a record, from what the journal knows of its
 * writer. What the record says, and who its client was, is for others.
 *
 * The user id tells most: an ordinary user can run `sendmail -L sm-mta -bs`, or logger(1)
 * with any tag and pid, but not as root. The path separates root's other programs, and for a process
 * that had ended before journald looked at it, the name the kernel still has for it. That name
 * follows a symbolic link, so it is weaker; but to refuse it would let guessers go who hang up at
 * once: of their lines a third to nine tenths have no path (measured: systemd 257, sendmail 8.18).
 */
import type {Writer} from '../../log/record.js';
import {type Authorship, firstOrdinaryUid} from '../authorship.js';

export function authorshipOf({uid, executable}: Writer): Authorship {
  const isSendmail = isSendmailPath(executable);
  if (uid === 0 && isSendmail) return 'mailer';
  const isPossible = uid === 0 ? executable === '' : uid < firstOrdinaryUid && isSendmail;
  return isPossible ? 'unsure' : 'other';
}

/** Debian: /usr/libexec/sendmail/sendmail; elsewhere sendmail.sendmail, sendmail-mta. */
export function isSendmailPath(executable: string): boolean {
  const path = executable.replace(/ \(deleted\)$/, ''); // upgraded while it runs
  return /(?:^|\/)sendmail(?:[.-][\w.-]{1,32})?$/.test(path);
}
