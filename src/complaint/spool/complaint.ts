/**
 * A complaint and its current step: one row of the spool. Each step is one transaction, and the row is saved
 * before the next step begins. A client whose complaint is due, but whose contact was not looked up yet, has no row
 * here. It has one in `deed.ts`.
 *
 * A mail goes out at most once, not at least once. The row is saved as `handing` before the first byte goes to
 * the mailer. If the daemon is killed then, it finds this row at its next start. It cannot know whether the mailer took
 * the mail, so it holds the complaint and shows it. A mail too few costs nothing, because the attacker's next block
 * leads to another. If a mail comes twice, an abuse desk closes both unread.
 */
import type {Table} from '../../base/mechanisms/table.js';
import type {Contact} from '../contact/answer.js';
import type {Accusation} from './accusation.js';

/** Why a complaint waits for a person. */
export type HeldWhy =
  /** Registries and DNS name no contact, or only mailboxes that are dead or left out. */
  | 'noContact'
  /** The mailer refused it for good. */
  | 'refused'
  /** The daemon ended, or the connection broke, during the hand-over. So it is not known whether the mailer took the mail. */
  | 'unknown';

export type Step =
  | {readonly kind: 'lookedUp'}
  /** Its letter can be written. `go`: `yes` if the operator wants it sent. */
  | {readonly kind: 'composed'; readonly go: 'no' | 'yes'; readonly againMs?: number | undefined}
  | {readonly kind: 'handing'; readonly atMs: number}
  | {readonly kind: 'handed'; readonly atMs: number}
  | {
      readonly kind: 'answered';
      readonly atMs: number;
      readonly sentMs: number;
      readonly by: 'person' | 'automatic';
    }
  | {
      readonly kind: 'bounced';
      readonly atMs: number;
      readonly sentMs: number;
      /** The other side's answer: printable, cut. */
      readonly why: string;
    }
  | {
      readonly kind: 'held';
      readonly atMs: number;
      readonly reason: HeldWhy;
      readonly why: string;
    }
  | {readonly kind: 'withdrawn'; readonly atMs: number; readonly why: string};

/** Plain data, saved unchanged under its id. */
export interface Complaint {
  /** A UUID made from the network and the day. Without our key nobody can compute it. */
  readonly id: string;
  readonly network: string;
  /** The recipient; absent: none is known (`held`). */
  readonly contact?: Contact | undefined;
  /** Ms since the epoch. */
  readonly madeMs: number;
  readonly about: Accusation;
  readonly step: Step;
}

/** At most so many complaints are kept. A count: with 500 addresses each, some ten megabytes. */
export const mostComplaints = 500;
/** A complaint is kept for so long. Ms. */
const complaintKeptMs = 90 * 86_400_000;
/** At most so many addresses in one letter. A count: one line gives the number of the rest. */
export const mostAttackers = 500;

/** Still on its way to the mailer. */
export const isOpen = ({step}: Complaint): boolean =>
  step.kind === 'lookedUp' || step.kind === 'composed';

/** When the mailer took it, or may have taken it. Undefined: it did not. Ms since the epoch. */
export function sentMs({step}: Complaint): number | undefined {
  switch (step.kind) {
    case 'handing':
    case 'handed':
      return step.atMs;
    case 'answered':
    case 'bounced':
      return step.sentMs;
    case 'held':
      return step.reason === 'unknown' ? step.atMs : undefined;
    case 'lookedUp':
    case 'composed':
    case 'withdrawn':
      return undefined;
  }
}

/** A bounce comes within this time: mailers try for five days (RFC 5321 section 4.5.4.1). Ms. */
const bouncesMs = 7 * 86_400_000;

/**
 * Makes room for one more row. Drops the oldest row that was never sent, then the oldest whose time
 * for bounces is over. A recently sent row stays: it keeps its network from a second mail, and its
 * bounce must find it.
 */
export function makeRoom(complaints: Table<Complaint>, nowMs: number): 'room' | 'full' {
  if (complaints.size < mostComplaints) return 'room';
  const closed = [...complaints.values()].filter((each) => !isOpen(each));
  const isOver = (each: Complaint): boolean => nowMs - (sentMs(each) ?? nowMs) > bouncesMs;
  const oldest = closed.find((each) => sentMs(each) === undefined) ?? closed.find(isOver);
  if (oldest === undefined) return 'full';
  complaints.delete(oldest.id);
  return 'room';
}

/** Saves the step in the complaint's row, which keeps its place; a new row goes to the end. */
export function putStep(complaints: Table<Complaint>, complaint: Complaint, step: Step): Complaint {
  const next = {...complaint, step};
  complaints.replace(complaint.id, next);
  return next;
}

/** Called at a start: holds the complaints that were being handed over when the process ended. @returns these */
export function holdHalfHanded(complaints: Table<Complaint>, nowMs: number): Complaint[] {
  const half = [...complaints.values()].filter(({step}) => step.kind === 'handing');
  return half.map((each) =>
    putStep(complaints, each, {
      kind: 'held',
      atMs: Math.min(nowMs, sentMs(each) ?? nowMs),
      reason: 'unknown',
      why: 'the daemon ended while it handed the mail over: look into the log of the mailer',
    }),
  );
}

/**
 * Forgets old complaints, but never an open one. Moves times that are in the future, after the clock was
 * set back, to now.
 */
export function sweepComplaints(complaints: Table<Complaint>, nowMs: number): void {
  for (const [id, each] of [...complaints.entries()]) {
    if (!isOpen(each) && nowMs - each.madeMs > complaintKeptMs) complaints.delete(id);
    else if (each.madeMs > nowMs || latestMs(each.step) > nowMs) {
      const step = movedTo(each.step, nowMs);
      complaints.replace(id, {...each, madeMs: Math.min(each.madeMs, nowMs), step});
    }
  }
}

const latestMs = (step: Step): number => ('atMs' in step ? step.atMs : 0);

function movedTo(step: Step, nowMs: number): Step {
  if (!('atMs' in step)) return step;
  const atMs = Math.min(step.atMs, nowMs);
  return 'sentMs' in step ? {...step, atMs, sentMs: Math.min(step.sentMs, nowMs)} : {...step, atMs};
}
