/**
 * Answers each request about complaints. Changes their tables; the daemon saves and sends. Without a daemon, the
 * command uses this code to show complaints, and to note the contacts and networks that get none.
 */
import {countText} from '../base/count.js';
import {printable} from '../base/printable.js';
import type {Config} from '../config/schema.js';
import {isSmtpMailbox} from '../complaint/letter/smtp-mailbox.js';
import {nextOf} from '../complaint/next.js';
import type {ComplaintTables} from '../complaint/spool/tables.js';
import {allowSending, bookOf, maySend, previewDays} from '../complaint/spool/book.js';
import {type Complaint, isOpen, putStep, sentMs} from '../complaint/spool/complaint.js';
import {wentToday} from '../complaint/spool/enter.js';
import {forget, markDead, never} from '../complaint/spool/left-out.js';
import {complaintViews, type LetterView} from '../complaint/view.js';
import {networkOf, overlaps, parseNetwork} from '../net/network.js';
import type {Answer, ComplaintRequest} from './protocol.js';

type Compose = (
  complaint: Complaint,
) =>
  | {readonly kind: 'mail'; readonly mail: {subject: string; text: string; raw: string}}
  | {readonly kind: 'wrong'; readonly why: string};

interface ComplaintDeskView {
  readonly config: Config;
  readonly tables: ComplaintTables;
  readonly compose: Compose;
  /** Clients that are due but not looked up yet. A count. */
  readonly due: number;
}

type Served = Exclude<ComplaintRequest, {command: 'accuse' | 'complaintContact'}>;

/** The greatest length of a reason from the other side. Characters. */
const mostWhy = 200;

export function serveComplaint(request: Served, view: ComplaintDeskView, nowMs: number): Answer {
  const {tables, due} = view;
  switch (request.command) {
    case 'complain':
      return complain(request, view, nowMs);
    case 'complaints': {
      const {id} = request;
      const all = [...tables.complaints.values()].filter(
        (each) => id === undefined || each.id === id,
      );
      if (id !== undefined && all.length === 0)
        return refused(`${printable(id, 80)}: no such complaint`);
      const views = complaintViews(all, tables.complaintDeeds.values(), nowMs);
      return {kind: 'complaints', complaints: views, due};
    }
    case 'complaintForget': {
      const {contact} = request;
      if (!isSmtpMailbox(contact)) return refused(`${printable(contact, 80)}: expected a mailbox`);
      const before = tables.complaintLeftOut.get(contact.toLowerCase())?.kind;
      if (before === 'forgotten') return unchanged(`nobody complains to ${contact} already`);
      forget(tables.complaintLeftOut, contact, nowMs);
      withdraw(
        view,
        ({contact: whom}) => whom?.mailbox.toLowerCase() === contact.toLowerCase(),
        nowMs,
      );
      return done(`nobody complains to ${contact} any more`);
    }
    case 'complaintNever': {
      const network = parseNetwork(request.network);
      if (network === undefined) {
        return refused(`${printable(request.network, 80)}: expected an address or a network`);
      }
      const {text} = network;
      if (tables.complaintLeftOut.get(text)?.kind === 'never') {
        return unchanged(`nobody complains of ${text} already`);
      }
      never(tables.complaintLeftOut, text, nowMs);
      withdraw(view, (each) => overlaps(networkOf(each.network), network), nowMs);
      return done(`nobody complains of ${text} any more`);
    }
    case 'complaintAnswer':
      return returned(request, view, nowMs);
  }
}

const refused = (message: string): Answer => ({kind: 'refused', message});
const unchanged = (message: string): Answer => ({kind: 'unchanged', message});
const done = (message: string): Answer => ({kind: 'done', message});

function withdraw(
  {tables}: ComplaintDeskView,
  isMeant: (complaint: Complaint) => boolean,
  nowMs: number,
): void {
  for (const each of [...tables.complaints.values()].filter(isOpen).filter(isMeant)) {
    putStep(tables.complaints, each, {kind: 'withdrawn', atMs: nowMs, why: 'you said so'});
  }
}

