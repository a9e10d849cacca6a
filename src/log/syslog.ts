/**
 * Takes the frame off one line: when, which host, which program, which pid, what was said. Knows
 *
 *     STAMP HOST TAG[PID]: MESSAGE                  RFC 3164 as files have it; STAMP: `stamp.ts`
 *     STAMP <mail.notice> HOST TAG[PID]: MESSAGE    FreeBSD syslogd -v and -vv
 *     STAMP TAG[PID]: MESSAGE                       as programs and BSD forward it; host is ''
 *     <21>1 STAMP HOST TAG PID MSGID - MESSAGE      RFC 5424, with its structured data
 *     STAMP HOST last message repeated 5 times      BSD, sysklogd: which message is for `frames.ts`
 *
 * the first three with `<21>` in front or not. Of the message it takes off what a syslogd put there,
 * `[ID 801593 mail.notice] ` (Solaris) and `message repeated 5 times: [ … ]` (rsyslog), and no more:
 * what programs say is for `mail/`.
 *
 * A line is read from the left, and from where a message begins nothing in it can change what was
 * read before: host, program and pid are never the client's. Each character is looked at a fixed
 * number of times at most.
 */
import type {LogRecord} from './record.js';
import type {Stamp, Stamps} from './stamp.js';

export type Frame =
  | {readonly kind: 'record'; readonly record: LogRecord}
  /** The message that was last in the same log, so many times more. */
  | {readonly kind: 'repeat'; readonly host: string; readonly times: number; readonly stamp: Stamp}
  | {readonly kind: 'none'; readonly why: NoFrame};

/** Why a line is no record; words for the operator. */
type NoFrame =
  | 'it does not begin with a time'
  | 'no program with a process id follows the host'
  | 'its structured data has no end'
  | 'it repeats a message that is cut off'
  | 'it repeats a line that is not known';

/** What one line can stand for: far more than a guesser needs to be blocked. A count. */
export const mostTimes = 10_000;

/** rsyslog's `[%.800s]` (runtime/ratelimit.c, ratelimitGenRepMsg): a longer message is cut. Bytes. */
const longestRepeatedBytes = 800;

/** RFC 1035 names; IPv6 addresses and `src@host` of syslog-ng are shorter. Characters. */
const longestHost = 255;
/** `postfix-incoming/submission/smtpd` is half of it; RFC 5424 allows 48. Characters. */
const longestProgram = 64;
const longestPid = 10;

/**
 * @param referenceMs a time not before the line was written (now, or the file's last change), from
 *   which a stamp without a year gets one; ms since the epoch
 * @param stamps they remember what the lines of one log share
 */
export function readFrame(text: string, referenceMs: number, stamps: Stamps): Frame {
  const begin = text[0] === '<' ? endOfPriority(text) : 0;
  const isRfc5424 = begin > 0 && text.startsWith('1 ', begin);
  const stampAt = isRfc5424 ? begin + 2 : begin;
  const stamp = stamps.read(text, stampAt, referenceMs);
  if (stamp === undefined) return noTime;
  const end = stampAt + stamp.length;
  if (text[end] !== ' ') return noTime;
  const header = isRfc5424 ? readRfc5424(text, end + 1) : readRfc3164(text, end + 1);
  switch (header.kind) {
    case 'none':
      return header;
    case 'repeat':
      return {...header, stamp};
    case 'message': {
      const {host, program, pid} = header;
      const said = unpack(text.slice(header.at));
      if (said === undefined) return none('it repeats a message that is cut off');
      const {message, times} = said;
      const atMs = stamps.settle(stamp, message, referenceMs);
      return {
        kind: 'record',
        record: {atMs, host, program, pid, message, times, writer: undefined},
      };
    }
  }
}

function none(why: NoFrame): Frame & {readonly kind: 'none'} {
  return {kind: 'none', why};
}

const noTime = none('it does not begin with a time');
const noProcess = none('no program with a process id follows the host');

/** What stands between stamp and message. */
type Header =
  | {
      readonly kind: 'message';
      readonly host: string;
      readonly program: string;
      readonly pid: number;
      /** Where the message begins. */
      readonly at: number;
    }
  | {readonly kind: 'repeat'; readonly host: string; readonly times: number}
  | (Frame & {readonly kind: 'none'});

function readRfc3164(text: string, at: number): Header {
  const hostAt = text[at] === '<' ? endOfFacility(text, at) : at;
  const hostEnd = endOfWord(text, hostAt, longestHost);
  const isTag = text[hostEnd - 1] === ':' && text[hostEnd - 2] === ']';
  if (isTag) return readTag(text, hostAt, '');
  if (text.startsWith(repeatHead, hostAt)) return readRepeat(text.slice(hostAt), '');
  if (hostEnd === hostAt || text[hostEnd] !== ' ') return noProcess;
  return readTag(text, hostEnd + 1, text.slice(hostAt, hostEnd));
}

/** `sm-mta[28]: `, or what a BSD syslogd writes in place of that for a repeated message. */
function readTag(text: string, at: number, host: string): Header {
  let end = at;
  while (end - at < longestProgram && isTagCharacter(text.charCodeAt(end))) end += 1;
  const pidEnd = endOfDigits(text, end + 1, longestPid);
  const isTag = text[end] === '[' && end > at && pidEnd > end + 1;
  if (!isTag || !text.startsWith(']: ', pidEnd)) return readRepeat(text.slice(at), host);
  const pid = Number(text.slice(end + 1, pidEnd));
  return {kind: 'message', host, program: text.slice(at, end), pid, at: pidEnd + 3};
}

