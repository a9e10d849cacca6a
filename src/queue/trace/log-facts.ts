/**
 * Collects what the mailer's log says about a few queue ids: the client, the login, and the
 * submission that handed the message in. Only text that sendmail writes at a fixed place counts. Addresses, message ids
 * and senders are the client's text, and may look like any field.
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {parseAddress} from '../../net/address.js';

/** The parts of a record that are needed. */
export interface TracedRecord {
  readonly atMs: number;
  readonly pid: number;
  readonly message: string;
  /** `byJournal`: the journal knows the writer. `no`: a line in a file, which any local program could have written. */
  readonly vouched: 'byJournal' | 'no';
}

interface FromFacts {
  readonly atMs: number;
  readonly vouched: TracedRecord['vouched'];
  readonly sender: string;
  readonly recipients: number;
  readonly messageId: string;
  /** The text of `relay=`. */
  readonly relay: string;
  readonly client: string | undefined;
  /** The user who ran a local program. */
  readonly user: string | undefined;
  /** The login of the same session. */
  readonly login: string | undefined;
}

/** A submission that handed a message to the relay. */
interface HandedIn {
  readonly atMs: number;
  readonly vouched: TracedRecord['vouched'];
  readonly submissionId: string;
  readonly uid: number | undefined;
}

export interface LogFacts {
  readonly from: ReadonlyMap<string, FromFacts>;
  /** Keyed by the id that the relay gave the message. */
  readonly handedIn: ReadonlyMap<string, HandedIn>;
  /** Deliveries of the wanted ids, by their results. */
  readonly delivered: ReadonlyMap<string, {sent: number; others: number}>;
  readonly warnings: readonly string[];
  /** Users who wrote to the log under a name of their own choice near one of the lines. */
  readonly labels: readonly string[];
}

/** At most so many sessions with a login are remembered. A count. */
const mostSessions = 10_000;
/**
 * After this time a process with the same number counts as another one. Ms: longer than a session lasts. A search for
 * the login of a message begins so long before it.
 */
export const longestSessionMs = 6 * 3_600_000;
const mostWarnings = 20;

const idInFront = /^([0-9A-Za-z]{5,32}): /;
const login =
  /^(?:[0-9A-Za-z]{5,32}: )?AUTH=server, relay=([^,]{1,400}), authid=([^,]{1,200}), mech=[\w-]{1,32}, bits=\d{1,6}/;
const counts =
  /, size=\d{1,15}, class=-?\d{1,10}, nrcpts=(\d{1,6})(?:, msgid=([^,]{0,200}))?(?=, |$)/;
const localRelay = /^([^\s@[\]]{1,64})@localhost$/;
const clientInRelay = /\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\](?: \(may be forged\))?$/;
const interval = '(?:\\d{1,6}\\+)?\\d\\d:\\d\\d:\\d\\d';
/** From `, delay=` to the end of the line. The next host is this machine, so its words are sendmail's own. */
const handedTail = new RegExp(
  `^, delay=${interval}, xdelay=${interval}, mailer=[^\\s,]{1,32}, pri=\\d{1,15}, relay=[^\\s,]{1,255} ` +
    '\\[(127\\.[\\d.]{5,11}|IPv6:::1|IPv6:0:0:0:0:0:0:0:1)\\], dsn=2\\.\\d{1,3}\\.\\d{1,3}(?:, ntries=\\d{1,6})?, ' +
    'stat=Sent \\(([0-9A-Za-z]{5,32}) Message accepted for delivery\\)$',
);
const uidAtEnd = / \((\d{1,10})\/\d{1,10}\)$/;
const changedLabel = /^(?:NOQUEUE: )?user (\d{1,10}) changed syslog label$/;

const clientOf = (relay: string): string | undefined =>
  parseAddress(clientInRelay.exec(relay)?.[1] ?? '')?.text;

const sessionKey = (pid: number, client: string | undefined): string => `${pid} ${client ?? ''}`;

