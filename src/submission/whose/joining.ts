/**
 * Decides who sent a mail, from the lines about it: the login of the session; otherwise the local user
 * that the submission names when it hands the message to the relay; otherwise the host. Counts each
 * message once, by the line in which the relay took it, even if it is tried again, split or
 * handed on.
 *
 * Mail of strangers is incoming mail, and counts separately. So do bounces of mailers.
 * `submission/limits.ts` decides what is too much.
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import type {Table} from '../../base/mechanisms/table.js';
import type {LogRecord} from '../../log/record.js';
import {noPid} from '../../log/record.js';
import {sameHost} from '../../log/syslog.js';
import {type AuthorshipOf, vouchingOf} from '../../mail/authorship.js';
import type {Accepted, Attempted, TransitEvent} from '../../mail/transit/transit-event.js';
import type {Address} from '../../net/address.js';
import {domainsIn, peopleIn} from './domains.js';
import type {Fact, Place, Vouched} from './fact.js';
import {
  keyOf,
  longestTransitMs,
  mostInTransit,
  type Transit,
  withDeferred,
  withEnded,
} from './in-transit.js';
import {authKey, hostKey, type SenderKey, uidKey, unknownLocal} from './sender.js';

/** At most so many sessions with a login. A count: some hundred bytes each. */
const mostLogins = 20_000;
/** A login counts for so long after the last message of its process, because pids are used again. Ms. */
export const longestSessionMs = 70 * 60_000;
/** The relay's mail from this machine waits for the line of the submission for so long. Ms, of the log. */
export const longestWaitMs = 60_000;
/** At most so many lines of the submission that came before the relay's. A count. */
const mostClaims = 10_000;

/** Plain data, saved unchanged. */
export interface MailLogin {
  readonly address: string;
  readonly name: string;
  readonly vouched: Vouched;
  readonly lastMs: number;
}

interface JoiningTables {
  readonly mailInTransit: Table<Transit>;
  readonly mailLogins: Table<MailLogin>;
}

export interface JoiningRules {
  /** This machine's name, because the users of another relay are other people. */
  readonly ownHost: string;
  readonly authorshipOf: AuthorshipOf;
  readonly isProgram: (executable: string) => boolean;
  /** Whether mail of this client is mail of our own users. */
  readonly isOwn: (client: Address) => boolean;
}

interface Claim {
  readonly sender: SenderKey;
  readonly vouched: Vouched;
  /** `same`: the message was counted before, under another queue id. */
  readonly is: 'new' | 'same';
}

export class Joining {
  readonly #transits: Table<Transit>;
  readonly #logins: Table<MailLogin>;
  readonly #rules: JoiningRules;
  /** Messages that were counted, and whose further way does not matter. */
  readonly #past = new BoundedMap<string, true>(mostClaims);
  readonly #claims = new BoundedMap<string, Claim>(mostClaims);
  /** Messages that wait for a line, in the order in which they came. */
  readonly #waiting = new Map<string, number>();

  constructor({mailInTransit, mailLogins}: JoiningTables, rules: JoiningRules) {
    mailInTransit.limitTo(mostInTransit);
    mailLogins.limitTo(mostLogins);
    this.#transits = mailInTransit;
    this.#logins = mailLogins;
    this.#rules = rules;
    for (const [key, {waits, atMs}] of mailInTransit.entries()) {
      if (waits === 'relay') this.#waiting.set(key, atMs);
    }
  }

  /** @param event what was read from the record */
  take(record: LogRecord, event: TransitEvent): Fact[] {
    const vouched = this.#vouchedFor(record, event);
    if (vouched === 'foreign') return [];
    return [...this.#noLongerWaiting(record.atMs), ...this.#take(record, event, vouched)];
  }

  /** Facts that follow because time passed. */
  sweep(nowMs: number): Fact[] {
    const facts = this.#noLongerWaiting(nowMs);
    for (const [key, {atMs}] of this.#transits.entries()) {
      if (nowMs - atMs > longestTransitMs) this.#transits.delete(key);
    }
    for (const [key, {lastMs}] of this.#logins.entries()) {
      if (nowMs - lastMs > longestSessionMs) this.#logins.delete(key);
    }
    return facts;
  }

  #take(record: LogRecord, event: TransitEvent, vouched: Vouched): Fact[] {
    const {host, atMs} = record;
    switch (event.kind) {
      case 'labelChanged':
        return [{kind: 'labelChanged', what: event.what, user: event.user, atMs, host}];
      case 'loggedIn': {
        if (record.pid === noPid) return [];
        const login = {address: event.client.text, name: event.name, vouched, lastMs: atMs};
        this.#logins.set(processOf(record), login);
        return [];
      }
      case 'connected':
        this.#logins.delete(processOf(record));
        return [];
      case 'cloned': {
        const parent = this.#transits.get(keyOf(host, event.queueId));
        if (parent?.sender === undefined) return [];
        const {sender, vouched: its} = parent;
        // It goes to the members of a list, whose owner gets the bounces. The sender chose none of these recipients.
        const clone = {atMs, sender, vouched: its, recipients: 0, left: 0};
        this.#transits.set(keyOf(host, event.cloneId), clone);
        return [];
      }
      case 'accepted':
        return this.#accepted(record, event, vouched);
      case 'attempted':
        return this.#attempted(record, event, vouched);
    }
  }

