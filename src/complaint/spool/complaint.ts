/**
 * A complaint and how far it has come: one row of the spool. Each step is one transaction, and a row is saved
 * before the next step begins. Clients whose complaint is due, and that nobody looked up yet, are no row here:
 * they are rows of `deed.ts`.
 *
 * A mail goes out once at most, not once at least. The row is saved as `handing` before the first byte goes to
 * the mailer. A daemon that is killed then finds it so, and nobody knows whether the mailer took it: it is held
 * and shown. For a mail too few costs nothing, the attacker's next block tells the same; a mail twice is what
 * makes an abuse desk close both unread.
 */
import type {Table} from '../../base/mechanisms/table.js';
import type {Contact} from '../contact/answer.js';
import type {Accusation} from './accusation.js';

/** Why a complaint waits for a person. */
export type HeldWhy =
  /** The registries and the DNS name nobody, or only mailboxes that are dead or left out. */
  | 'noContact'
  /** The mailer refused it for good. */
  | 'refused'
  /** The daemon ended, or the connection broke, while the mailer took it: nobody knows whether it did. */
  | 'unknown';

export type Step =
  | {readonly kind: 'lookedUp'}
  /** Its letter can be written. `go`: the operator says that it is to be sent. */
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
      /** What the other side says: printable, cut. */
      readonly why: string;
    }
  | {
      readonly kind: 'held';
      readonly atMs: number;
      readonly reason: HeldWhy;
      readonly why: string;
    }
  | {readonly kind: 'withdrawn'; readonly atMs: number; readonly why: string};

/** Plain data: it is saved as it is, under its id. */
export interface Complaint {
  /** A UUID that follows from the network and the day, and that nobody else can tell. */
  readonly id: string;
  readonly network: string;
  /** Whom it is for; absent: nobody is known (`held`). */
  readonly contact?: Contact | undefined;
  /** Ms since the epoch. */
  readonly madeMs: number;
  readonly about: Accusation;
  readonly step: Step;
}

/** Complaints remembered. A count: with 500 addresses each, some ten megabytes. */
export const mostComplaints = 500;
/** So long. Ms. */
const complaintKeptMs = 90 * 86_400_000;
/** Addresses in one letter. A count: the rest is counted in a line. */
export const mostAttackers = 500;

/** Still on its way to the mailer. */
export const isOpen = ({step}: Complaint): boolean =>
  step.kind === 'lookedUp' || step.kind === 'composed';

/** When the mailer took it, or may have. Undefined: it did not. Ms since the epoch. */
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

/** A bounce comes within this: mailers try for five days (RFC 5321 section 4.5.4.1). Ms. */
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

/** Puts the row where it was; a new one at the end. */
export function putStep(complaints: Table<Complaint>, complaint: Complaint, step: Step): Complaint {
  const next = {...complaint, step};
  complaints.replace(complaint.id, next);
  return next;
}

/** At a start: what was being handed over when the process ended is held. @returns those */
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
 * Forgets what is old; an open one is never forgotten by its age. What lies in the future, by a clock that was
 * set back, is moved to now.
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
