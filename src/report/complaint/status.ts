/** The state of complaints: as facts, as lines of `status`, and as metrics. */
import type {Config} from '../../config/schema.js';
import {bookOf, maySend, previewDays} from '../../complaint/spool/book.js';
import {type HeldWhy, isOpen} from '../../complaint/spool/complaint.js';
import type {ComplaintTables} from '../../complaint/spool/tables.js';
import type {Figure} from '../hearing/figure.js';

export interface ComplaintStatus {
  readonly mode: Config['complaints'];
  /** Clients that are due and whose contact was not looked up, and complaints that wait. Counts. */
  readonly due: number;
  readonly open: number;
  /** Held complaints, by the reason. Counts. */
  readonly held: Readonly<Record<HeldWhy, number>>;
  /** Days on which complaints were only shown; `all`: they may go out. */
  readonly shown: number | 'all';
  /** Since the daemon began. Counts. */
  readonly lookUpFailures: number;
  readonly sent: number;
  readonly bounces: number;
  readonly answers: number;
}

type Tally = Pick<ComplaintStatus, 'lookUpFailures' | 'sent' | 'bounces' | 'answers'>;

/** Complaints that are held for longer no longer matter. Ms. */
const heldMs = 7 * 86_400_000;

export function complaintStatus(
  {complaints: mode}: Pick<Config, 'complaints'>,
  {complaints, complaintBook}: ComplaintTables,
  due: number,
  {lookUpFailures, sent, bounces, answers}: Tally,
  nowMs: number,
): ComplaintStatus {
  const held = {noContact: 0, refused: 0, unknown: 0};
  for (const {step} of complaints.values()) {
    if (step.kind === 'held' && nowMs - step.atMs < heldMs) held[step.reason] += 1;
  }
  const book = bookOf(complaintBook);
  const open = [...complaints.values()].filter(isOpen).length;
  const shown = book !== undefined && maySend(book) ? 'all' : (book?.days ?? 0);
  return {mode, due, open, held, shown, lookUpFailures, sent, bounces, answers};
}

export function complaintLines(status: ComplaintStatus | undefined): string[] {
  if (status === undefined || status.mode === 'off') return [];
  const {mode, due, open, held, shown, sent, bounces, answers} = status;
  const days = shown === 'all' ? '' : `, shown on ${shown} of ${previewDays} days`;
  const counts = `${due} due, ${open} waiting, ${sent} sent, ${answers} answered, ${bounces} bounced`;
  const nobody = held.noContact === 0 ? '' : `, ${held.noContact} without a contact`;
  const {refused, unknown} = held;
  const trouble =
    refused + unknown === 0 ? '' : `; ${refused + unknown} HELD (blocksmtp complaints)`;
  return [`complaints: ${mode}${days}: ${counts}${nobody}${trouble}`];
}

export function complaintFigures(status: ComplaintStatus | undefined): Figure[] {
  if (status === undefined || status.mode === 'off') return [];
  const {due, open, held, lookUpFailures, sent, bounces, answers} = status;
  const gauge = (name: string, help: string, value: number): Figure => ({
    ...{name, help, type: 'gauge', samples: [{value}]},
  });
  const counter = (name: string, help: string, value: number): Figure => ({
    ...{name, help, type: 'counter', samples: [{value}]},
  });
  return [
    gauge('complaints_due', 'Blocked clients whose complaint waits for a contact.', due),
    gauge('complaints_open', 'Complaints that wait to be sent.', open),
    {
      name: 'complaints_held',
      type: 'gauge',
      help: 'Complaints of the last 7 days that are held, by reason.',
      samples: Object.entries(held).map(([reason, value]) => ({labels: {reason}, value})),
    },
    counter(
      'complaint_lookup_failures_total',
      'Searches for a contact that failed.',
      lookUpFailures,
    ),
    counter('complaints_sent_total', 'Mails that the mailer took.', sent),
    counter('complaint_bounces_total', 'Mails that came back.', bounces),
    counter('complaint_answers_total', 'Answers of people and programs.', answers),
  ];
}
