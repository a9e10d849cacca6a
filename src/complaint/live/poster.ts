/**
 * Writes the letters of open complaints, and hands them to the mailer one by one. What may go is for
 * `complaint/next.ts`. Before the first byte goes the row is saved as `handing`: see `complaint/spool/complaint.ts`.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import {printable} from '../../base/printable.js';
import {composeMail, type ComplaintMail} from '../letter/mail.js';
import {type Mode, nextOf, stillAccused} from '../next.js';
import {reportId} from '../spool/report-id.js';
import type {KeyedHash} from '../spool/keyed.js';
import {bookOf, type ComplaintBook, countMail, takeBackMail} from '../spool/book.js';
import {type Complaint, isOpen, putStep, type Step} from '../spool/complaint.js';
import {noteTold, wentToday} from '../spool/enter.js';
import {isAlive} from '../spool/left-out.js';
import type {ComplaintParts, ComplaintTally} from './parts.js';
import type {HandOver} from '../../sys/talk/mail.js';

/** Length of the reason why a letter cannot be written. Characters. */
const mostWhy = 300;
/** The mailer is asked again so late. Ms. */
const retryMs = 15 * 60_000;

export class Poster {
  readonly #parts: ComplaintParts;
  readonly #tally: ComplaintTally;
  readonly #troubles: Troubles;

  constructor(parts: ComplaintParts, tally: ComplaintTally) {
    [this.#parts, this.#tally] = [parts, tally];
    this.#troubles = new Troubles(parts.say);
  }

  /** The mail as it would go now; or why it cannot be written. */
  compose(complaint: Complaint, hash: KeyedHash): ReturnType<typeof composeMail> {
    const {sender, letters, base64, now, say} = this.#parts;
    const {letters: all, problems} = letters();
    for (const problem of problems) this.#troubles.begin(problem, `complaints: ${problem}`);
    if (problems.length === 0 && this.#troubles.end('letters'))
      say('notice', 'complaints: all letters can be read');
    const tools = {base64, idOf: (address: string) => reportId(complaint.id, address, hash)};
    try {
      return composeMail(complaint, sender, all, tools, now());
    } catch (error) {
      // One bad row, as of a state that somebody changed, holds up no other.
      const why = `complaint ${complaint.id} cannot be written: ${(error as Error).message}`;
      return {kind: 'wrong', why: printable(why, mostWhy)};
    }
  }

  /** Each open complaint one step on, or as many as can be. */
  async post(hash: KeyedHash, stop: AbortSignal): Promise<void> {
    const {tables} = this.#parts;
    for (const {id} of [...tables.complaints.values()].filter(isOpen)) {
      if (stop.aborted) return;
      const complaint = this.#current(id);
      if (complaint !== undefined) await this.#step(complaint, hash, stop);
    }
  }

  /** Without those who must not be named any more; withdrawn where nobody is left. */
  #current(id: string): Complaint | undefined {
    const {tables, mayName, now} = this.#parts;
    const row = tables.complaints.get(id);
    if (row === undefined || !isOpen(row)) return undefined;
    const still = stillAccused(row, tables.complaintDeeds, mayName);
    if (still !== undefined) {
      if (still !== row) tables.complaints.replace(id, still);
      return still;
    }
    this.#put(row, {kind: 'withdrawn', atMs: now(), why: 'nobody of it is to be named any more'});
    return undefined;
  }

  #put(complaint: Complaint, step: Step): Complaint {
    return putStep(this.#parts.tables.complaints, complaint, step);
  }

  async #step(before: Complaint, hash: KeyedHash, stop: AbortSignal): Promise<void> {
    const {config, tables, now, brake} = this.#parts;
    const {complaints: mode, dryRun} = config;
    const book = bookOf(tables.complaintBook);
    if (mode === 'off' || book === undefined) return;
    const mailbox = before.contact?.mailbox;
    if (mailbox !== undefined && !isAlive(tables.complaintLeftOut, mailbox, now())) {
      const why = 'its mailbox bounced recently, or you had it forgotten';
      this.#put(before, {kind: 'held', atMs: now(), reason: 'noContact', why});
      return;
    }
    // A mail is made of many parts: only where it goes, or nobody knows yet whether it can be written.
    const next = nextOf(before, this.#question(before, mode, book));
    if (next.kind === 'withdraw') {
      this.#put(before, {kind: 'withdrawn', atMs: now(), why: next.why});
    }
    const isNew = before.step.kind === 'lookedUp';
    if (!isNew && (next.kind !== 'hand' || brake() === 'on' || dryRun)) return;
    const composed = this.compose(before, hash);
    if (composed.kind === 'wrong') {
      this.#troubles.begin(`letter ${before.about.kind}`, `complaints: ${composed.why}`);
    } else if (isNew) await this.#step(this.#shown(before, mode), hash, stop);
    else await this.#hand(before, composed.mail, stop);
  }

  #question({network}: Complaint, mode: Mode, book: ComplaintBook): Parameters<typeof nextOf>[1] {
    const {config, now, tables} = this.#parts;
    const went = wentToday(tables.complaints.values(), network, now());
    const {complaintsPerDay: perDay, complaintFrom: from} = config;
    return {mode, book, perDay, from, went, nowMs: now()};
  }

  /** What was shown once is not shown again for a while, as it would not be sent again. */
  #shown(complaint: Complaint, mode: Mode): Complaint {
    const {tables, now} = this.#parts;
    if (mode === 'preview') noteTold(tables.complaintDeeds, complaint, 'shown', now());
    return this.#put(complaint, {kind: 'composed', go: 'no'});
  }

  /** It has surely not gone: it is tried later, and takes no place of the day. */
  #again(handing: Complaint, {step}: Complaint, sentMs: number): void {
    const go = step.kind === 'composed' ? step.go : 'no';
    this.#put(handing, {kind: 'composed', go, againMs: sentMs + retryMs});
    takeBackMail(this.#parts.tables.complaintBook, sentMs);
  }

  async #hand(complaint: Complaint, mail: ComplaintMail, stop: AbortSignal): Promise<void> {
    const {tables, now, save, handOver, say} = this.#parts;
    const sentMs = now();
    const handing = this.#put(complaint, {kind: 'handing', atMs: sentMs});
    countMail(tables.complaintBook, sentMs);
    noteTold(tables.complaintDeeds, complaint, 'sent', sentMs);
    // Not on the disk: after a crash nobody would know of it, and it would go twice.
    if (save() === 'failed') {
      this.#again(handing, complaint, sentMs);
      return;
    }
    const result = await handOver(mail, stop);
    const isLater = result.kind === 'notTaken' && result.again === 'yes';
    if (isLater) this.#again(handing, complaint, sentMs);
    else this.#put(handing, stepAfter(result, sentMs));
    save();
    const what = `complaint ${complaint.id} to ${mail.recipient}`;
    if (result.kind === 'taken') {
      this.#tally.sent += 1;
      this.#troubles.end('mailer', 'complaints: the mailer takes them again');
      say('notice', `${what}: handed to the mailer: ${result.said}`);
    } else if (isLater) {
      this.#troubles.begin('mailer', `complaints: the mailer: ${result.why}`, 'warning');
    } else say('error', `${what}: held: ${result.why}`);
  }
}

/** @param result final, as far as anybody knows */
function stepAfter(result: HandOver, atMs: number): Step {
  if (result.kind === 'taken') return {kind: 'handed', atMs};
  const reason = result.kind === 'unknown' ? 'unknown' : 'refused';
  return {kind: 'held', atMs, reason, why: result.why};
}
