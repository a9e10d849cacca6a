/**
 * What can be told of a recipient from the text that sendmail logs: whether it is one, and whether
 * all of it is there. Not whose it was, and not which message it stands in (`read-message.ts`).
 */

import type {Subject} from '../mail-event.js';

/** What nearly all are; told apart because this is asked of each line that counts. */
const simple = /^<[^\s"()<>\\]*>$/;

/**
 * Whether a text is one address as sendmail cuts it off a command (parseaddr.c prescan()): blanks
 * stand in it only between quotes, in comments and between angle brackets, and all of these are closed.
 */
export function isOneAddress(text: string): boolean {
  if (simple.test(text)) return true;
  let [comments, angles] = [0, 0];
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    // A backslash is logged as two, and what stands behind it means nothing.
    if (text.startsWith('\\\\', at)) at += 2;
    else if (isQuoted) isQuoted = character !== '"';
    else if (character === '(') comments += 1;
    else if (character === ')') comments -= 1;
    else if (comments === 0) {
      if (character === '"') isQuoted = true;
      else if (character === '<') angles += 1;
      else if (character === '>') angles -= 1;
      else if (character === ' ' && angles === 0) return false;
    }
    if (comments < 0 || angles < 0) return false;
  }
  return !isQuoted && comments === 0 && angles === 0;
}

/** As one character each: what sendmail logs for one that cannot be printed, and a backslash. */
const escaped = /\\(?:\\|[0-7]{3}|[a-z])/g;

/**
 * Whether the middle of a text was left out (libsm shortenstring(), MAXSHORTSTR 203), and with it maybe
 * a bracket that would show it to be one address: `from=((…))<x@example.net>`.
 */
export function isShortened(text: string): boolean {
  const typed = text.replaceAll(escaped, '?');
  return typed.length === 203 && typed.startsWith('...', 100);
}

/** Between long comments, of which the middle is left out, all names look alike. */
export function subjectOf(text: string): Subject {
  const isAmbiguous = text.includes('(') && isShortened(text);
  return {subject: text, subjectIs: isAmbiguous ? 'ambiguous' : undefined};
}
