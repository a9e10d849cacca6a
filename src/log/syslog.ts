/**
 * Parses the frame of one line: time, host, program, pid, message. Knows
 *
 *     STAMP HOST TAG[PID]: MESSAGE                  RFC 3164 as files have it; STAMP: `stamp.ts`
 *     STAMP <mail.notice> HOST TAG[PID]: MESSAGE    FreeBSD syslogd -v and -vv
 *     STAMP TAG[PID]: MESSAGE                       as programs and BSD forward it; host is ''
 *     <21>1 STAMP HOST TAG PID MSGID - MESSAGE      RFC 5424, with its structured data
 *     STAMP HOST TAG: MESSAGE                       a tag without a pid, with a host or without
 *     STAMP HOST last message repeated 5 times      BSD, sysklogd: which message is for `frames.ts`
 *     STAMP FRAME, STAMP HOST FRAME                 forwarded, and another header put in front: a BSD
 *                                                   syslogd, logstash, `docker logs -t`
 *
 * `<21>` may precede all of these. `rare/header.ts` knows what may follow the host. From the message it removes
 * only what a syslogd adds: `[ID 801593 mail.notice] ` (Solaris) and `message repeated 5 times: [ … ]` (rsyslog).
 * `mail/` parses what the programs say.
 *
 * A line is parsed from the left. Once the message begins, nothing in it can change what was parsed before, so a
 * client never controls host, program or pid. Each character is examined at most a fixed number of times.
 */
import {
  behindBlanks,
  behindFacilityWord,
  bracketedTag,
  endOfFacilityWord,
  isBareRfc5424,
  type Tag,
  tagBehindMore,
} from './rare/header.js';
import {unpack} from './rare/said.js';
import {type LogRecord, noPid} from './record.js';
import type {Stamp, Stamps} from './stamp.js';

export type Frame =
  /** `zone`: `named` if its stamp names one; undefined if not. */
  | {
      readonly kind: 'record';
      readonly record: LogRecord;
      readonly zone: 'named' | undefined;
    }
  /** Repeats the last message of this log, `times` times. */
  | {readonly kind: 'repeat'; readonly host: string; readonly times: number; readonly stamp: Stamp}
  | {readonly kind: 'none'; readonly why: NoFrame};

/** Why a line is not a record, in words for the operator. */
type NoFrame =
  | 'it does not begin with a time'
  | 'no program follows the host'
  | 'its structured data has no end'
  | 'it repeats a message that is cut off'
  | 'it repeats a line that is not known'
  | 'it is a part of a line that was cut'
  | 'it is an entry of the journal that cannot be read';

/** The most messages that one line can stand for: far more than it takes to block a guesser. A count. */
export const mostTimes = 10_000;

/** The longest host. Characters: names of RFC 1035; IPv6 addresses and syslog-ng's `src@host` are shorter. */
const longestHost = 255;
/** The longest program name. Characters: `postfix-incoming/submission/smtpd` is half of it; RFC 5424 allows 48. */
const longestProgram = 64;
const longestPid = 10;

/** The most headers, one before the other, that are removed. A count: no line is forwarded more often. */
const mostHeaders = 3;

/**
 * @param referenceMs a time not before the line was written (now, or the file's last change), from which a stamp
 *   without a year gets its year; ms since the epoch
 * @param stamps remembers what the lines of one log have in common
 * @param keptAs the stamp that a container runtime wrote beside the line, as text; '' for none
 */
export function readFrame(text: string, referenceMs: number, stamps: Stamps, keptAs = ''): Frame {
  const line = {text, referenceMs, stamps};
  const kept = keptAs === '' ? undefined : stamps.read(keptAs, 0, referenceMs);
  if (kept?.length !== keptAs.length) return readHeader(line, 0, noHeaders, noTime);
  const frame = readHeader(line, 0, behind(noHeaders, kept), noTime);
  if (frame.kind !== 'none') return frame;
  // The mailer writes directly to its container's output.
  const header = readRfc3164(text, 0);
  return header.kind === 'message' && header.host === '' ? frameOf(line, header, kept) : frame;
}

/** What the headers before a header say about the time. */
interface OuterHeaders {
  readonly headers: number;
  /** The innermost of their stamps that names a zone. */
  readonly zoned: Stamp | undefined;
}

const noHeaders: OuterHeaders = {headers: 0, zoned: undefined};

const behind = ({headers, zoned}: OuterHeaders, stamp: Stamp): OuterHeaders => ({
  headers: headers + 1,
  zoned: stamp.local === undefined ? stamp : zoned,
});

interface Unframed {
  readonly text: string;
  readonly referenceMs: number;
  readonly stamps: Stamps;
}

/**
 * @param outer the headers before this one
 * @param failure the result if no header begins here
 */