/** Everything but blanks, control characters, `:`, `[` and `]`; NaN is past the end. */
function isTagCharacter(code: number): boolean {
  return code > 0x20 && code !== 0x3a && code !== 0x5b && code !== 0x5d;
}

const repeatHead = 'last message ';
/** FreeBSD 12 signs it (syslogd.c, fprintlog_successive()), sysklogd 2 says `buffered`. */
const repeat = /^(?:syslogd: )?last message (?:repeated|buffered) (\d{1,10}) times?$/;

function readRepeat(text: string, host: string): Header {
  const times = Number(repeat.exec(text)?.[1] ?? 0);
  return times === 0 ? noProcess : {kind: 'repeat', host, times: Math.min(times, mostTimes)};
}

/** `HOST PROGRAM PID MSGID STRUCTURED-DATA MESSAGE` (RFC 5424 section 6); `-` is nothing. */
function readRfc5424(text: string, at: number): Header {
  const hostEnd = endOfWord(text, at, longestHost);
  const programEnd = endOfWord(text, hostEnd + 1, longestProgram);
  const pidEnd = endOfWord(text, programEnd + 1, longestWord);
  const idEnd = endOfWord(text, pidEnd + 1, longestWord);
  const isWhole = [hostEnd, programEnd, pidEnd, idEnd].every((end) => text[end] === ' ');
  if (!isWhole || hostEnd === at || programEnd === hostEnd + 1) return noProcess;
  const dataEnd = endOfStructuredData(text, idEnd + 1);
  if (dataEnd === undefined) return none('its structured data has no end');
  const written = text.slice(at, hostEnd);
  const host = written === '-' ? '' : written;
  const messageAt = beginOfMessage(text, dataEnd);
  const isPid = pidEnd === endOfDigits(text, programEnd + 1, longestPid) && pidEnd > programEnd + 1;
  if (!isPid) return readRepeat(text.slice(messageAt), host);
  const [program, pid] = [text.slice(hostEnd + 1, programEnd), text.slice(programEnd + 1, pidEnd)];
  return {kind: 'message', host, program, pid: Number(pid), at: messageAt};
}

/** PROCID has 128 characters at most, MSGID 32. */
const longestWord = 128;

/** `-`, or `[id name="value" …]`, in which `"`, `\` and `]` of a value have a `\` in front. */
function endOfStructuredData(text: string, from: number): number | undefined {
  if (text[from] === '-') return from + 1;
  let at = from;
  while (text[at] === '[') {
    let isQuoted = false;
    for (at += 1; isQuoted || text[at] !== ']'; at += 1) {
      if (at >= text.length) return undefined;
      if (text[at] === '"') isQuoted = !isQuoted;
      else if (text[at] === '\\' && isQuoted) at += 1;
    }
    at += 1;
  }
  return at > from ? at : undefined;
}

/** Of UTF-8, which a message may begin with; as Latin-1. */
const byteOrderMark = '\xef\xbb\xbf';

/** rsyslog's messages begin with the blank that stood behind the tag. */
function beginOfMessage(text: string, dataEnd: number): number {
  let at = dataEnd + 1;
  if (text.startsWith(byteOrderMark, at)) at += byteOrderMark.length;
  return text[at] === ' ' ? at + 1 : at;
}

const solarisId = /^\[ID \d{1,10} [\w.]{1,32}\] /;
const repeated = /^message repeated (\d{1,10}) times: \[ ?/;

/**
 * Takes off what a syslogd put around a message.
 *
 * @returns undefined for a repeated one that is cut: with its end the client could choose where
 *   the line ends, and so what it says
 */
function unpack(text: string): {readonly message: string; readonly times: number} | undefined {
  const message = text.startsWith('[ID ') ? text.replace(solarisId, '') : text;
  const match = message.startsWith('message repeated ') ? repeated.exec(message) : null;
  const times = Number(match?.[1] ?? 0);
  if (match === null || times === 0) return {message, times: 1};
  const isWhole = message.endsWith(']') && message.length - match[0].length < longestRepeatedBytes;
  if (!isWhole) return undefined;
  return {message: message.slice(match[0].length, -1), times: Math.min(times, mostTimes)};
}

/** @returns where the stamp begins behind `<21>`, or -1 */
function endOfPriority(text: string): number {
  const end = endOfDigits(text, 1, 3);
  return end > 1 && text[end] === '>' ? end + 1 : -1;
}

/** `<mail.notice> ` (-vv) or `<2.5> ` (-v); FreeBSD's relatives leave the blank out. */
const facility = /^<\w{1,16}\.\w{1,16}> ?/;

function endOfFacility(text: string, at: number): number {
  return at + (facility.exec(text.slice(at, at + 40))?.[0].length ?? 0);
}

/** @returns where the word ends, or where it is too long */
function endOfWord(text: string, at: number, longest: number): number {
  let end = at;
  while (end - at < longest && text.charCodeAt(end) > 0x20) end += 1;
  return end;
}

function endOfDigits(text: string, at: number, most: number): number {
  let end = at;
  while (end - at < most && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end += 1;
  return end;
}

/**
 * Whether a host name in a log is the host that is meant. Syslog writes the short or the full name
 * as its configuration has it, so a name without a dot matches the first label of one with.
 */
export function sameHost(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  if (x === y) return true;
  if (x.includes('.') === y.includes('.')) return false;
  return x.split('.')[0] === y.split('.')[0];
}
