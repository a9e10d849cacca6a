/**
 * Sends one GET over HTTPS or HTTP, with a bound on bytes and time. The caller follows redirects. If only
 * the Internet may be reached, this checks the address at the moment of the connection. So a name that leads to a
 * private address is refused, even if it led elsewhere a moment before.
 */
import {type LookupAddress, lookup} from 'node:dns';
import http, {type IncomingMessage} from 'node:http';
import https from 'node:https';
import {isIP, type LookupFunction} from 'node:net';
import {printable} from '../../base/printable.js';

/** An answer as it came. */
interface Reply {
  readonly status: number;
  /** The target of a redirect, as an absolute URL without the part behind `#`. */
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly expires: string | undefined;
  readonly body: string;
}

export type Got =
  | {
      readonly kind: 'reply';
      readonly reply: Reply;
      /** The address of the server. */ readonly peer: string;
    }
  /** `silent`: no answer. `wrong`: an answer that cannot be used. */
  | {readonly kind: 'silent' | 'wrong'; readonly why: string};

export interface GetBounds {
  /** Time from the beginning to the last byte. Ms. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
  /** Whether a connection to the address may be made. */
  readonly mayReach: (address: string) => boolean;
  readonly stop: AbortSignal;
}

/** Length of a quoted reason. Characters. */
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

/** Some errors of Node have no useful message; then their code is the reason. */
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
      // Uses a new connection, which ends with the answer.
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

/** The usual look-up of a name, without addresses that may not be reached. */
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