function readHeader(
  line: Unframed,
  at: number,
  outer: OuterHeaders,
  failure: Frame & {readonly kind: 'none'},
): Frame {
  const {text, referenceMs, stamps} = line;
  const begin = text[at] === '<' ? endOfPriority(text, at) : behindFacilityWord(text, at);
  if (begin < 0) return failure;
  // A syslogd that knows only RFC 3164 removes just the priority from a message of RFC 5424.
  const stampAt = text.startsWith('1 ', begin) ? begin + 2 : begin;
  const usual = stamps.read(text, stampAt, referenceMs);
  const frame = readBehind(line, {begin, stampAt}, usual, outer, failure);
  // A line that is known to be truncated, or to have no end, must not be parsed in any other way.
  if (frame !== noProgram && frame !== failure) return frame;
  const other = stamps.readOther(text, stampAt, referenceMs);
  return other === undefined ? frame : readBehind(line, {begin, stampAt}, other, outer, frame);
}

interface HeaderPlace {
  readonly begin: number;
  /** After the version of RFC 5424, if there is one. */
  readonly stampAt: number;
}

function readBehind(
  line: Unframed,
  {begin, stampAt}: HeaderPlace,
  stamp: Stamp | undefined,
  outer: OuterHeaders,
  failure: Frame & {readonly kind: 'none'},
): Frame {
  const {text} = line;
  const end = stampAt + (stamp?.length ?? 0);
  if (stamp === undefined || text[end] !== ' ') return failure;
  const header = stampAt > begin ? readRfc5424(text, end + 1) : readFileHeader(text, end + 1);
  if (header !== noProgram || outer.headers + 1 === mostHeaders) {
    return frameOf(line, header, bestOf(stamp, outer));
  }
  const both = behind(outer, stamp);
  const inner = readHeader(line, end + 1, both, noProgram);
  if (inner.kind !== 'none') return inner;
  const hostAt = text[end + 1] === '<' ? endOfFacility(text, end + 1) : end + 1;
  const hostEnd = endOfWord(text, hostAt, longestHost);
  return text[hostEnd] === ' ' ? readHeader(line, hostEnd + 1, both, noProgram) : noProgram;
}

function frameOf({text, referenceMs, stamps}: Unframed, header: Header, stamp: Stamp): Frame {
  if (header.kind === 'none') return header;
  if (header.kind === 'repeat') return {...header, stamp};
  const {host, program, pid} = header;
  const said = unpack(text.slice(header.at));
  if (said === undefined) return none('it repeats a message that is cut off');
  const message = said.message;
  const times = Math.min(said.times, mostTimes);
  const atMs = stamps.settle(stamp, message, referenceMs);
  const record = {atMs, host, program, pid, message, times, writer: undefined};
  return {kind: 'record', record, zone: zoneOf(stamp)};
}

export const zoneOf = ({local}: Stamp): 'named' | undefined =>
  local === undefined ? 'named' : undefined;

/** The innermost stamp is the writer's own. If it names no zone, an outer one that does is better. */
const bestOf = (innermost: Stamp, {zoned}: OuterHeaders): Stamp =>
  innermost.local === undefined ? innermost : (zoned ?? innermost);

function none(why: NoFrame): Frame & {readonly kind: 'none'} {
  return {kind: 'none', why};
}

const noTime = none('it does not begin with a time');
const noProgram = none('no program follows the host');

/** What stands between the stamp and the message. */
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

/** A header of RFC 3164; or one of RFC 5424 without what precedes its stamp, as NetBSD writes it into files. */
function readFileHeader(text: string, at: number): Header {
  const header = readRfc3164(text, at);
  if (header !== noProgram) return header;
  const behindFacility = behindFacilityWord(text, at);
  if (behindFacility > at) return readRfc3164(text, behindFacility);
  return isBareRfc5424(text, at) ? readRfc5424(text, at) : noProgram;
}

function readRfc3164(text: string, at: number): Header {
  const bracketed = bracketedTag(text, at);
  if (bracketed !== undefined) return tagged('', bracketed);
  const hostAt = text[at] === '<' ? endOfFacility(text, at) : at;
  const hostEnd = endOfWord(text, hostAt, longestHost);
  if (text[hostEnd - 1] === ':') {
    if (endOfFacilityWord(text, hostAt) === hostEnd - 1) return noProgram;
    const header = readTag(text, hostAt, '');
    // An IPv6 address may end in a colon too; then it is a host, not a tag.
    if (header !== noProgram) return header;
  }
  if (text.startsWith(repeatHead, hostAt)) return readRepeat(text.slice(hostAt), '');
  if (hostEnd === hostAt || text[hostEnd] !== ' ') return noProgram;
  const host = text.slice(hostAt, hostEnd);
  const header = readTag(text, hostEnd + 1, host);
  if (header !== noProgram) return header;
  const behindHost = bracketedTag(text, hostEnd + 1);
  if (behindHost !== undefined) return tagged(host, behindHost);
  const place = tagBehindMore(text, hostEnd + 1, host);
  return place === undefined ? noProgram : readTag(text, place.at, place.host);
}

const tagged = (host: string, {pid = noPid, ...tag}: Tag): Header => ({
  ...{kind: 'message', host, pid},
  ...tag,
});