  #accepted(record: LogRecord, event: Accepted, vouched: Vouched): Fact[] {
    const {host, atMs} = record;
    const {queueId, from, sender, recipients} = event;
    const key = keyOf(host, queueId);
    // The line is a repetition. Each message counts once.
    if (this.#transits.get(key) !== undefined || this.#past.has(key)) return [];
    const fresh: Transit = {
      atMs,
      vouched,
      recipients,
      left: recipients,
      from: typed(sender),
    };
    if (from === 'program') {
      this.#transits.set(key, {...fresh, waits: 'submission'});
      return [];
    }
    const login = this.#loginOf(record, from);
    const place = {host, queueId};
    if (login !== undefined) {
      const both = login.vouched === 'yes' ? vouched : 'no';
      return this.#count(key, {...fresh, vouched: both}, authKey(login.name), place, from.text);
    }
    if (isLoopback(from)) {
      const claim = this.#claims.get(key);
      if (claim !== undefined) return this.#claimed(key, fresh, claim, place);
      this.#transits.set(key, {...fresh, waits: 'relay'});
      this.#waiting.set(key, atMs);
      return [];
    }
    if (!this.#rules.isOwn(from)) return this.#apart(key, fresh, 'incoming');
    if (sender === '') return this.#apart(key, fresh, 'bounce');
    return this.#count(key, fresh, hostKey(from.text), place, from.text);
  }

  #apart(key: string, transit: Transit, what: 'bounce' | 'incoming'): Fact[] {
    // Not kept among mail on its way: most mail of a relay is incoming, and would push out the rest.
    this.#transits.delete(key);
    this.#past.set(key, true);
    return [{kind: 'apart', what, recipients: transit.recipients}];
  }

