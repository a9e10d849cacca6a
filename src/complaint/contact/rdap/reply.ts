/**
 * Decides what follows from one HTTP answer of a registry: a record, no holder, another server to ask, or a pause. Decides
 * where a redirect may lead. Cannot see whether the address behind a host name is in our own network: the code that
 * connects does (`sys/contact/get.ts`).
 */
import type {Address} from '../../../net/address.js';
import {isRecord} from '../../../base/shape.js';
import type {RdapRecord} from './record.js';
import {readRdapRecord} from './record.js';

/** An answer as it came. A missing header is undefined. */
export interface HttpReply {
  readonly status: number;
  /** The target of a redirect: a whole URL in its canonical form. */
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly expires: string | undefined;
  readonly body: string;
}

/** Redirects from one registry to the next. A count: RFC 7480 wants clients to follow them; one or two are usual. */
export const mostRedirects = 3;

/** All URLs that were fetched for one address, the first one first. */
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

/** @returns undefined if the text is no JSON */
export function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Length of one URL. Characters. */
const longestUrlCharacters = 1000;

/** A URL without a login in it. */
const plainUrl = /^(https?):\/\/[^/?#@\s]+(?:[/?][^#\s]*)?$/;

/**
 * Never from https to http: the bootstrap file, of the administrator or of IANA, asks for https, and a redirect must not
 * undo that.
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

/** The pause if the server names no time, and the bounds if it does. Ms. */
const [leastPauseMs, usualPauseMs, longestPauseMs] = [2_000, 600_000, 86_400_000];

/** Seconds or a date (RFC 9110 section 10.2.3). @returns ms */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  const text = header?.trim() ?? '';
  const dateMs = Date.parse(text);
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : dateMs - nowMs;
  if (Number.isNaN(waitMs)) return usualPauseMs;
  return Math.min(longestPauseMs, Math.max(leastPauseMs, waitMs));
}
