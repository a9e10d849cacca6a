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
    const hash = queueIdHash(bytes, message);
    const body = hash === 0 ? message : bodyAt(bytes, message);
    if (startsWith(bytes, body, from)) return this.#envelopeMatters(bytes, hash, end);
    if (startsWith(bytes, body, to)) {
      return find(bytes, Math.max(body, end - longestTailBytes), end, userUnknown) >= 0;
    }
    if (isNoise(bytes, body)) return false;
    if (hash !== 0) this.#queueIds.add(hash);
    return true;
  }

  #envelopeMatters(bytes: Bytes, queueIdHash: number, end: number): boolean {
    if (this.#envelopes === 'all' || this.#queueIds.has(queueIdHash)) return true;
    const client = addressHash(bytes, end);
    return client === undefined || this.#clients.has(client);
  }
}

/** A delivery's `stat=` and what the next host said. Bytes: 203 characters of which each may take four. */
const longestTailBytes = 1024;

const [space, openBracket, closeBracket, colon, zero, nine] = [0x20, 0x5b, 0x5d, 0x3a, 0x30, 0x39];

const isDigit = (byte: number): boolean => byte >= zero && byte <= nine;
const isStampEnd = (byte: number): boolean => isDigit(byte) || byte === 0x5a; // Z

/** Behind `[pid]: `; less than nothing when it is not there. */
function messageAt(bytes: Bytes, tagEnd: number, end: number): number {
  let at = tagEnd + 1;
  while (at < end && isDigit(bytes[at] ?? 0)) at += 1;
  const isThere = bytes[at] === closeBracket && bytes[at + 1] === colon && bytes[at + 2] === space;
  return isThere ? at + 3 : -1;
}

/** 0 when there is no queue id in front: 8 characters of any kind, then at least six digits. */
function queueIdHash(bytes: Bytes, message: number): number {
  let hash = 0x811c9dc5;
  let at = message;
  for (; at < message + 8; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  for (; isDigit(bytes[at] ?? 0); at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  const isQueueId = at >= message + 14 && bytes[at] === colon && bytes[at + 1] === space;
  return isQueueId ? hash >>> 0 || 1 : 0;
}

function bodyAt(bytes: Bytes, message: number): number {
  let at = message + 14;
  while (bytes[at] !== colon) at += 1;
  return at + 2;
}

/** What every honest client leaves behind, and the echoes of LogLevel 15. */
function isNoise(bytes: Bytes, body: number): boolean {
  return (
    startsWith(bytes, body, startTls) ||
    startsWith(bytes, body, authServer) ||
    startsWith(bytes, body, received) ||
    startsWith(bytes, body, sent)
  );
}

function find(bytes: Bytes, start: number, end: number, text: Uint8Array): number {
  const first = text[0];
  for (let at = start; at <= end - text.length; at++) {
    if (bytes[at] === first && startsWith(bytes, at, text)) return at;
  }
  return -1;
}
