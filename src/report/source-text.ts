/**
 * Describes what happens to the sources: which log is followed, and which lines were lost. A user
 * who may write into the folder of a pattern chooses the names of its files. So names are made
 * printable, cut and quoted.
 */
import {durationText} from '../base/duration.js';
import {printable, printablePath, quoted} from '../base/printable.js';
import type {ClockOffset} from '../log/clock/stamp-offsets.js';
import type {FollowEvent, JournalEvent} from '../log/source-event.js';
import type {Report} from './outcome-text.js';

/**
 * Length of a path, and of an error text of the system, which contains a path.
 * Characters.
 */
const pathCharacters = 512;
const whyCharacters = 700;

const shown = (why: string): string => printable(why, whyCharacters);

export function reportFollow(event: FollowEvent): Report {
  const path = quoted(printablePath(event.path, pathCharacters));
  switch (event.kind) {
    case 'following':
      return {level: 'notice', message: `following ${path} from byte ${event.atBytes}`};
    case 'unreadable':
      return warning(`waiting for the log: ${shown(event.why)}`);
    case 'rotated':
      return {level: 'info', message: `${path} was rotated`};
    case 'truncated': {
      const from = event.fromBytes === 0 ? 'its start' : `byte ${event.fromBytes}`;
      return warning(
        `${path} was cut at byte ${event.atBytes} or before: read from ${from}; lines not read yet are lost`,
      );
    }
    case 'predecessorGone':
      return warning(`${path}: the file that was read last is gone; its unread lines are lost`);
    case 'longLine':
      return warning(`${path}: line at byte ${event.atBytes} left out: too long for a mailer's`);
    case 'damaged':
      return warning(
        `${path}: damaged at byte ${event.atBytes} of what it holds: ${shown(event.why)}; lines behind it are lost`,
      );
    case 'unreadablePacking':
      return warning(
        `${path}: unread lines stand in it, and are lost: expected a file as it is or packed by gzip, or by xz, bzip2, zstd or lz4 where that program is installed`,
      );
    case 'otherOwner':
      return warning(
        `${path}: not read, for it belongs to user ${event.owner}: expected a file of root, or of the user who writes the log`,
      );
    case 'tooManyFiles':
      return warning(`${path} is not followed: more than ${event.most} files fit the patterns`);
  }
}

export function reportJournal(event: JournalEvent): Report {
  switch (event.kind) {
    case 'following':
      return {level: 'notice', message: 'following the journal'};
    case 'unreadable':
      return warning(`waiting for the journal: ${shown(event.why)}`);
    case 'cursorRefused':
      return warning('the place in the journal is gone: going on from now; lines since are lost');
    case 'skipped':
      return warning(`${event.entries} entries of the journal left out: ${shown(event.why)}`);
  }
}

/** Reports that the clock offset of a writer has changed. */
export function reportOffset({source, host, seconds}: ClockOffset): Report {
  const path = quoted(printablePath(source, pathCharacters));
  const whose = host === '' ? 'its stamps' : `stamps of ${quoted(printable(host, longestHost))}`;
  if (seconds === 0) {
    return {level: 'notice', message: `${path}: ${whose} agree with this machine's clock again`};
  }
  const [far, correction] = [
    `${durationText(Math.abs(seconds))} ${seconds > 0 ? 'behind' : 'ahead of'}`,
    `so much ${seconds > 0 ? 'later' : 'earlier'}`,
  ];
  return warning(
    `${path}: ${whose} are ${far} this machine's clock: new lines are taken as ${correction}; ` +
      'see that the syslog daemon, its host and blocksmtp have the same time zone and clock',
  );
}

/** Length of a host name. Characters. */
const longestHost = 255;

const warning = (message: string): Report => ({level: 'warning', message});
