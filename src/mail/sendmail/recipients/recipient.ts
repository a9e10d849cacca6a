/**
 * What the text that sendmail logs tells about a recipient: whether all of it is there. Not who the
 * client was, and not which message the text stands in (`bare.ts`).
 */
import {mayGoOn} from '../../address/written.js';
import type {Subject} from '../../mail-event.js';

/** As one character each: what sendmail logs for one that cannot be printed, and a backslash. */
const escaped = /\\(?:\\|[0-7]{3}|[a-z])/y;

/** MAXSHORTSTR of libsm shortenstring(): 100 characters, `...`, and 100. */
const shortened = {head: 100, dots: '...', whole: 203} as const;

/** Where so many characters of a text end, each of which may be logged as several. */
function endOf(text: string, count: number): number {
  let at = 0;
  for (let taken = 0; taken < count && at < text.length; taken++) {
    escaped.lastIndex = at;
    at += escaped.exec(text)?.[0].length ?? 1;
  }
  return at;
}

/**
 * How long the recipient is with which a text begins, if its middle was left out, and with it maybe a bracket that
 * would show its end: `from=((…))<x@example.net>`. What is shown must be the beginning of an address.
 */
export function shortenedLength(text: string): number | undefined {
  if (text.length < shortened.whole) return undefined;
  const head = endOf(text, shortened.head);
  if (!text.startsWith(shortened.dots, head)) return undefined;
  return mayGoOn(text.slice(0, head)) ? endOf(text, shortened.whole) : undefined;
}

/** A name in front of all that can be varied, so it is there; or longer than any user's is. */
const beginsWithName = /^<?[^\s"()<>\\+%!@,:;]{1,99}(?:\+|(?<=.{99}))/;

/**
 * Where the middle is left out a name may have stood in it, behind a long comment, route or phrase: then all
 * names look alike.
 */
export function subjectOf(text: string): Subject {
  const isAmbiguous = shortenedLength(text) === text.length && !beginsWithName.test(text);
  return {subject: text, subjectIs: isAmbiguous ? 'ambiguous' : undefined};
}
