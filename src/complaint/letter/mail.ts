/**
 * Composes the mail of one complaint: text for people, a part that says that it is a report, and reports for programs
 * (XARF) or the header of the message. Decides its fields, so that no vacation program answers it. Decides its envelope
 * sender, so that a returned mail shows which complaint it is about. Sends nothing.
 */
import {printable} from '../../base/printable.js';
import {mailTime} from '../../base/time-text.js';
import type {Accusation} from '../spool/accusation.js';
import type {Complaint} from '../spool/complaint.js';
import {isSmtpMailbox} from './smtp-mailbox.js';
import {fieldsOf, foundText, headerText, type Sender} from './fields.js';
import {type HeaderField, mimeText, type Part} from './mime.js';
import {filled, type Letter, letterFor} from './template.js';
import {xarfReports, type XarfTools} from './xarf.js';

export interface ComplaintMail {
  /** The envelope sender: returned mail goes there. */
  readonly sender: string;
  readonly recipient: string;
  readonly subject: string;
  /** The part for people. */
  readonly text: string;
  /** The whole message, ASCII with CR LF. */
  readonly raw: string;
}

type Composed =
  | {readonly kind: 'mail'; readonly mail: ComplaintMail}
  | {readonly kind: 'wrong'; readonly why: string};

/** `abuse@example.org` → `abuse+bounce-ID@example.org`. */
function taggedSender(from: string, id: string): string {
  const at = from.lastIndexOf('@');
  return `${from.slice(0, at)}+bounce-${id}${from.slice(at)}`;
}

/** @param nowMs for the Date field. Ms since the epoch */
export function composeMail(
  complaint: Complaint,
  sender: Sender,
  letters: readonly Letter[],
  tools: XarfTools,
  nowMs: number,
): Composed {
  const {id, contact, about} = complaint;
  if (contact === undefined) return {kind: 'wrong', why: 'nobody is known to write to'};
  if (!isSmtpMailbox(contact.mailbox) || !isSmtpMailbox(sender.from)) {
    return {kind: 'wrong', why: `${printable(contact.mailbox, 80)}: no mailbox`};
  }
  const kind = about.kind === 'guessing' ? about : {kind: about.kind, found: foundText(about)};
  const letter = letterFor(letters, kind);
  if (letter === undefined) return {kind: 'wrong', why: `no letter is for ${about.kind}`};
  const {subject, body} = filled(letter, fieldsOf(complaint, sender));
  const domain = sender.from.slice(sender.from.lastIndexOf('@') + 1);
  const fields: HeaderField[] = [
    ['From', sender.from],
    ['Reply-To', sender.from],
    ['To', contact.mailbox],
    ['Subject', subject],
    ['Date', mailTime(nowMs)],
    ['Message-ID', `<${id}@${domain}>`],
    // RFC 3834, section 5: so no vacation program may answer.
    ['Auto-Submitted', 'auto-generated'],
  ];
  const parts = partsOf(complaint, sender, body, tools);
  const raw = mimeText(fields, 'feedback-report', parts, `blocksmtp-${id}`);
  const recipient = contact.mailbox;
  return {
    kind: 'mail',
    mail: {sender: taggedSender(sender.from, id), recipient, subject, text: body, raw},
  };
}

function partsOf({id, about}: Complaint, sender: Sender, body: string, tools: XarfTools): Part[] {
  const reports = xarfReports(about, sender, tools);
  const header: Part[] =
    about.kind === 'message'
      ? [{type: 'text/rfc822-headers', text: `${headerText(about.header)}\n`}]
      : [];
  return [
    {type: 'text/plain; charset=utf-8', text: body},
    {type: 'message/feedback-report', text: feedbackText(about, sender, id)},
    ...header,
    ...reports.map((report, index) => ({
      type: 'application/json; charset=utf-8; name="xarf.json"',
      fileName: `xarf-${index + 1}.json`,
      text: `${JSON.stringify(report, null, 2)}\n`,
    })),
  ];
}

/** RFC 5965, section 3. Guessing has no message, so its report has the type that XARF defines. */
function feedbackText(about: Accusation, {ports}: Sender, id: string): string {
  const message = about.kind === 'message' ? about : undefined;
  const isOne =
    message !== undefined || (about.kind === 'guessing' && about.attackers.length === 1);
  const source = about.kind === 'message' ? about.client : about.attackers[0]?.address;
  const many = about.kind === 'guessing' ? about.attackers.length + (about.more ?? 0) : 1;
  const type =
    message === undefined ? 'xarf' : message.found.kind === 'scanner' ? 'virus' : 'abuse';
  const arrival = message && mailTime(message.takenMs);
  return [
    `Feedback-Type: ${type}`,
    'User-Agent: blocksmtp',
    'Version: 1',
    ...(isOne && source !== undefined ? [`Source-IP: ${source}`] : []),
    ...(arrival === undefined ? [] : [`Arrival-Date: ${arrival}`]),
    ...(many > 1 ? [`Incidents: ${many}`] : []),
    `Reporting-Ports: ${ports.join(' ')}`,
    `Report-ID: ${id}`,
    '',
  ].join('\n');
}
