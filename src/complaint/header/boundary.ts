/**
 * Decides which client handed a message to our mailer: by the one `Received` header that our mailer
 * wrote, and only if our own log says the same. The top header has to be ours: its queue id must be in our
 * log, with the same client and time. The sender can make up the headers below, so they are not read. Only if
 * the client is a relay that the administrator trusts, one more header is read by the same rule. Judges
 * neither the message nor its client.
 */
import {receivedMs} from './date.js';
import {type MessageHeader, valuesOf} from './fields.js';
import {printable} from '../../base/printable.js';
import {isOwnNetwork} from '../../mail/connections.js';
import {type Address, parseAddress} from '../../net/address.js';
import {type Received, readReceived} from '../../queue/received.js';
import type {LogFacts} from '../../queue/trace/log-facts.js';
import {isOurName} from '../../queue/trace/our-received.js';
import {type Exemption, exemptionText} from '../../score/exempt.js';

export type Boundary =
  /** Our log says that this client handed it to us. */
  | {
      readonly kind: 'verified';
      readonly client: Address;
      readonly queueId: string;
      /** By the log. Ms since the epoch. */
      readonly takenMs: number;
      /** `log`: a line in a file, which a local program could have written too. */
      readonly proof: 'journal' | 'log';
    }
  /** No client can be accused. `client`: the client that the header claims, for a person to read. */
  | {readonly kind: 'unverified'; readonly why: string; readonly client: Address | undefined}
  /** A local program, a login, a client of this machine or one that is never blocked. */
  | {readonly kind: 'ours'; readonly why: string; readonly queueId: string}
  /** The null sender: a server that bounces a mail with a forged sender is a victim too. */
  | {readonly kind: 'bounce'; readonly queueId: string};

export interface Known {
  /** The names of this machine, as its mailer writes them, and of the relays that the administrator trusts. */
  readonly names: readonly string[];
  readonly exemptionOf: (address: Address) => Exemption | undefined;
}

/** Between the time in the header and that in the log. Ms: sendmail logs when the whole message has come. */
export const mostApartMs = 5 * 60_000;
/** At most so many trusted relays that a message has passed, one after the other. A count. */
export const mostRelays = 5;

/**
 * A Message-Id of this length is surely whole in the log. Characters: sendmail cuts it at 100 or
 * more (MAXSHORTSTR).
 */
const wholeIdCharacters = 90;
/** Length of a foreign name that is shown. Characters. */
const shownCharacters = 100;
/** Length of a header that a delivery agent writes. Characters. */
const mostLmtpCharacters = 1000;

/** A header that may be ours, or the reason why none is. */
type Hop =
  | {
      readonly kind: 'hop';
      readonly received: Received;
      readonly atMs: number | undefined;
      readonly client: Address | undefined;
    }
  | {readonly kind: 'none'; readonly why: string};

/** A header of the last step, from a mailer to the program that writes the Maildir. It is passed over. */
const byLmtp =
  /^from \S{1,255}(?: \([^()]{0,255}\))? by (\S{1,255})(?: \([^()]{0,200}\))? with LMTP/;

/** The headers that decide: one, and one more for each trusted relay. */
function hopsOf(header: MessageHeader, {names, exemptionOf}: Known): Hop[] {
  const all = valuesOf(header, 'received');
  const [, lmtpHost] = byLmtp.exec((all[0] ?? '').slice(0, mostLmtpCharacters)) ?? [];
  const values = lmtpHost !== undefined && isOurName(lmtpHost, names) ? all.slice(1) : all;
  const hops: Hop[] = [];
  for (const value of values.slice(0, mostRelays + 1)) {
    const hop = hopOf(value, names);
    hops.push(hop);
    const client = hop.kind === 'hop' ? hop.client : undefined;
    if (client === undefined || exemptionOf(client)?.kind !== 'trustedRelay') return hops;
  }
  const why = hops.length === 0 ? 'it has no Received header' : noneBelow;
  return [...hops, {kind: 'none', why}];
}

const noneBelow = 'trusted relays handed it in, and none of their headers names another client';

