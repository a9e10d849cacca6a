/**
 * Writes the warnings about a sender that sends too much, and about a user who imitates the mailer's lines:
 * as a line of the log, as the lines of a mail or a window, and as JSON for a program. Senders choose
 * names, addresses and subjects, so each is made printable and cut. `book.ts` decides which senders
 * lead to a warning.
 */
import {printable, quoted} from '../base/printable.js';
import {preciseTime} from '../base/time-text.js';
import type {Alarm, AlarmKind} from './limits.js';
import {kindOf, nameIn, type SenderKey, uidIn} from './whose/sender.js';

/** A warning in all its forms. */
export interface MailWarning {
  /** The user whose share of the warnings it uses up; below 0: no known user. */
  readonly uid: number;
  readonly title: string;
  /** One line. */
  readonly text: string;
  readonly lines: readonly string[];
  /** One object, one line. */
  readonly json: string;
}

/** The facts about a sender for a warning. */
interface AlarmFacts {
  readonly sender: SenderKey;
  readonly alarm: Alarm;
  readonly atMs: number;
  readonly host: string;
  /** The name of a local user, or the same as in the key. */
  readonly userName: string;
  /** Recipients in its last hour and day. Counts. */
  readonly lastHour: number;
  readonly lastDay: number;
  readonly failedShare: number;
  readonly normal: number | undefined;
  readonly ids: readonly string[];
  readonly froms: readonly string[];
  readonly domains: readonly string[];
  readonly peers: readonly string[];
  readonly subjects: readonly string[];
  readonly scripts: readonly string[];
  /** `log`: only lines that a local user could write say whose mail it is. */
  readonly proof: 'journal' | 'log';
  /** What blocksmtp does about it, as a line of the warning; empty: nothing. */
  readonly deed: string;
}

/** Length of foreign text. Characters. */
const shownCharacters = 80;
/** At most so many entries of each list. Counts. */
export const mostIds = 5;
const mostDomains = 3;

const words: Readonly<Record<AlarmKind, (alarm: Alarm) => string>> = {
  message: ({count, limit}) => `one message to ${count} recipients (rcpt_per_message ${limit})`,
  hour: ({count, limit}) => `${count} recipients in an hour (limit ${limit})`,
  day: ({count, limit}) => `${count} recipients in a day (mail_per_day ${limit})`,
  failures: ({count}) => `${count} recipients failed in an hour`,
  newSender: ({count, limit}) =>
    `${count} recipients in an hour from a new sender (limit ${limit})`,
  strangers: ({count, limit}) =>
    `wrote to about ${count} more new recipients than usual (limit ${limit})`,
  unusual: ({count, limit}) =>
    `${count} recipients in an hour besides its largest message, unusual for it from ${limit} on`,
  queue: ({count, limit}) => `${count} messages wait in the queue (limit ${limit})`,
};

const shown = (text: string): string => quoted(printable(text, shownCharacters));

/** `auth alice`, `user www-data (uid 33)`, `host 192.0.2.80`. */
function senderText(sender: SenderKey, userName: string): string {
  const kind = kindOf(sender);
  if (kind !== 'uid') return `${kind} ${shown(nameIn(sender))}`;
  return `user ${shown(userName)} (uid ${printable(nameIn(sender), shownCharacters)})`;
}

function details(facts: AlarmFacts): string[] {
  const {ids, froms, domains, peers, subjects, scripts, lastDay, failedShare, normal} = facts;
  const list = (head: string, texts: readonly string[], most: number): string[] =>
    texts.length === 0 ? [] : [`${head} ${texts.slice(0, most).map(shown).join(', ')}`];
  return [
    `${lastDay} in a day, ${Math.round(failedShare * 100)}% failed`,
    ...(normal === undefined ? [] : [`usually at most ${normal} an hour`]),
    ...list('messages', ids, mostIds),
    ...list('From', froms, mostDomains),
    ...list('subjects', subjects, mostDomains),
    ...list('scripts', scripts, mostDomains),
    ...list('clients', peers, mostDomains),
    ...list('most to', domains, mostDomains),
  ];
}

