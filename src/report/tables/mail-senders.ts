/**
 * `senders`: both ways out in one table, offenders first: programs that connect by themselves (`direct`), and senders
 * whose mail the mailer delivers (`mailer`). Also as JSON. Empty columns are left out.
 */
import {printable} from '../../base/printable.js';
import {localTime, preciseTime} from '../../base/time-text.js';
import type {SenderHour} from '../../outgoing/sender-hours.js';
import {byOffence, factorOf, type MailSender, type Shown} from '../../submission/view.js';
import {kindOf, nameIn} from '../../submission/whose/sender.js';
import {directCells, directHead, senderFields} from './senders.js';
import {table} from './table.js';

/** A table of mail senders shows those of one way in, or sums by a text that they typed. */
export const senderViews = ['auth', 'uid', 'host', 'from', 'script'] as const;
export type SenderView = (typeof senderViews)[number];

const mailHead = ['MSGS', 'DOMAINS', 'FAILED', 'DEFERRED', 'WAIT', 'QUEUE', 'NORMAL', 'FACTOR'];
const [countHead = '', ...otherHeads] = directHead;
const head = ['VIA', countHead, ...mailHead, ...otherHeads];

/** Length of foreign text in a column and in the JSON. Characters. */
const cellCharacters = 60;
const none = '-';

interface Row {
  readonly cells: readonly string[];
  readonly rank: number;
  readonly count: number;
}

export function sendersTable(
  direct: readonly SenderHour[],
  mail: readonly MailSender[],
  by?: SenderView,
): string {
  const rows = [
    ...(by === undefined ? direct.map(directRow) : []),
    ...(by === 'from' || by === 'script' ? typedRows(mail, by) : chosen(mail, by).map(mailRow)),
  ];
  if (rows.length === 0) return 'nobody has opened such a connection, or handed in mail\n';
  // The sort is stable: rows of the same rank and count keep their order.
  const sorted = rows.sort((a, b) => a.rank - b.rank || b.count - a.count);
  return table(withoutEmpty([head, ...sorted.map(({cells}) => cells)]));
}

/** The order for an operator: programs that may not connect, and senders over a limit, first. */
const ranks: Readonly<Record<SenderHour['standing'], number>> = {other: 0, perhaps: 2, allowed: 3};

function directRow(row: SenderHour): Row {
  const [count = '', ...cells] = directCells(row);
  return {
    cells: ['direct', count, ...mailHead.map(() => none), ...cells],
    rank: ranks[row.standing],
    count: row.connections,
  };
}

const chosen = (mail: readonly MailSender[], by: SenderView | undefined): MailSender[] =>
  mail.filter(({kind}) => by === undefined || kind === by).sort(byOffence);

/** Words for why a sender stands out. */
const alarms: Readonly<Record<NonNullable<MailSender['alarm']>, string>> = {
  message: 'TOO MANY',
  hour: 'OVER LIMIT',
  day: 'OVER LIMIT',
  failures: 'MANY FAIL',
  newSender: 'NEW, MANY',
  strangers: 'STRANGERS',
  unusual: 'UNUSUAL',
  queue: 'MANY WAIT',
};

function mailRow(sender: MailSender): Row {
  const {recipients, messages, domains, failed, deferred, waiting, queued} = sender;
  const {normal, alarm, lastMs} = sender;
  const cells = {
    VIA: 'mailer',
    COUNT: String(recipients),
    MSGS: String(messages),
    DOMAINS: String(domains),
    FAILED: share(failed, recipients),
    DEFERRED: share(deferred, recipients),
    WAIT: String(waiting),
    QUEUE: queued === undefined ? none : String(queued),
    NORMAL: normal === undefined ? none : `${normal}/h`,
    FACTOR: factorOf(sender)?.toFixed(1) ?? none,
    WHO: alarm === undefined ? exemptText(sender) : alarms[alarm],
    USER: cell(sender.sender),
    PROGRAM: typedCell(sender.scripts),
    LAST: localTime(lastMs),
  };
  return {
    cells: head.map((name) => (cells as Readonly<Record<string, string>>)[name] ?? none),
    rank: alarm === undefined ? 1 : 0,
    count: recipients,
  };
}

