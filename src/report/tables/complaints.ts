/** Writes complaints as lines for a terminal. Foreign text is printable already, or made so here. */
import {localTime} from '../../base/time-text.js';
import {printable} from '../../base/printable.js';
import type {ComplaintView, LetterView} from '../../complaint/view.js';
import {countText} from '../../base/count.js';
import {table} from './table.js';

/** Length of foreign text in a line. Characters. */
const most = 200;

const shown = (text: string): string => printable(text, most);

export const stepWords: Readonly<Record<ComplaintView['step'], string>> = {
  lookedUp: 'looked up',
  composed: 'waits',
  handing: 'being handed over',
  handed: 'sent',
  answered: 'answered',
  bounced: 'BOUNCED',
  held: 'HELD',
  withdrawn: 'withdrawn',
};

const dueText = (due: number): string =>
  due === 0 ? '' : `${countText(due, 'client')} due, still to be looked up\n`;

export function complaintTable(complaints: readonly ComplaintView[], due: number): string {
  if (complaints.length === 0) return `no complaints\n${dueText(due)}`;
  const rows = complaints.map((each) => [
    localTime(each.sentMs ?? each.madeMs),
    stepWords[each.step],
    shown(each.network),
    shown(each.mailbox ?? '-'),
    `${each.addresses}`,
    `${each.before}`,
    each.sentMs === undefined ? '-' : `${each.after}`,
    each.id,
    shown(each.why),
  ]);
  const head = ['TIME', 'STEP', 'NETWORK', 'TO', 'ADDRESSES', 'BEFORE', 'AFTER', 'ID', ''];
  return `${table([head, ...rows])}${dueText(due)}`;
}

export function complaintText(complaint: ComplaintView): string {
  const {id, network, kind, step, why, mailbox, source, certainty, madeMs, sentMs} = complaint;
  const to = mailbox === undefined ? 'nobody' : `${shown(mailbox)} (${source}, ${certainty})`;
  const lines = [
    `complaint ${id}`,
    `about:   ${kind}, ${complaint.addresses} addresses of ${shown(network)}`,
    `to:      ${to}`,
    `made:    ${localTime(madeMs)}`,
    ...(sentMs === undefined ? [] : [`sent:    ${localTime(sentMs)}`]),
    `step:    ${stepWords[step]}${why === '' ? '' : `: ${shown(why)}`}`,
    `blocks:  ${complaint.before} in the 7 days before, ${complaint.after} since`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Longest line of a letter on a terminal. Characters. */
const mostLine = 1000;

/** The letters as people will read them, one after the other. */
export function lettersText({
  letters,
  message,
}: {
  readonly letters: readonly LetterView[];
  readonly message: string;
}): string {
  const one = ({mailbox, subject, text, waits, id}: LetterView): string =>
    [
      `To: ${shown(mailbox)}`,
      `Subject: ${shown(subject)}`,
      ...(waits === '' ? [] : [`Waits: ${shown(waits)}`]),
      `Id: ${id}`,
      '',
      ...text.split('\n').map((line) => printable(line, mostLine)),
      '-'.repeat(72),
    ].join('\n');
  return `${letters.map((each) => `${one(each)}\n`).join('')}${message}\n`;
}
