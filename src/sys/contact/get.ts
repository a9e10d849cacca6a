/**
 * One GET over HTTPS or HTTP, with a bound on bytes and time; the caller follows redirects. If only
 * the Internet may be reached, it checks the address when it connects: a name that leads to a
 * private address is refused, whatever it led to a moment before.
 */
import {type LookupAddress, lookup} from 'node:dns';
import http, {type IncomingMessage} from 'node:http';
import https from 'node:https';
import {isIP, type LookupFunction} from 'node:net';
import {printable} from '../../base/printable.js';

/** An answer as it came. */
interface Reply {
  readonly status: number;
  /** Where it leads, seen from where it stands, and without the part behind `#`. */
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly expires: string | undefined;
  readonly body: string;
}

export type Got =
  | {
      readonly kind: 'reply';
      readonly reply: Reply;
      /** To which address we talked. */ readonly peer: string;
    }
  /** `silent`: nobody answers; `wrong`: what comes is no answer. */
  | {readonly kind: 'silent' | 'wrong'; readonly why: string};

export interface GetBounds {
  /** From the beginning to the last byte. Ms. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
  /** Whether a connection to the address may be made. */
  readonly mayReach: (address: string) => boolean;
  readonly stop: AbortSignal;
}

/** Longest reason that is quoted. Characters. */
const quotedCharacters = 200;
/** Length of the whole header of an answer. Bytes. */
const mostHeaderBytes = 16_384;

class Refused extends Error {}

/** Never fails. */
export async function get(url: string, bounds: GetBounds): Promise<Got> {
  const late = AbortSignal.timeout(bounds.timeoutMs);
  try {
    return await ask(new URL(url), bounds, AbortSignal.any([late, bounds.stop]));
  } catch (error) {
    if (error instanceof Refused) return {kind: 'wrong', why: error.message};
    const why = late.aborted
      ? `no answer within ${bounds.timeoutMs / 1000} s`
      : printable(reasonOf(error as Error), quotedCharacters);
    return {kind: 'silent', why};
  }
}

/** Node's `HTTP/1.1 ...` parse errors and those of sockets have a code, which says it best. */
const reasonOf = ({message, code}: NodeJS.ErrnoException): string =>
  message === '' || message === 'aborted' ? (code ?? 'the connection was cut') : message;

async function ask(url: URL, bounds: GetBounds, signal: AbortSignal): Promise<Got> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !bounds.mayReach(host)) throw new Refused(refusal(host));
  const response = await begin(url, bounds, signal);
  const peer = response.socket.remoteAddress ?? '';
  const {headers} = response;
  const body = response.statusCode === 200 ? await bodyOf(response, bounds.mostBytes) : '';
  response.destroy();
  return {
    ...{kind: 'reply', peer},
    reply: {
      status: response.statusCode ?? 0,
      location: locationOf(headers.location, url),
      retryAfter: headers['retry-after'],
      expires: headers.expires,
      body,
    },
  };
}

function locationOf(location: string | undefined, base: URL): string | undefined {
  if (location === undefined || !URL.canParse(location, base.href)) return undefined;
  const target = new URL(location, base);
  target.hash = '';
  return target.href;
}

const refusal = (address: string): string => `leads to ${address}, which is not of the Internet`;

const begin = (url: URL, {mayReach}: GetBounds, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'GET',
      // A connection of its own, which ends with the answer.
      agent: false,
      signal,
      maxHeaderSize: mostHeaderBytes,
      lookup: onlyWhere(mayReach),
      headers: {
        accept: 'application/rdap+json, application/json',
        'accept-encoding': 'identity',
        'user-agent': 'blocksmtp',
      },
    });
    request.on('response', resolve).on('error', reject).end();
  });

/** The usual search for the addresses of a name, without those that may not be reached. */
const onlyWhere =
  (mayReach: (address: string) => boolean): LookupFunction =>
  (name, options, found) => {
    lookup(name, {...options, all: true}, (error, all: LookupAddress[]) => {
      const good = error === null ? all.filter(({address}) => mayReach(address)) : [];
      const [first] = good;
      if (error !== null) found(error, []);
      else if (first === undefined) found(new Refused(refusal(all[0]?.address ?? name)), []);
      else if (options.all === true) found(null, good);
      else found(null, first.address, first.family);
    });
  };

async function bodyOf(response: IncomingMessage, mostBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > mostBytes) throw new Refused(`the answer is longer than ${mostBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