function hopOf(value: string, names: readonly string[]): Hop {
  const received = readReceived(value);
  if (received === undefined) {
    return {kind: 'none', why: 'its top Received is not of the form that our mailer writes'};
  }
  if (!isOurName(received.host, names)) {
    const host = printable(received.host, shownCharacters);
    return {kind: 'none', why: `its top Received is by ${host}, which is no name of ours`};
  }
  if (received.places === 'several') {
    return {kind: 'none', why: 'its top Received has several places of the form of our mailer'};
  }
  const client = parseAddress(received.client ?? '');
  return {kind: 'hop', received, atMs: receivedMs(value), client};
}

/** The queue ids to look for in the log. */
export const wantedIds = (header: MessageHeader, known: Known): string[] =>
  hopsOf(header, known).flatMap((hop) => (hop.kind === 'hop' ? [hop.received.queueId] : []));

/** @param facts what the log says about `wantedIds` */
export function boundaryOf(header: MessageHeader, known: Known, facts: LogFacts): Boundary {
  let claimed: Address | undefined;
  for (const hop of hopsOf(header, known)) {
    if (hop.kind === 'none') return {kind: 'unverified', why: hop.why, client: claimed};
    const verdict = verdictOf(hop, header, facts);
    if (verdict.kind !== 'verified') return verdict;
    const exemption = known.exemptionOf(verdict.client);
    if (exemption?.kind === 'trustedRelay') {
      claimed = verdict.client;
      continue;
    }
    return exempted(verdict, exemption);
  }
  return {kind: 'unverified', why: noneBelow, client: claimed};
}

const byLogin = 'a client that had logged in handed it in';

type Verified = Extract<Boundary, {kind: 'verified'}>;

function exempted(verdict: Verified, exemption: Exemption | undefined): Boundary {
  const {client, queueId} = verdict;
  if (exemption !== undefined) {
    return {kind: 'ours', why: `${client.text} is ${exemptionText(exemption)}`, queueId};
  }
  const why = `${client.text} is of a private network`;
  return isOwnNetwork(client) ? {kind: 'ours', why, queueId} : verdict;
}

/** The verdict about one header that has our name, by what the log says. */
function verdictOf(
  {received, client, atMs}: Extract<Hop, {kind: 'hop'}>,
  header: MessageHeader,
  facts: LogFacts,
): Boundary {
  const {queueId} = received;
  const unverified = (why: string): Boundary => ({kind: 'unverified', why, client});
  const ours = (why: string): Boundary => ({kind: 'ours', why, queueId});
  if (received.way === 'submitted') return ours('a local program handed it in');
  // The line of the login may be in a log that is gone. Only our mailer writes these words at this place.
  if (received.login === 'authenticated') return ours(byLogin);
  if (facts.handedIn.has(queueId)) return ours('our own submission handed it in');
  const logged = facts.from.get(queueId);
  if (logged === undefined) return unverified(`${queueId} is not in our log`);
  if (logged.user !== undefined) return ours(`the local user ${logged.user} handed it in`);
  if (logged.login !== undefined) return ours(byLogin);
  const isClient = client !== undefined && logged.client === client.text;
  if (!isClient) return unverified(`our log has ${queueId} of another client`);
  if (atMs === undefined) return unverified('its top Received has no time that can be read');
  if (Math.abs(atMs - logged.atMs) > mostApartMs) {
    return unverified(`our log has ${queueId} at another time`);
  }
  if (!isSameMessage(logged.messageId, header)) {
    return unverified(`our log has ${queueId} with another Message-Id`);
  }
  if (logged.sender === '<>') return {kind: 'bounce', queueId};
  const proof = logged.vouched === 'byJournal' ? 'journal' : 'log';
  return {kind: 'verified', client, queueId, takenMs: logged.atMs, proof};
}

/**
 * Whether header and log are about the same message: the header of one message over the body of another is no proof.
 * The log cuts a long Message-Id, and has one only if the message has one.
 */
function isSameMessage(logged: string, header: MessageHeader): boolean {
  if (logged === '' || logged.length >= wholeIdCharacters) return true;
  return valuesOf(header, 'message-id').some((value) => value.trim() === logged);
}
