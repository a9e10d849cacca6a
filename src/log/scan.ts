/**
 * Finds in a log, without making a string, the lines that can matter: those that `sendmail.ts` would
 * make an event of which can change a verdict. Everything else is stepped over, from newline to
 * newline, at the cost of some comparisons of bytes. It may give a line too many, never one too few
 * (a test holds it to the parser).
 *
 * Most of a mail log is honest: `from=` lines of envelopes and clients against whom nothing speaks
 * matter to nobody, so the caller tells whom to look out for (`suspect`), and the scanner remembers
 * by itself which envelopes something was said of.
 */
import {type Address} from '../net/address.js';
import {addressHash, addressHashOf} from './address-hash.js';
import {BitSet} from './bit-set.js';
import {type Bytes, bytesOf, startsWith} from './bytes.js';

/**
 * `suspects`: `from=` lines only of envelopes and clients of whom something is known. `all`: every
 * one, which deliveries that fail later need.
 */
export type Envelopes = 'suspects' | 'all';

/** As far as a tag is looked for. Bytes: stamp, PRI and the longest host name. */
const longestHeadBytes = 320;

const from = bytesOf('from=');
const to = bytesOf('to=');
const startTls = bytesOf('STARTTLS=');
const authServer = bytesOf('AUTH=server');
const checkRelay = bytesOf('ruleset=check_relay');
const received = bytesOf('<-- ');
const sent = bytesOf('--- ');
const userUnknown = bytesOf('User unknown');

export class Scanner {
  readonly #tag: Uint8Array;
  readonly #envelopes: Envelopes;
  readonly #queueIds = new BitSet();
  readonly #clients = new BitSet();
  /** What stands between stamp and tag in most lines (the host), and where. */
  #host: Uint8Array = new Uint8Array(0);
  #hostAt = 0;

  /** @param mailerName whose lines count, as its tag in the syslog */
  constructor(mailerName: string, envelopes: Envelopes) {
    this.#tag = bytesOf(mailerName);
    this.#envelopes = envelopes;
  }

  /** From now on the mail that this client sends is of interest. */
  suspect(client: Address): void {
    this.#clients.add(addressHashOf(client));
  }

  /** Whether the line between these places, without its newline, can matter. */
  matters(bytes: Bytes, start: number, end: number): boolean {
    const tagEnd = this.#tagEnd(bytes, start, end);
    if (tagEnd === 'other') return false;
    if (tagEnd === 'unclear') return true;
    const message = messageAt(bytes, tagEnd, end);
    return message < 0 || this.#messageMatters(bytes, message, end);
  }

  /** The end of the mailer's tag; `unclear` where it stands in a frame that is not the usual one. */
  #tagEnd(bytes: Bytes, start: number, end: number): number | 'other' | 'unclear' {
    const tag = this.#tag;
    const tagAt = start + this.#hostAt + this.#host.length;
    if (this.#host.length > 0 && startsWith(bytes, start + this.#hostAt, this.#host)) {
      // The same host behind a stamp of the same length: here the tag is, whosever it is.
      return startsWith(bytes, tagAt, tag) && bytes[tagAt + tag.length] === openBracket
        ? tagAt + tag.length
        : 'other';
    }
    const found = find(bytes, start, Math.min(end, start + longestHeadBytes), tag);
    if (found < 0) return 'other';
    if (bytes[found + tag.length] !== openBracket || bytes[found - 1] !== space) return 'unclear';
    return this.#learnHost(bytes, start, found) ? found + tag.length : 'unclear';
  }

  /** Takes the frame of this line for the usual one: ` host ` behind a stamp. */
  #learnHost(bytes: Bytes, start: number, tagAt: number): boolean {
    let hostAt = tagAt - 2;
    while (hostAt > start && bytes[hostAt] !== space) hostAt -= 1;
    // A stamp ends in a digit or a zone; without one behind it there is no host (`<22>Jun 26 …`).
    if (hostAt - start < 15 || !isStampEnd(bytes[hostAt - 1] ?? 0)) return false;
    this.#host = bytes.slice(hostAt, tagAt);
    this.#hostAt = hostAt - start;
    return true;
  }

  #messageMatters(bytes: Bytes, message: number, end: number): boolean {
    const body = bodyAt(bytes, message);
    switch (bytes[body] ?? 0) {
      case letterF:
        if (startsWith(bytes, body, from)) return this.#envelopeMatters(bytes, message, body, end);
        break;
      case letterT:
        if (startsWith(bytes, body, to)) return mayBeUnknown(bytes, body, end);
        break;
      case letterS:
        if (startsWith(bytes, body, startTls)) return false;
        break;
      case letterA:
        if (startsWith(bytes, body, authServer)) return false;
        break;
      case letterR:
        if (startsWith(bytes, body, checkRelay)) return false;
        break;
      case less:
      case minus:
        if (startsWith(bytes, body, received) || startsWith(bytes, body, sent)) return false;
    }
    this.#queueIds.add(hashOf(bytes, message, body));
    return true;
  }

  #envelopeMatters(bytes: Bytes, message: number, body: number, end: number): boolean {
    if (this.#envelopes === 'all' || this.#queueIds.has(hashOf(bytes, message, body))) return true;
    const client = addressHash(bytes, end);
    return client === undefined || this.#clients.has(client);
  }
}

/** A delivery's `stat=` and what the next host said. Bytes: 203 characters of which each may take four. */
const longestTailBytes = 1024;

// Single constants, because they are compared a hundred times for each line.
const space = 0x20;
const closeParenthesis = 0x29;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const less = 0x3c;
const letterA = 0x41;
const letterS = 0x53;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const letterF = 0x66;
const letterN = 0x6e;
const letterR = 0x72;
const letterT = 0x74;

const isDigit = (byte: number): boolean => byte >= zero && byte <= nine;
const isStampEnd = (byte: number): boolean => isDigit(byte) || byte === 0x5a; // Z

/** Behind `[pid]: `; less than nothing when it is not there. */
function messageAt(bytes: Bytes, tagEnd: number, end: number): number {
  let at = tagEnd + 1;
  while (at < end && isDigit(bytes[at] ?? 0)) at += 1;
  const isThere = bytes[at] === closeBracket && bytes[at + 1] === colon && bytes[at + 2] === space;
  return isThere ? at + 3 : -1;
}

/** Behind the queue id (8 characters of any kind, at least six digits, a colon), if there is one. */
function bodyAt(bytes: Bytes, message: number): number {
  let at = message + 8;
  while (isDigit(bytes[at] ?? 0)) at += 1;
  const isQueueId = at >= message + 14 && bytes[at] === colon && bytes[at + 1] === space;
  return isQueueId ? at + 2 : message;
}

function hashOf(bytes: Bytes, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash >>> 0;
}

/** `stat=User unknown`, and then maybe what the next host said, in brackets. */
function mayBeUnknown(bytes: Bytes, body: number, end: number): boolean {
  const last = bytes[end - 1];
  if (last === letterN) return startsWith(bytes, end - userUnknown.length, userUnknown);
  if (last !== closeParenthesis) return false;
  return find(bytes, Math.max(body, end - longestTailBytes), end, userUnknown) >= 0;
}

function find(bytes: Bytes, start: number, end: number, text: Uint8Array): number {
  const first = text[0];
  for (let at = start; at <= end - text.length; at++) {
    if (bytes[at] === first && startsWith(bytes, at, text)) return at;
  }
  return -1;
}