/** `sm-mta[28]: `, `sm-mta: `, or what a BSD syslogd writes instead for a repeated message. */
function readTag(text: string, at: number, host: string): Header {
  let end = at;
  while (end - at < longestProgram && isTagCharacter(text.charCodeAt(end))) end += 1;
  const pidEnd = text[end] === '[' ? endOfDigits(text, end + 1, longestPid) : end;
  const hasPid = pidEnd > end + 1 && text.startsWith(']: ', pidEnd);
  if (end > at && hasPid) {
    const [program, pid] = [text.slice(at, end), Number(text.slice(end + 1, pidEnd))];
    return {kind: 'message', host, program, pid, at: behindBlanks(text, pidEnd + 3)};
  }
  const repeated = readRepeat(text.slice(at), host);
  if (repeated !== noProgram || end === at || !text.startsWith(': ', end)) return repeated;
  // `mail.info: ` of socklog: more of the header follows.
  if (endOfFacilityWord(text, at) === end) return noProgram;
  const program = text.slice(at, end);
  return {kind: 'message', host, program, pid: noPid, at: behindBlanks(text, end + 2)};
}

/** Anything but blanks, control characters, `:`, `[` and `]`. NaN is past the end. */
function isTagCharacter(code: number): boolean {
  return code > 0x20 && code !== 0x3a && code !== 0x5b && code !== 0x5d;
}

const repeatHead = 'last message ';
/** FreeBSD 12 puts its name before it (syslogd.c, fprintlog_successive()); sysklogd 2 writes `buffered`. */
const repeat = /^(?:syslogd: )?last message (?:repeated|buffered) (\d{1,10}) times?$/;

function readRepeat(text: string, host: string): Header {
  const times = Number(repeat.exec(text)?.[1] ?? 0);
  return times === 0 ? noProgram : {kind: 'repeat', host, times: Math.min(times, mostTimes)};
}

/** `HOST PROGRAM PID MSGID STRUCTURED-DATA MESSAGE` (RFC 5424, section 6); `-` means none. */
function readRfc5424(text: string, at: number): Header {
  const hostEnd = endOfWord(text, at, longestHost);
  const programEnd = endOfWord(text, hostEnd + 1, longestProgram);
  const pidEnd = endOfWord(text, programEnd + 1, longestWord);
  const idEnd = endOfWord(text, pidEnd + 1, longestWord);
  const isWhole = [hostEnd, programEnd, pidEnd, idEnd].every((end) => text[end] === ' ');
  if (!isWhole || hostEnd === at || programEnd === hostEnd + 1) return noProgram;
  const dataEnd = endOfStructuredData(text, idEnd + 1);
  if (dataEnd === undefined) return none('its structured data has no end');
  const written = text.slice(at, hostEnd);
  const host = written === '-' ? '' : written;
  const messageAt = beginOfMessage(text, dataEnd);
  const isPid = pidEnd === endOfDigits(text, programEnd + 1, longestPid) && pidEnd > programEnd + 1;
  const program = text.slice(hostEnd + 1, programEnd);
  if (isPid) {
    const pid = Number(text.slice(programEnd + 1, pidEnd));
    return {kind: 'message', host, program, pid, at: messageAt};
  }
  const repeated = readRepeat(text.slice(messageAt), host);
  if (repeated !== noProgram || program === '-') return repeated;
  return {kind: 'message', host, program, pid: noPid, at: messageAt};
}

/** PROCID has at most 128 characters, MSGID 32. */
const longestWord = 128;

/** `-`, or `[id name="value" …]`, where `\` precedes each `"`, `\` and `]` in a value. */
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

/** The byte order mark of UTF-8, as Latin-1; a message may begin with it. */
const byteOrderMark = '\xef\xbb\xbf';

/** rsyslog's messages begin with the blank that followed the tag. */
function beginOfMessage(text: string, dataEnd: number): number {
  let at = dataEnd + 1;
  if (text.startsWith(byteOrderMark, at)) at += byteOrderMark.length;
  return text[at] === ' ' ? at + 1 : at;
}

/** @returns where the stamp begins after `<21>`, or -1 */
function endOfPriority(text: string, at: number): number {
  const end = endOfDigits(text, at + 1, 3);
  return end > at + 1 && text[end] === '>' ? end + 1 : -1;
}

/** `<mail.notice> ` (-vv) or `<2.5> ` (-v); FreeBSD's relatives omit the blank. */
const facility = /^<\w{1,16}\.\w{1,16}> ?/;

function endOfFacility(text: string, at: number): number {
  return at + (facility.exec(text.slice(at, at + 40))?.[0].length ?? 0);
}

/** @returns the end of the word, or the place where it becomes too long */
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
 * Whether a host name in a log means this host. Depending on its configuration, syslog writes the short or the full
 * name, so a name without a dot matches the first label of one with a dot.
 */
export function sameHost(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  if (x === y) return true;
  if (x.includes('.') === y.includes('.')) return false;
  return x.split('.')[0] === y.split('.')[0];
}