const exemptText = ({exempt}: MailSender): string =>
  exempt === undefined ? none : exempt === 'none' ? 'exempt' : `${exempt}/h`;

const cell = (text: string): string => printable(text, cellCharacters) || none;

const typedCell = (typed: readonly Shown[]): string => cell(typed[0]?.text ?? '');

/** In percent; empty if the whole is 0. */
const share = (part: number, all: number): string =>
  part === 0 ? '0%' : `${Math.round((100 * part) / Math.max(part, all))}%`;

/** Sums by a text that senders chose themselves. They are approximate, and begin when a text was first remembered. */
function typedRows(mail: readonly MailSender[], by: 'from' | 'script'): Row[] {
  return typedSums(mail, by).map(({text, recipients, senders}) => ({
    cells: head.map((name) =>
      name === 'VIA'
        ? 'mailer'
        : name === 'COUNT'
          ? `~${recipients}`
          : name === (by === 'from' ? 'USER' : 'PROGRAM')
            ? cell(text)
            : name === 'OF'
              ? cell(senders.join(' '))
              : none,
    ),
    rank: 1,
    count: recipients,
  }));
}

interface TypedSum extends Shown {
  readonly senders: readonly string[];
}

function typedSums(mail: readonly MailSender[], by: 'from' | 'script'): TypedSum[] {
  const sums = new Map<string, TypedSum>();
  for (const {sender, froms, scripts} of mail) {
    for (const {text, recipients} of by === 'from' ? froms : scripts) {
      const before = sums.get(text) ?? {text, recipients: 0, senders: []};
      const senders = [...before.senders, sender];
      sums.set(text, {text, recipients: before.recipients + recipients, senders});
    }
  }
  return [...sums.values()].sort((a, b) => b.recipients - a.recipients);
}

/** Leaves out columns in which every row is empty. */
function withoutEmpty(rows: readonly (readonly string[])[]): string[][] {
  const [, ...body] = rows;
  const isTold = head.map((_, at) => body.some((row) => row[at] !== none && row[at] !== ''));
  return rows.map((row) => row.filter((_, at) => isTold[at]));
}

/** docs/outgoing-mail.md describes the fields. */
export function sendersJson(
  direct: readonly SenderHour[],
  mail: readonly MailSender[],
  by?: SenderView,
): string {
  const rows = [
    ...(by === undefined ? direct.map((row) => ({via: 'direct', ...senderFields(row)})) : []),
    ...(by === 'from' || by === 'script'
      ? typedSums(mail, by).map(({text, ...sum}) => ({
          ...{via: 'mailer', [by]: printable(text, cellCharacters), ...sum},
        }))
      : chosen(mail, by).map(mailFields)),
  ];
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function mailFields(row: MailSender): object {
  const {sender, recipients, messages, domains, failed, deferred, waiting, alarm} = row;
  const typed = (all: readonly Shown[]) =>
    all.map(({text, recipients: count}) => ({
      text: printable(text, cellCharacters),
      recipients: count,
    }));
  return {
    via: 'mailer',
    way: kindOf(sender),
    sender: printable(nameIn(sender), 2 * cellCharacters),
    ...{recipients, messages, domains, failed, deferred, waiting, queued: row.queued},
    last_hour: row.lastHour,
    normal: row.normal,
    usual_now: row.usualNow,
    factor: factorOf(row),
    alarm,
    exempt: row.exempt,
    from: typed(row.froms),
    scripts: typed(row.scripts),
    first: preciseTime(row.firstMs),
    last: preciseTime(row.lastMs),
  };
}
