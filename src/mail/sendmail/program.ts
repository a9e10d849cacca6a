/**
 * Which executable is sendmail, and whether sendmail wrote a record, by what the journal knows about
 * its writer. Others decide what the record says, and which client it concerns.
 *
 * The user id says most: an ordinary user can run `sendmail -L sm-mta -bs`, or logger(1) with any tag
 * and pid, but not as root. The path distinguishes root's other programs. If a process had ended before
 * journald looked at it, only the name that the kernel kept is left. That name follows a symbolic link,
 * so it is weaker. Refusing it would spare guessers that disconnect immediately: a third to nine tenths
 * of their lines have no path (measured: systemd 257, sendmail 8.18).
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
