/**
 * Decides what happens to an open complaint: its mail may go now, waits, or is withdrawn. Also removes the clients
 * that may not be named any more. Decides no word of the mail, and hands nothing over. Knows no clock.
 */
import type {Table} from '../base/mechanisms/table.js';
import {type ComplaintBook, mailsLeft, maySend} from './spool/book.js';
import type {Complaint} from './spool/complaint.js';
import type {Attacker, Deed} from './spool/deed.js';

const dayMs = 86_400_000;
/** In `send`: an older complaint is withdrawn, because its addresses may belong to others now. Ms. */
const longestWaitMs = 2 * dayMs;
/** In `preview` and `ask`: for so long the operator can see it, and in `ask` send it. Ms. */
const longestShownMs = 7 * dayMs;

/**
 * At most so many letters about messages of one network in 24 hours. A count: each message has a letter of its own.
 * Without this bound one infected network would use up `complaints_per_day`.
 */
export const mostAboutNetwork = 5;

export type Mode = 'preview' | 'ask' | 'send';

type Next =
  | {readonly kind: 'hand'}
  /** `why` is for operators. */
  | {readonly kind: 'wait'; readonly why: string}
  | {readonly kind: 'withdraw'; readonly why: string};

interface NextQuestion {
  readonly mode: Mode;
  readonly book: ComplaintBook;
  readonly perDay: number;
  readonly from: string;
  /** Letters about its network that were sent in the last 24 hours. A count. */
  readonly went: number;
  readonly nowMs: number;
}

export function nextOf(
  {step, madeMs, about}: Complaint,
  {mode, book, perDay, from, went, nowMs}: NextQuestion,
): Next {
  if (step.kind !== 'composed') return {kind: 'wait', why: 'its letter is not written yet'};
  const {go, againMs = 0} = step;
  const ageMs = nowMs - madeMs;
  if (ageMs > longestShownMs) return {kind: 'withdraw', why: 'it did not go in 7 days'};
  // Checked first: the row may be from a time when the setting was another, and the operator had it sent.
  if (mode === 'preview') return {kind: 'wait', why: 'complaints is "preview": nothing is sent'};
  if (go === 'no' && mode === 'ask') {
    return {kind: 'wait', why: 'for you: blocksmtp complain --send'};
  }
  if (go === 'no' && ageMs > longestWaitMs) return {kind: 'withdraw', why: 'it is 2 days old'};
  if (from === '') return {kind: 'wait', why: 'complaint_from is not set'};
  if (!maySend(book))
    return {kind: 'wait', why: 'until they were shown on 7 days, or: --send --yes'};
  if (nowMs < againMs && againMs - nowMs < dayMs) return {kind: 'wait', why: 'the mailer'};
  if (about.kind === 'guessing' && went > 0) {
    return {kind: 'wait', why: 'one about its network went in 24 hours'};
  }
  if (went >= mostAboutNetwork) {
    return {kind: 'wait', why: `${mostAboutNetwork} about its network went in 24 hours`};
  }
  if (mailsLeft(book, perDay, nowMs) === 0) {
    return {kind: 'wait', why: 'as many as complaints_per_day went in 24 hours'};
  }
  return {kind: 'hand'};
}

/**
 * The complaint without clients whose block was lifted by hand since, or that became exempt. Undefined if no client is
 * left. A complaint about a message stays as it is, unless its client may not be named any more.
 *
 * @param mayName whether an address may be named now
 */
export function stillAccused(
  complaint: Complaint,
  deeds: Table<Deed>,
  mayName: (attacker: Pick<Attacker, 'address' | 'client'>) => 'yes' | 'no',
): Complaint | undefined {
  const {about} = complaint;
  if (about.kind !== 'guessing') {
    const {client} = about;
    return mayName({client, address: client}) === 'yes' ? complaint : undefined;
  }
  const attackers = about.attackers.filter(
    (each) => deeds.get(each.client) !== undefined && mayName(each) === 'yes',
  );
  if (attackers.length === about.attackers.length) return complaint;
  return attackers.length === 0 ? undefined : {...complaint, about: {...about, attackers}};
}
