/**
 * Reads a message that led to a complaint: its `Received` headers from the top, and apart from them those of each
 * message that is attached or quoted (`> Received: …`). All of it is foreign text.
 * `our-received.ts` decides which of them this machine wrote, and the log has to confirm it.
 */
import {type Received, readReceived, unfolded} from '../received.js';

/**
 * So much of a message is read. Characters: the headers of a mail have some 10 kB, and an attached message
 * comes soon behind them.
 */
export const mostComplaintCharacters = 1024 * 1024;
/** At most so many `Received` headers. A count: a message passes some ten machines, and sendmail ends a loop at 25. */
const mostReceived = 200;
/** Length of one header. Characters. */
const mostHeaderCharacters = 4000;
/** Continuation lines of one header. A count. */
const mostContinued = 40;

/** The headers of one message: of the complaint itself, or of a message in it. */
export interface ComplaintPart {
  /** The `Received` headers in sendmail's form, the top one first. */
  readonly received: readonly Received[];
  /** `Received` headers of any form. A count. */
  readonly receivedCount: number;
  /** `X-PHP-Originating-Script`, which PHP writes. The author of the message can write any text there. */
  readonly script: string | undefined;
}

/** A quoted header begins with marks, and its other lines begin with the same marks. */
const headerStart = /^((?:> ?){0,5})(Received|X-PHP-Originating-Script): ?(.*)$/i;
const continued = /^[ \t]+(.*)$/;

/** An empty line ends the headers of a message, also of a quoted one. */
const emptyLine = /^[>\s]*$/;

interface OpenPart {
  readonly marks: string;
  readonly received: Received[];
  receivedCount: number;
  script: string | undefined;
}

/**
 * The headers of each message with a `Received` header, the outer message first.
 *
 * @param text is read up to `mostComplaintCharacters`
 */
export function readComplaint(text: string): readonly ComplaintPart[] {
  const lines = text.slice(0, mostComplaintCharacters).split(/\r?\n/);
  const parts: OpenPart[] = [];
  let part: OpenPart | undefined;
  let receivedCount = 0;
  for (let at = 0; at < lines.length && receivedCount < mostReceived; at++) {
    const line = lines[at]!.slice(0, mostHeaderCharacters);
    const [, marks = '', name = '', first = ''] = headerStart.exec(line) ?? [];
    if (emptyLine.test(line)) part = undefined;
    if (name === '') continue;
    if (part?.marks !== marks) part = {marks, received: [], receivedCount: 0, script: undefined};
    const value = wholeHeader(first, marks, lines, at + 1);
    if (name.toLowerCase() === 'x-php-originating-script') part.script ??= value;
    else {
      if (part.receivedCount === 0) parts.push(part);
      receivedCount += 1;
      part.receivedCount += 1;
      const read = readReceived(value);
      if (read !== undefined) part.received.push(read);
    }
  }
  return parts;
}

function wholeHeader(first: string, marks: string, lines: readonly string[], from: number): string {
  const parts = [first];
  for (let at = from; at < lines.length && at < from + mostContinued; at++) {
    const line = lines[at]!.slice(0, mostHeaderCharacters);
    if (!line.startsWith(marks)) break;
    const more = continued.exec(line.slice(marks.length))?.[1];
    if (more === undefined || more === '') break;
    parts.push(more);
  }
  return unfolded(parts.join(' ')).slice(0, mostHeaderCharacters);
}
