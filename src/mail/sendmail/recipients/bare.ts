/**
 * Reads `RCPT... WORDS`, as sendmail logs its answer to a recipient (err.c usrerr()): without client and code, with
 * the recipient as it was written. The recipient ends at the first blank outside of quotes, comments and brackets,
 * because sendmail splits the command there. `unknown-user.ts` decides what the words mean.
 *
 * A recipient from an alias file, a `.forward` or a list has the file name before it, `/home/anna/.forward: line 1:
 * x... User unknown` (err.c fmtmsg()): with DeliveryMode=interactive sendmail expands it while the client waits. No
 * client asked for that name.
 */
import {writtenLength} from '../../address/written.js';
import {shortenedLength} from './recipient.js';

interface BareRefusal {
  /** As the client wrote it, perhaps shortened. */
  readonly subject: string;
  readonly words: string;
}

const pause = '... ';

export function readBare(body: string): BareRefusal | undefined {
  if (!body.includes(pause)) return undefined;
  const length = writtenLength(body);
  if (length !== undefined && body.startsWith(pause, length - 3)) {
    return {subject: body.slice(0, length - 3), words: body.slice(length + 1)};
  }
  return readUnbalanced(body) ?? readShortened(body);
}

/**
 * An 8-bit character may be logged as a bracket (err.c fmtmsg(): `& 0177`); then only blanks show where it ends.
 */
function readUnbalanced(body: string): BareRefusal | undefined {
  const end = body.indexOf(' ') - 3;
  if (end < 1 || !body.startsWith(pause, end)) return undefined;
  return {subject: body.slice(0, end), words: body.slice(end + pause.length)};
}

function readShortened(body: string): BareRefusal | undefined {
  const end = shortenedLength(body);
  if (end === undefined || !body.startsWith(pause, end) || fromFile.test(body)) return undefined;
  return {subject: body.slice(0, end), words: body.slice(end + pause.length)};
}

/** A file name is shortened to 83 characters, each of which may take four bytes. */
const fromFile = /^\/.{0,332}?: line \d{1,10}: /s;