export class LogReader {
  readonly #wanted: ReadonlySet<string>;
  readonly #logins = new BoundedMap<string, {readonly name: string; readonly atMs: number}>(
    mostSessions,
  );
  readonly #from = new Map<string, FromFacts>();
  readonly #handedIn = new Map<string, HandedIn>();
  readonly #delivered = new Map<string, {sent: number; others: number}>();
  readonly #warnings: string[] = [];
  readonly #labels: string[] = [];

  /** @param wanted the ids to look for */
  constructor(wanted: Iterable<string>) {
    this.#wanted = new Set(wanted);
  }

  /** Whether a line can matter. Called before the line is parsed. */
  mayMatter(line: string): boolean {
    if (line.includes('AUTH=server') || line.includes('changed syslog label')) return true;
    for (const id of this.#wanted) if (line.includes(id)) return true;
    return false;
  }

  get facts(): LogFacts {
    return {
      from: this.#from,
      handedIn: this.#handedIn,
      delivered: this.#delivered,
      warnings: this.#warnings,
      labels: this.#labels,
    };
  }

  take(record: TracedRecord): void {
    const {message, pid} = record;
    const [, relay = '', name] = login.exec(message) ?? [];
    if (name !== undefined) {
      this.#logins.set(sessionKey(pid, clientOf(relay)), {name, atMs: record.atMs});
    }
    const [, uid] = changedLabel.exec(message) ?? [];
    if (uid !== undefined && this.#labels.length < mostWarnings) this.#labels.push(uid);
    const [front = '', id = ''] = idInFront.exec(message) ?? [];
    const body = message.slice(front.length);
    if (body.startsWith('to=')) this.#to(id, body, record);
    if (!this.#wanted.has(id)) return;
    if (body.startsWith('from=')) this.#fromLine(id, body, record);
    else if (body.startsWith('Authentication-Warning: ') && this.#warnings.length < mostWarnings) {
      this.#warnings.push(body.slice('Authentication-Warning: '.length));
    }
  }

  /** `relay=` is the last field. Sender and message id come before it, and may contain a false one. */
  #fromLine(id: string, body: string, {atMs, pid, vouched}: TracedRecord): void {
    const at = body.lastIndexOf(', relay=');
    const found = counts.exec(body);
    // The first line is sendmail's, because no other program knew the id before.
    if (at < 0 || found === null || this.#from.has(id)) return;
    const relay = body.slice(at + ', relay='.length);
    const [, recipients = '0', messageId = ''] = found;
    const client = clientOf(relay);
    const session = this.#logins.get(sessionKey(pid, client));
    const isSame = session !== undefined && atMs - session.atMs <= longestSessionMs;
    this.#from.set(id, {
      atMs,
      vouched,
      sender: body.slice('from='.length, found.index),
      recipients: Number(recipients),
      messageId,
      relay,
      client,
      user: localRelay.exec(relay)?.[1],
      login: isSame ? session.name : undefined,
    });
  }

  /**
   * `stat=Sent (Q2 Message accepted for delivery)` of our own relay joins the two ids of one message. If there is a
   * second `, delay=`, a recipient or the next host wrote it, and the line joins nothing.
   */
  #to(id: string, body: string, {atMs, vouched}: TracedRecord): void {
    const delay = body.indexOf(', delay=');
    const isOnly = delay >= 0 && body.indexOf(', delay=', delay + 1) < 0;
    const [, , relayId = ''] = isOnly ? (handedTail.exec(body.slice(delay)) ?? []) : [];
    if (this.#wanted.has(relayId) && !this.#handedIn.has(relayId)) {
      const [, uid] = uidAtEnd.exec(body.slice(0, delay)) ?? [];
      const number = uid === undefined ? undefined : Number(uid);
      this.#handedIn.set(relayId, {atMs, vouched, submissionId: id, uid: number});
    }
    if (!this.#wanted.has(id)) return;
    const before = this.#delivered.get(id) ?? {sent: 0, others: 0};
    const stat = body.slice(body.lastIndexOf(', stat=') + ', stat='.length);
    before[stat.startsWith('Sent') ? 'sent' : 'others'] += 1;
    this.#delivered.set(id, before);
  }
}