  #count(key: string, transit: Transit, sender: SenderKey, place: Place, peer: string): Fact[] {
    const {failed = 0, from = '', atMs, recipients, vouched, left, deferred} = transit;
    const kept = {...(from === '' && {from}), ...(failed > 0 && {failed})};
    this.#transits.set(key, {atMs, sender, vouched, recipients, left, deferred, ...kept});
    this.#waiting.delete(key);
    const mail: Fact = {kind: 'mail', sender, atMs, recipients, vouched, place, from, peer};
    const told = {kind: 'told', sender, message: key, atMs, domains: [], people: []} as const;
    return [
      mail,
      ...(failed > 0 ? [{...told, outcome: 'failed', recipients: failed} as const] : []),
      ...(deferred === undefined
        ? []
        : [{...told, outcome: 'deferred', recipients: deferred.length} as const]),
    ];
  }

  #claimed(key: string, transit: Transit, claim: Claim, place: Place): Fact[] {
    const vouched = claim.vouched === 'yes' ? transit.vouched : 'no';
    if (claim.is === 'new') return this.#count(key, {...transit, vouched}, claim.sender, place, '');
    this.#transits.set(key, {...transit, waits: undefined, vouched, sender: claim.sender});
    this.#waiting.delete(key);
    return [];
  }

  #attempted(record: LogRecord, event: Attempted, vouched: Vouched): Fact[] {
    const {host} = record;
    const {queueId, relayId, next, outcome, submittedBy} = event;
    const key = keyOf(host, queueId);
    const transit = this.#transits.get(key);
    if (transit === undefined) return [];
    if (transit.waits === 'submission') {
      if (next === 'ownRelay') return this.#submitted(record, event, transit, vouched);
      // The submission delivers the message itself. Then only the writer of the line can show the user.
      const known =
        record.writer === undefined ? undefined : this.#uidOf(record, record.writer.uid);
      const counted = this.#count(key, transit, known ?? unknownLocal, {host, queueId}, '');
      return [...counted, ...this.#attempted(record, event, vouched)];
    }
    const handedOn =
      relayId === undefined || transit.sender === undefined || submittedBy !== undefined
        ? []
        : this.#claim(keyOf(host, relayId), {
            ...{sender: transit.sender, vouched: transit.vouched, is: 'same'},
          });
    if (outcome === 'deferred')
      return [...handedOn, ...this.#deferred(key, transit, record, event)];
    return [...handedOn, ...this.#ended(key, transit, record, event)];
  }

  /** A submission hands a message to the relay of this machine, or the relay refuses a recipient. */
  #submitted(record: LogRecord, event: Attempted, transit: Transit, vouched: Vouched): Fact[] {
    const {host, writer, atMs} = record;
    const {queueId, relayId, outcome, submittedBy, recipients} = event;
    if (outcome === 'deferred') return [];
    const key = keyOf(host, queueId);
    const {transit: next, failed, people} = withEnded(transit, recipients, outcome);
    if (next.left === 0) this.#transits.delete(key);
    else this.#transits.replace(key, next);
    const uid = submittedBy ?? (writer === undefined ? undefined : writer.uid);
    if (uid === undefined) return [];
    const sender = this.#uidOf(record, uid);
    if (outcome === 'failed') {
      const told = {kind: 'told', sender, message: key, atMs} as const;
      return [{...told, outcome, recipients: failed, domains: domainsIn(recipients), people}];
    }
    if (relayId === undefined) return [];
    return this.#claim(keyOf(host, relayId), {sender, vouched, is: 'new'});
  }

  #claim(key: string, claim: Claim): Fact[] {
    const transit = this.#transits.get(key);
    if (transit === undefined) {
      if (!this.#claims.has(key)) this.#claims.set(key, claim);
      return [];
    }
    // The first claim counts. A user could make up a second one, so it changes nothing.
    if (transit.waits !== 'relay') return [];
    const [host = '', queueId = ''] = key.split(' ');
    return this.#claimed(key, transit, claim, {host, queueId});
  }

  #deferred(key: string, before: Transit, {atMs}: LogRecord, {recipients}: Attempted): Fact[] {
    const {transit, fresh} = withDeferred(before, recipients);
    if (fresh.length === 0) return [];
    this.#transits.replace(key, transit);
    const {sender} = transit;
    if (sender === undefined) return [];
    const named = {domains: domainsIn(fresh), people: peopleIn(fresh)};
    const told = {kind: 'told', sender, message: key, atMs} as const;
    return [{...told, outcome: 'deferred', recipients: fresh.length, ...named}];
  }

  #ended(key: string, transit: Transit, {atMs}: LogRecord, event: Attempted): Fact[] {
    const {recipients, outcome} = event;
    const {sender} = transit;
    const {transit: next, failed, people} = withEnded(transit, recipients, outcome);
    this.#transits.replace(key, next);
    if (sender === undefined) return [];
    const told = {kind: 'told', sender, message: key, atMs, outcome} as const;
    const counted = outcome === 'failed' ? failed : recipients.length;
    return [{...told, recipients: counted, domains: domainsIn(recipients), people}];
  }

  /** Counts messages that no submission claimed: a program of this machine spoke SMTP to the relay. */
  #noLongerWaiting(nowMs: number): Fact[] {
    const facts: Fact[] = [];
    for (const [key, atMs] of this.#waiting) {
      // A message from the future was noted while the clock was ahead.
      if (Math.abs(nowMs - atMs) < longestWaitMs) break;
      this.#waiting.delete(key);
      const transit = this.#transits.get(key);
      if (transit?.waits !== 'relay') continue;
      const [host = '', queueId = ''] = key.split(' ');
      facts.push(
        ...(transit.from === ''
          ? this.#apart(key, transit, 'bounce')
          : this.#count(key, transit, unknownLocal, {host, queueId}, '')),
      );
    }
    return facts;
  }

  #loginOf(record: LogRecord, client: Address): MailLogin | undefined {
    if (this.#logins.size === 0 || record.pid === noPid) return undefined;
    const key = processOf(record);
    const login = this.#logins.get(key);
    if (login?.address !== client.text) return undefined;
    if (record.atMs - login.lastMs > longestSessionMs) return undefined;
    this.#logins.set(key, {...login, lastMs: record.atMs});
    return login;
  }

  #uidOf({host}: LogRecord, uid: number): SenderKey {
    const isHere = host === '' || sameHost(host, this.#rules.ownHost);
    return isHere ? uidKey(uid) : uidKey(uid, host);
  }

  /**
   * How far to trust a line. With the journal, a line of a local user's call of the mailer proves what it
   * says about that user, and nothing else. A program that is no mailer is ignored.
   */
  #vouchedFor(record: LogRecord, event: TransitEvent): Vouched | 'foreign' {
    const {writer} = record;
    const {authorshipOf, isProgram} = this.#rules;
    if (writer === undefined) return 'no';
    if (vouchingOf(record, authorshipOf) === 'byJournal') return 'yes';
    if (authorshipOf(writer) === 'unsure' && writer.uid === 0) return 'no';
    if (!isProgram(writer.executable) || !isSubmissions(event)) return 'foreign';
    return event.kind === 'attempted' && event.submittedBy === writer.uid ? 'yes' : 'no';
  }
}

/** Whether a mailer that runs as an ordinary user writes such lines. */
const isSubmissions = (event: TransitEvent): boolean =>
  event.kind === 'labelChanged' ||
  (event.kind === 'accepted' && event.from === 'program') ||
  (event.kind === 'attempted' && event.next === 'ownRelay');

/** The address without its angle brackets, and cut. */
const typed = (sender: string): string => sender.replace(/^<|>$/g, '').slice(0, fromCharacters);

/** Length of an address to show. Characters. */
const fromCharacters = 100;

const processOf = ({host, pid}: LogRecord): string => `${host} ${pid}`;

const isLoopback = ({family, text}: Address): boolean =>
  family === 4 ? text.startsWith('127.') : text === '::1';
