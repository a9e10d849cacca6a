/**
 * What follows from one HTTP answer of a registry: a record, nobody, another server to ask, a pause. Decides
 * where a redirect may lead; whether the address behind the name is one of this house is seen only where the
 * connection is made (`sys/contact/get.ts`).
 */
import type {Address} from '../../../net/address.js';
import {isRecord} from '../../../base/shape.js';
import type {RdapRecord} from './record.js';
import {readRdapRecord} from './record.js';

/** An answer as it came. Header values are undefined where they are missing. */
export interface HttpReply {
  readonly status: number;
  /** Where it leads, whole and in the usual form of URLs. */
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly expires: string | undefined;
  readonly body: string;
}

/** From one registry to the next. A count: RFC 7480 wants them followed; one or two are usual. */
export const mostRedirects = 3;

/** All URLs that were asked for one address, the first one first. */
type Asked = readonly [string, ...string[]];

export type Next =
  | RdapRecord
  | {readonly kind: 'nobody'; readonly why: string}
  | {readonly kind: 'ask'; readonly url: string}
  | {readonly kind: 'later'; readonly waitMs: number; readonly why: string};

export function nextOf(reply: HttpReply, asked: Asked, address: Address, nowMs: number): Next {
  const {status, body} = reply;
  if (status === 200) return recordIn(body, address);
  if ([301, 302, 303, 307, 308].includes(status)) return redirect(reply.location, asked);
  if (status === 404) return {kind: 'nobody', why: 'the registry knows no such network'};
  if (status === 429 || status === 503) {
    const waitMs = retryAfterMs(reply.retryAfter, nowMs);
    return {kind: 'later', waitMs, why: `the server asks for a pause (${status})`};
  }
  return {kind: 'wrong', why: `the server answers ${status}`};
}

function recordIn(body: string, address: Address): Next {
  const json = jsonIn(body);
  if (!isRecord(json)) return {kind: 'wrong', why: 'the answer is no JSON object'};
  return readRdapRecord(json, address);
}

/** @returns undefined for what is no JSON, as for JSON that says so */
export function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Length of one URL. Characters. */
const longestUrlCharacters = 1000;

/** Without a login in it. */
const plainUrl = /^(https?):\/\/[^/?#@\s]+(?:[/?][^#\s]*)?$/;

/**
 * From https never to http: a redirect would undo what the administrator's own file, or that of IANA, asks
 * for.
 */
function redirect(location: string | undefined, asked: Asked): Next {
  const wrong = (why: string): Next => ({kind: 'wrong', why});
  if (location === undefined || location.length > longestUrlCharacters)
    return wrong('a redirect to no usable place');
  if (asked.length > mostRedirects) return wrong(`more than ${mostRedirects} redirects`);
  const [, scheme] = plainUrl.exec(location) ?? [];
  if (scheme === undefined) return wrong('a redirect to no plain URL of https');
  const mayBeOpen = asked[0].startsWith('http:');
  if (scheme === 'http' && !mayBeOpen) return wrong('a redirect that leaves https');
  if (asked.includes(location)) return wrong('redirects in a circle');
  return {kind: 'ask', url: location};
}

/** A server that names no time, or too short or too long a one. Ms. */
const [leastPauseMs, usualPauseMs, longestPauseMs] = [2_000, 600_000, 86_400_000];

/** Seconds or a date (RFC 9110 section 10.2.3). @returns ms */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  const text = header?.trim() ?? '';
  const dateMs = Date.parse(text);
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : dateMs - nowMs;
  if (Number.isNaN(waitMs)) return usualPauseMs;
  return Math.min(longestPauseMs, Math.max(leastPauseMs, waitMs));
}
