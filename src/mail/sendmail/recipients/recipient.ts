/**
 * Decides whether the text that sendmail logs contains a whole recipient. Knows neither the client nor the message
 * in which the text stands (`bare.ts`).
 */
import {mayGoOn} from '../../address/written.js';
import type {Subject} from '../../mail-event.js';

/** What sendmail logs for an unprintable character or a backslash, each as one character. */
const escaped = /\\(?:\\|[0-7]{3}|[a-z])/y;

/** MAXSHORTSTR of libsm shortenstring(): 100 characters, `...`, and 100. */
const shortened = {head: 100, dots: '...', whole: 203} as const;

/** The end of the first `count` characters, each of which may be logged as several. */
function endOf(text: string, count: number): number {
  let at = 0;
  for (let taken = 0; taken < count && at < text.length; taken++) {
    escaped.lastIndex = at;
    at += escaped.exec(text)?.[0].length ?? 1;
  }
  return at;
}

/**
 * The length of the recipient with which a text begins, if its middle was left out, perhaps with a bracket that
 * would show its end: `from=((…))<x@example.net>`. The visible part must be the beginning of an address.
 */
export function shortenedLength(text: string): number | undefined {
  if (text.length < shortened.whole) return undefined;
  const head = endOf(text, shortened.head);
  if (!text.startsWith(shortened.dots, head)) return undefined;
  return mayGoOn(text.slice(0, head)) ? endOf(text, shortened.whole) : undefined;
}

/** The name comes before everything that can be varied, so it is complete; or it is longer than any user name. */
const beginsWithName = /^<?[^\s"()<>\\+%!@,:;]{1,99}(?:\+|(?<=.{99}))/;

/**
 * If the middle was left out, it may have contained the name, after a long comment, route or phrase: then all
 * names look alike.
 */
export function subjectOf(text: string): Subject {
  const isAmbiguous = shortenedLength(text) === text.length && !beginsWithName.test(text);
  return {subject: text, subjectIs: isAmbiguous ? 'ambiguous' : undefined};
}
