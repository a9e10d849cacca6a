/**
 * Writes the letters of open complaints, and hands them to the mailer one by one. `complaint/next.ts` decides which may
 * go. Saves the row as `handing` before it sends the first byte: see `complaint/spool/complaint.ts`.
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
/** After the mailer failed, it is tried again after so long. Ms. */
const retryMs = 15 * 60_000;

export class Poster {
  readonly #parts: ComplaintParts;
  readonly #tally: ComplaintTally;
  readonly #troubles: Troubles;

  constructor(parts: ComplaintParts, tally: ComplaintTally) {
    [this.#parts, this.#tally] = [parts, tally];
    this.#troubles = new Troubles(parts.say);
  }

  /** The mail as it would go now, or the reason why it cannot be written. */
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
      // One bad row, for example of a state that somebody changed, must not hold up the others.
      const why = `complaint ${complaint.id} cannot be written: ${(error as Error).message}`;
      return {kind: 'wrong', why: printable(why, mostWhy)};
    }
  }

  /** Takes each open complaint one step further, or as many steps as possible. */
  async post(hash: KeyedHash, stop: AbortSignal): Promise<void> {
    const {tables} = this.#parts;
    for (const {id} of [...tables.complaints.values()].filter(isOpen)) {
      if (stop.aborted) return;
      const complaint = this.#current(id);
      if (complaint !== undefined) await this.#step(complaint, hash, stop);
    }
  }

  /** The complaint without clients that may not be named any more. Withdraws it if none is left. */
  #current(id: string): Complaint | undefined {
    const {tables, mayName, now} = this.#parts;
    const row = tables.complaints.get(id);
    if (row === undefined || !isOpen(row)) return undefined;
    const still = stillAccused(row, tables.complaintDeeds, mayName);
    if (still !== undefined) {
      if (still !== row) tables.complaints.replace(id, still);
      return still;
    }
    this.#put(row, {kind: 'withdrawn', atMs: now(), why: 'no client of it may be named any more'});
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
    // A mail costs time to compose. So compose it only if it goes now, or if it is not known yet whether it can be written.
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

  /** A preview treats a complaint that was shown like one that was sent: it does not show the same clients again soon. */
  #shown(complaint: Complaint, mode: Mode): Complaint {
    const {tables, now} = this.#parts;
    if (mode === 'preview') noteTold(tables.complaintDeeds, complaint, 'shown', now());
    return this.#put(complaint, {kind: 'composed', go: 'no'});
  }

  /** The mail has surely not gone. It is tried again later, and does not count for `complaints_per_day`. */
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
    // Without the row on disk, the daemon would not know of this mail after a crash, and would send it twice.
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

/** @param result anything but a failure after which the mail is tried again */
function stepAfter(result: HandOver, atMs: number): Step {
  if (result.kind === 'taken') return {kind: 'handed', atMs};
  const reason = result.kind === 'unknown' ? 'unknown' : 'refused';
  return {kind: 'held', atMs, reason, why: result.why};
}