/** Tells the operator how to stop new mail of this sender. */
function cureText({sender, froms}: Pick<AlarmFacts, 'sender' | 'froms'>): string {
  const name = printable(nameIn(sender), shownCharacters);
  switch (kindOf(sender)) {
    case 'uid': {
      const uid = uidIn(sender);
      if (uid === undefined)
        return 'to stop new mail: look at that relay, for the user is one of its own';
      return `to stop new mail: setfacl -m u:${uid}:--- /usr/sbin/sendmail, and iptables -I OUTPUT -p tcp --dport 25 -m owner --uid-owner ${uid} -j REJECT; an access map line stops no user, for its From can be any`;
    }
    case 'auth': {
      const from = froms[0] === undefined ? 'ADDRESS' : printable(froms[0], shownCharacters);
      return `to stop new mail: change the password of ${quoted(name)}; until then in the access map: From:${from} ERROR:4.7.1:"450 held back"`;
    }
    case 'host':
      return name.startsWith('127.')
        ? 'to stop new mail: find the program with blocksmtp watch or ss -tnp'
        : `to stop new mail: in the access map: Connect:${name} ERROR:4.7.1:"450 held back"`;
  }
}

const forgeable = 'only lines of a log say so, and a local user can write such lines';

export function alarmWarning(facts: AlarmFacts): MailWarning {
  const {sender, alarm, userName, proof, deed} = facts;
  const who = senderText(sender, userName);
  const head = `mail by ${who}: ${words[alarm.kind](alarm)}`;
  const rest = [...details(facts), ...(proof === 'log' ? [forgeable] : [])];
  const lines = [head, ...rest, ...(deed === '' ? [] : [deed]), cureText(facts)];
  const text = lines.join('; ');
  return {
    uid: uidIn(sender) ?? -1,
    title: `much mail by ${who}`,
    text,
    lines,
    json: JSON.stringify(alarmFields(facts, text)),
  };
}

/** docs/outgoing-mail.md describes the fields. */
function alarmFields(facts: AlarmFacts, text: string): object {
  const {sender, alarm, atMs, host, userName, proof, lastHour, lastDay, failedShare} = facts;
  const clean = (texts: readonly string[]): string[] =>
    texts.map((each) => printable(each, shownCharacters));
  return {
    version: 1,
    kind: 'mail',
    time: preciseTime(atMs),
    host: printable(host, shownCharacters),
    text,
    way: kindOf(sender),
    sender: printable(nameIn(sender), shownCharacters),
    uid: uidIn(sender),
    user: kindOf(sender) === 'uid' ? printable(userName, shownCharacters) : undefined,
    alarm: alarm.kind,
    count: alarm.count,
    limit: alarm.limit,
    recipients_hour: lastHour,
    recipients_day: lastDay,
    failed_share: failedShare,
    normal: facts.normal,
    proof,
    queue_ids: clean(facts.ids),
    from: clean(facts.froms),
    subjects: clean(facts.subjects),
    scripts: clean(facts.scripts),
    clients: clean(facts.peers),
    domains: clean(facts.domains),
  };
}

const imitations = {
  label: 'has called sendmail under another name for the log (-L)',
  configuration: 'has called sendmail with a configuration of their own (-C)',
} as const;

/** sendmail itself logs such a call. What the user's lines say about mail does not come from the relay. */
export function labelWarning(
  what: 'label' | 'configuration',
  user: string,
  userName: string,
  host: string,
  atMs: number,
): MailWarning {
  const uid = /^\d{1,10}$/.test(user) ? Number(user) : -1;
  const who =
    uid < 0 || userName === user ? `user ${shown(user)}` : `user ${shown(userName)} (uid ${uid})`;
  const head = `${who} ${imitations[what]}`;
  const lines = [head, 'lines of the log that look like those of the relay may be theirs'];
  const text = lines.join('; ');
  const fields = {version: 1, kind: 'label', what, user: printable(user, shownCharacters)};
  const json = {...fields, host, time: preciseTime(atMs), text};
  return {uid, title: `${who} imitates the mailer`, text, lines, json: JSON.stringify(json)};
}
