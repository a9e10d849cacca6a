/**
 * Takes the frame off one line: when, which host, which program, which pid, which message. Knows
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
 * the first ones with `<21>` in front or not; what may stand behind the host is in `rare/header.ts`. Of the message it takes off what a syslogd put there,
 * `[ID 801593 mail.notice] ` (Solaris) and `message repeated 5 times: [ … ]` (rsyslog), and no more:
 * what programs say is for `mail/`.
 *
 * A line is read from the left, and from where a message begins nothing in it can change what was
 * read before: host, program and pid are never the client's. Each character is looked at a fixed
 * number of times at most.
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
  /** `zone`: whether its stamp names one; undefined where it leaves that open. */
  | {
      readonly kind: 'record';
      readonly record: LogRecord;
      readonly zone: 'named' | undefined;
    }
  /** The message that was last in the same log, so many times more. */
  | {readonly kind: 'repeat'; readonly host: string; readonly times: number; readonly stamp: Stamp}
  | {readonly kind: 'none'; readonly why: NoFrame};

/** Why a line is no record; words for the operator. */
type NoFrame =
  | 'it does not begin with a time'
  | 'no program follows the host'
  | 'its structured data has no end'
  | 'it repeats a message that is cut off'
  | 'it repeats a line that is not known'
  | 'it is a part of a line that was cut'
  | 'it is an entry of the journal that cannot be read';

/** What one line can stand for: far more than a guesser needs to be blocked. A count. */
export const mostTimes = 10_000;

/** RFC 1035 names; IPv6 addresses and `src@host` of syslog-ng are shorter. Characters. */
const longestHost = 255;
/** `postfix-incoming/submission/smtpd` is half of it; RFC 5424 allows 48. Characters. */
const longestProgram = 64;
const longestPid = 10;

/** Headers in front of one another that are taken off. A count: no line is forwarded through more. */
const mostHeaders = 3;

/**
 * @param referenceMs a time not before the line was written (now, or the file's last change), from
 *   which a stamp without a year gets one; ms since the epoch
 * @param stamps they remember what the lines of one log share
 * @param keptAs the stamp that the keeper of the line has put beside it, as text; '' for none
 */
export function readFrame(text: string, referenceMs: number, stamps: Stamps, keptAs = ''): Frame {
  const line = {text, referenceMs, stamps};
  const kept = keptAs === '' ? undefined : stamps.read(keptAs, 0, referenceMs);
  if (kept?.length !== keptAs.length) return readHeader(line, 0, [], noTime);
  const frame = readHeader(line, 0, [kept], noTime);
  if (frame.kind !== 'none') return frame;
  // A mailer that writes to the output of its container itself.
  const header = readRfc3164(text, 0);
  return header.kind === 'message' && header.host === '' ? frameOf(line, header, [kept]) : frame;
}

interface Unframed {
  readonly text: string;
  readonly referenceMs: number;
  readonly stamps: Stamps;
}

/**
 * @param before the stamps of the headers in front of it
 * @param failure what is answered where no header begins here
 */
function readHeader(
  line: Unframed,
  at: number,
  before: readonly Stamp[],
  failure: Frame & {readonly kind: 'none'},
): Frame {
  const {text, referenceMs, stamps} = line;
  const begin = text[at] === '<' ? endOfPriority(text, at) : behindFacilityWord(text, at);
  if (begin < 0) return failure;
  // A syslogd that knows only RFC 3164 takes the priority off what is of RFC 5424, and no more.
  const stampAt = text.startsWith('1 ', begin) ? begin + 2 : begin;
  const usual = stamps.read(text, stampAt, referenceMs);
  const frame = readBehind(line, {begin, stampAt}, usual, before, failure);
  // What is known to be cut, or to have no end, is read in no other way.
  if (frame !== noProgram && frame !== failure) return frame;
  const other = stamps.readOther(text, stampAt, referenceMs);
  return other === undefined ? frame : readBehind(line, {begin, stampAt}, other, before, frame);
}

