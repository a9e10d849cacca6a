/**
 * Reads what a ruleset refused: `ruleset=check_rcpt, arg1=A, relay=CLIENT, reject=550 5.1.1 A... User
 * unknown` (parseaddr.c rscheck()). A is hostile and occurs twice, so neither the first nor the last `,
 * relay=` can be trusted, only the one around which both A agree.
 */
import type {Address} from '../../net/address.js';
import {parseClient} from './client.js';
import type {MailEvent, SignKind} from '../mail-event.js';
import {subjectOf} from './recipients/recipient.js';
import {isUnknownUser, type Refusal} from './recipients/unknown-user.js';

const relayField = ', relay=';
const refusalField = /, (?:reject=|discard|quarantine=|status=)/g;
const head = /^ruleset=([a-z_]{1,32}), arg1=/;

/**
 * Places that are tried in one line. A count: two texts of 203 characters have no room for more false
 * ones.
 */
const mostPlaces = 64;

const kindOfRuleset: Readonly<Record<string, SignKind>> = {
  check_rcpt: 'recipientRefused',
  check_mail: 'senderRefused',
  check_relay: 'connectionRefused',
};

export function readRuleset(queueId: string | undefined, body: string): MailEvent | undefined {
  const match = head.exec(body);
  if (match === null) return undefined;
  const [whole, name = ''] = match;
  const {argument, client, refusals} = split(body.slice(whole.length));
  const kind = kindOfRuleset[name] ?? 'commandRefused';
  if (name !== 'check_rcpt') return {kind, queueId, client, ...subjectOf(argument)};
  const denied = relayingDenied.test(body);
  const isUnknown = !denied && refusals.length > 0 && refusals.every(isUnknownUser);
  if (isUnknown && queueId !== undefined) {
    return {kind: 'unknownRecipient', queueId, ...subjectOf(argument), client};
  }
  return {kind: denied ? 'relayDenied' : kind, queueId, client, ...subjectOf(argument)};
}

/** From proto.m4. Not "temporarily denied", which a client with a slow name server gets. */
const relayingDenied =
  /\.\.\. Relaying denied(?:\. (?:IP name (?:lookup failed|possibly forged) \[[0-9A-Za-z.:]{2,50}\]|Proper authentication required\.?))?$/;

interface Parts {
  /** What the ruleset was called with. */
  readonly argument: string;
  /** Undefined if its place is uncertain. */
  readonly client: Address | undefined;
  /** Everything that may be the refusal: exactly one if its place is certain. */
  readonly refusals: readonly Refusal[];
}

function split(text: string): Parts {
  const places = placesOf(text);
  // A long message came in pieces. If the client was refused twice, the middle between the two refusals
  // may be missing.
  const only = places.length === 1 && text.length <= longestPieceBytes ? places[0] : undefined;
  if (only !== undefined) return partsAt(text, only);
  const agreeing = places.filter((place) => isRepeated(text, place));
  const [place, ...more] = agreeing;
  // Another refusal, for another argument, may have been joined; so this is treated like a bare line.
  if (place === undefined || more.length > 0) {
    return {argument: text, client: undefined, refusals: refusalsIn(text)};
  }
  return partsAt(text, place);
}

function partsAt(text: string, place: number): Parts {
  const argument = text.slice(0, place);
  const refusal = refusalAt(text, clientEnd(text, place), shortened(argument));
  return {
    argument,
    client: clientAt(text, place),
    refusals: refusal === undefined ? [] : [refusal],
  };
}

const rejection = /, reject=(\d{3})[ -](?:(\d\.\d{1,3}\.\d{1,3}) )?/y;

function refusalAt(text: string, at: number | undefined, argument: string): Refusal | undefined {
  if (at === undefined) return undefined;
  rejection.lastIndex = at;
  const match = rejection.exec(text);
  if (match === null) return undefined;
  const said = text.slice(at + match[0].length);
  const quoted = `${argument}... `;
  const words = said.startsWith(quoted) ? said.slice(quoted.length) : said;
  return {reply: match[1], status: match[2], words};
}

/** The true refusal is among them; the client wrote the others. */
function refusalsIn(text: string): Refusal[] {
  const found: Refusal[] = [];
  let at = text.indexOf(', reject=');
  while (at >= 0 && found.length < mostPlaces) {
    const refusal = refusalAt(text, at, '');
    if (refusal !== undefined) found.push(refusal);
    at = text.indexOf(', reject=', at + 1);
  }
  return found;
}

/** Shorter than what sendmail splits, including the queue id (SYSLOG_BUFSIZE is 1024). Bytes. */
const longestPieceBytes = 900;

function placesOf(text: string): number[] {
  const places: number[] = [];
  let at = text.indexOf(relayField);
  while (at >= 0 && places.length < mostPlaces) {
    places.push(at);
    at = text.indexOf(relayField, at + 1);
  }
  return places;
}

function clientAt(text: string, place: number): Address | undefined {
  return parseClient(text.slice(place + relayField.length, clientEnd(text, place)));
}

/** A client contains no `, `, so the first refusal after it ends it. */
function clientEnd(text: string, place: number): number | undefined {
  refusalField.lastIndex = place;
  return refusalField.exec(text)?.index;
}

/** Whether the refusal quotes exactly what precedes this place, and no further place follows. */
function isRepeated(text: string, place: number): boolean {
  const end = clientEnd(text, place);
  if (end === undefined || clientAt(text, place) === undefined) return false;
  const code = /^, reject=\d{3} (?:\d\.\d{1,3}\.\d{1,3} )?/.exec(text.slice(end, end + 40))?.[0];
  if (code === undefined) return false;
  const quoted = `${shortened(text.slice(0, place))}... `;
  const start = end + code.length;
  return text.startsWith(quoted, start) && !text.includes(relayField, start + quoted.length);
}

/** Shortened as in the refusal: libsm shortenstring(), with MAXSHORTSTR 203. */
function shortened(text: string): string {
  return text.length <= 203 ? text : `${text.slice(0, 100)}...${text.slice(-100)}`;
}
