/**
 * What some syslogds write between the host and the tag, and where the tag begins after it:
 *
 *     HOST mail.notice TAG[PID]:                    busybox; `mail:notice` of AIX
 *     HOST Message forwarded from RELAY: TAG[PID]:  AIX; the message is of RELAY
 *     HOST RELAY TAG[PID]:                          a BSD syslogd that puts the sender in front of a
 *                                                   header that has its host already
 *
 *     mail.info HOST TAG[PID]:                      templates of rsyslog and syslog-ng; in front of the
 *                                                   stamp too
 *     [TAG] MESSAGE                                 metalog
 *     HOST TAG PID MSGID - MESSAGE                  RFC 5424 in a file, without priority and version
 *
 * A tag ends in a colon, so none of these is a tag, and nothing after a tag is examined. The caller
 * decides whether what follows really is a tag.
 */

/** Facilities and levels as in syslog.h, and those of FreeBSD, AIX and OpenBSD. */
const facilities =
  'kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|ntp|security|console|local[0-7]';
const levels = 'emerg|panic|alert|crit|err|error|warning|warn|notice|info|debug';
const facility = new RegExp(`^(?:${facilities})[.:](?:${levels})(?=[ :])`);
/** The length of `authpriv.warning` and the characters after it. Characters. */
const longestFacility = 20;

const forwarded = /^(?:Message )?[Ff]orwarded from ([^\s:[\]]{1,255}): /;
const longestForwarded = 290;

const hostWord = /^([0-9A-Za-z][\w.:@-]{0,253}\w) /;
const longestHostWord = 257;
const isAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:.]*:[\da-f:.]*)$/i;

/** @returns the end of the word that names facility and level; `at` if there is none */
export function endOfFacilityWord(text: string, at: number): number {
  return at + (facility.exec(text.slice(at, at + longestFacility))?.[0].length ?? 0);
}

/** @returns where the header continues after `mail.info ` or `mail.info: `; `at` if there is none */
export function behindFacilityWord(text: string, at: number): number {
  const end = endOfFacilityWord(text, at);
  if (end === at) return at;
  return text[end] === ':' ? end + 2 : end + 1;
}

/** Begins with a letter: `[192.0.2.1]` is a host. */
const bracketed = /^\[([A-Za-z][^\s:[\]]{0,63})(?:\[(\d{1,10})\])?\] (?:\[(\d{1,10})\] )?/;
const longestBracketed = 96;

export interface Tag {
  readonly program: string;
  readonly pid: number | undefined;
  /** Where the message begins. */
  readonly at: number;
}

/** `[sm-mta] `, as metalog writes `sm-mta[34]: `. */
export function bracketedTag(text: string, at: number): Tag | undefined {
  if (text[at] !== '[') return undefined;
  const match = bracketed.exec(text.slice(at, at + longestBracketed));
  if (match === null) return undefined;
  const [whole, program = '', pid = match[3]] = match;
  return {program, pid: pid === undefined ? undefined : Number(pid), at: at + whole.length};
}

/** `HOST TAG 34 - - MESSAGE`. The process id is required; without it these could be ordinary words. */
const bareRfc5424 = /^\S{1,255} \S{1,64} \d{1,10} \S{1,32} (?:- |\[\w)/;
const longestBareRfc5424 = 380;

export const isBareRfc5424 = (text: string, at: number): boolean =>
  bareRfc5424.test(text.slice(at, at + longestBareRfc5424));

/**
 * The most blanks before a message: a template may write one before a message that begins with one. A
 * count.
 */
const mostBlanks = 8;

export function behindBlanks(text: string, at: number): number {
  let end = at;
  while (end - at < mostBlanks && text[end] === ' ') end += 1;
  return end;
}

interface TagPlace {
  readonly host: string;
  readonly at: number;
}

/** @param at where the tag would begin, after the host */
export function tagBehindMore(text: string, at: number, host: string): TagPlace | undefined {
  const facilityEnd = endOfFacilityWord(text, at);
  const next = facilityEnd > at && text[facilityEnd] === ' ' ? facilityEnd + 1 : at;
  const [told, from] = forwarded.exec(text.slice(next, next + longestForwarded)) ?? [];
  if (told !== undefined && from !== undefined) return {host: from, at: next + told.length};
  if (next > at) return {host, at: next};
  const [, second] = hostWord.exec(text.slice(at, at + longestHostWord)) ?? [];
  if (second === undefined || !isSender(host, second)) return undefined;
  return {host: second, at: at + second.length + 1};
}

/**
 * Whether the two words can mean one host: the sender's address, or its short and full name. Otherwise
 * any two words of a program without a tag would match.
 */
function isSender(sender: string, host: string): boolean {
  const label = (name: string): string | undefined => name.toLowerCase().split('.')[0];
  return isAddress.test(sender) || label(sender) === label(host);
}