function complain(
  {seconds, network, send}: Extract<Served, {command: 'complain'}>,
  view: ComplaintDeskView,
  nowMs: number,
): Answer {
  const {config, tables} = view;
  if (config.complaints === 'off') {
    return refused('complaints is "off", so nothing is noted: set complaints = "preview"');
  }
  const around = network === undefined ? undefined : parseNetwork(network);
  if (network !== undefined && around === undefined) {
    return refused(`${printable(network, 80)}: expected an address or a network`);
  }
  const meant = [...tables.complaints.values()].filter(
    (each) =>
      isOpen(each) &&
      (seconds === undefined || nowMs - each.madeMs <= seconds * 1000) &&
      (around === undefined || overlaps(networkOf(each.network), around)),
  );
  if (send !== undefined) return release(meant, send, view);
  const letters = meant.flatMap((each) => letterView(each, view, nowMs));
  const rest =
    view.due === 0 ? '' : `; ${countText(view.due, 'client')} more, still to be looked up`;
  const message = `${countText(letters.length, 'complaint')}${rest}`;
  return {kind: 'letters', letters, message};
}

/** The worker sends them at its next look, within a minute. */
function release(
  meant: readonly Complaint[],
  send: 'yes' | 'sure',
  {config, tables}: ComplaintDeskView,
): Answer {
  const book = bookOf(tables.complaintBook);
  if (config.complaintFrom === '') {
    return refused('complaint_from is not set: the mailbox to which answers come');
  }
  if (config.complaints === 'preview') {
    return refused('complaints is "preview", so nothing is sent: set complaints = "ask" or "send"');
  }
  if (config.dryRun) return refused('dry_run is set: nothing is sent');
  if (send === 'yes' && (book === undefined || !maySend(book))) {
    const days = `${book?.days ?? 0} of ${previewDays} days`;
    return refused(`they were shown on ${days}: look at them, then add --yes`);
  }
  const isAllowedNow = send === 'sure' && (book === undefined || !maySend(book));
  if (send === 'sure') allowSending(tables.complaintBook);
  const left = meant.filter(
    ({step}) => step.kind !== 'composed' || step.go === 'no' || step.againMs !== undefined,
  );
  for (const each of left) putStep(tables.complaints, each, {kind: 'composed', go: 'yes'});
  if (left.length === 0 && !isAllowedNow)
    return unchanged('no complaint waits to be sent: see blocksmtp complaints');
  return done(`${countText(left.length, 'complaint')} to be sent: see blocksmtp complaints`);
}

function letterView(
  complaint: Complaint,
  {config, tables, compose}: ComplaintDeskView,
  nowMs: number,
): LetterView[] {
  const {id, network, contact} = complaint;
  const book = bookOf(tables.complaintBook);
  const composed = compose(complaint);
  const mailbox = contact?.mailbox ?? '';
  if (composed.kind === 'wrong') {
    const empty = {subject: '', text: '', raw: ''};
    return [{id, network, mailbox, ...empty, waits: composed.why}];
  }
  const {complaints: mode, complaintsPerDay: perDay, complaintFrom: from} = config;
  const went = wentToday(tables.complaints.values(), network, nowMs);
  const next =
    mode === 'off' || book === undefined
      ? undefined
      : nextOf(complaint, {mode, book, perDay, from, went, nowMs});
  const {subject, text, raw} = composed.mail;
  const waits = next?.kind === 'wait' ? next.why : '';
  return [{id, network, mailbox, subject, text, raw, waits}];
}

/** Only a desk to which we sent the id can name it: it is a keyed hash. */
function returned(
  {id, is, why}: Extract<Served, {command: 'complaintAnswer'}>,
  {tables}: ComplaintDeskView,
  nowMs: number,
): Answer {
  const complaint = tables.complaints.get(id);
  const sent = complaint && sentMs(complaint);
  if (complaint === undefined || sent === undefined)
    return refused('no complaint of this number was sent');
  const said = printable(why, mostWhy);
  if (is === 'delay') return done('noted: the mailer still tries');
  if (is === 'bounce' && complaint.step.kind === 'bounced') return unchanged('noted before');
  if (is === 'bounce') {
    if (complaint.contact !== undefined) {
      markDead(tables.complaintLeftOut, complaint.contact.mailbox, said, nowMs);
    }
    const step = {kind: 'bounced', atMs: nowMs, sentMs: sent, why: said} as const;
    putStep(tables.complaints, complaint, step);
    return done(`noted: it bounced: ${said}`);
  }
  // A person's answer stays as it is: a ticket system may write again when the ticket is closed.
  const {step} = complaint;
  if (step.kind === 'bounced' || (step.kind === 'answered' && step.by === 'person')) {
    return unchanged('noted before');
  }
  putStep(tables.complaints, complaint, {kind: 'answered', atMs: nowMs, sentMs: sent, by: is});
  return done(`noted: answered by ${is === 'person' ? 'a person' : 'a program'}`);
}