interface HeaderPlace {
  readonly begin: number;
  /** Behind the version of RFC 5424, where there is one. */
  readonly stampAt: number;
}

function readBehind(
  line: Unframed,
  {begin, stampAt}: HeaderPlace,
  stamp: Stamp | undefined,
  before: readonly Stamp[],
  failure: Frame & {readonly kind: 'none'},
): Frame {
  const {text} = line;
  const end = stampAt + (stamp?.length ?? 0);
  if (stamp === undefined || text[end] !== ' ') return failure;
  const all = [...before, stamp];
  const header = stampAt > begin ? readRfc5424(text, end + 1) : readFileHeader(text, end + 1);
  if (header !== noProgram || all.length === mostHeaders) return frameOf(line, header, all);
  const inner = readHeader(line, end + 1, all, noProgram);
  if (inner.kind !== 'none') return inner;
  const hostAt = text[end + 1] === '<' ? endOfFacility(text, end + 1) : end + 1;
  const hostEnd = endOfWord(text, hostAt, longestHost);
  return text[hostEnd] === ' ' ? readHeader(line, hostEnd + 1, all, noProgram) : noProgram;
}

function frameOf(
  {text, referenceMs, stamps}: Unframed,
  header: Header,
  all: readonly Stamp[],
): Frame {
  if (header.kind === 'none') return header;
  const stamp = bestOf(all);
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

/** The innermost is the writer's own; where it names no zone, one in front that does is better. */
function bestOf(all: readonly Stamp[]): Stamp {
  const innermost = all.at(-1)!;
  if (innermost.local === undefined) return innermost;
  return all.findLast(({local}) => local === undefined) ?? innermost;
}

function none(why: NoFrame): Frame & {readonly kind: 'none'} {
  return {kind: 'none', why};
}

const noTime = none('it does not begin with a time');
const noProgram = none('no program follows the host');

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

/** Of RFC 3164; or of RFC 5424 without what stands in front of its stamp, as NetBSD writes it into files. */
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
    // An IPv6 address may end in a colon too: it is no tag, and a host.
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

/** `sm-mta[28]: `, `sm-mta: `, or what a BSD syslogd writes in place of that for a repeated message. */
function readTag(text: string, at: number, host: string): Header {
  let end = at;
  while (end - at < longestProgram && isTagCharacter(text.charCodeAt(end))) end += 1;
  const pidEnd = text[end] === '[' ? endOfDigits(text, end + 1, longestPid) : end;
  const hasPid = pidEnd > end + 1 && text.startsWith(']: ', pidEnd);
  if (end > at && hasPid) {
    const pid = Number(text.slice(end + 1, pidEnd));
    const messageAt = behindBlanks(text, pidEnd + 3);
    return {kind: 'message', host, program: text.slice(at, end), pid, at: messageAt};
  }
  const repeated = readRepeat(text.slice(at), host);
  if (repeated !== noProgram || end === at || !text.startsWith(': ', end)) return repeated;
  // `mail.info: ` of socklog: more of the header comes behind it.
  if (endOfFacilityWord(text, at) === end) return noProgram;
  const messageAt = behindBlanks(text, end + 2);
  return {kind: 'message', host, program: text.slice(at, end), pid: noPid, at: messageAt};
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
  return times === 0 ? noProgram : {kind: 'repeat', host, times: Math.min(times, mostTimes)};
}

/** `HOST PROGRAM PID MSGID STRUCTURED-DATA MESSAGE` (RFC 5424 section 6); `-` is nothing. */
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

/** @returns where the stamp begins behind `<21>`, or -1 */
function endOfPriority(text: string, at: number): number {
  const end = endOfDigits(text, at + 1, 3);
  return end > at + 1 && text[end] === '>' ? end + 1 : -1;
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
