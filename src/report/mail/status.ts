/** What status and metrics say about mail that leaves through the mailer: counts by the way in, and never by sender. */
import type {Config} from '../../config/schema.js';
import {isoTime} from '../../base/time-text.js';
import type {LongQueueView} from '../../submission/queue/length.js';
import type {SenderBook, Totals} from '../../submission/book.js';
import type {QueuedCount} from '../../submission/whose/in-transit.js';
import type {Figure} from '../hearing/figure.js';

export interface MailStatus {
  readonly mode: Config['outgoingMail'];
  /** Remembered senders, and senders that are over a limit now. Counts. */
  readonly senders: number;
  readonly over: number;
  /** Messages in the mailer's queue; absent: it was not read yet, or cannot be read. */
  readonly inQueue?: QueuedCount | undefined;
  /** Which length of the queue is too long on this relay, and whether it is; absent: no daemon looks. */
  readonly longQueue?: LongQueueView | undefined;
  /** Why nothing can be held, if the settings want it held. */
  readonly holdTrouble?: string | undefined;
  /** Since the daemon began. */
  readonly totals: Totals;
}

export const mailStatus = (
  mode: Config['outgoingMail'],
  senders: number,
  {over, totals}: Pick<SenderBook, 'over' | 'totals'>,
  queue: Pick<MailStatus, 'inQueue' | 'longQueue' | 'holdTrouble'>,
): MailStatus => ({mode, senders, over, totals, ...queue});

export function mailLines(mail: MailStatus | undefined): string[] {
  if (mail === undefined || mail.mode === 'off') return [];
  const {mode, senders, over, totals, inQueue, longQueue, holdTrouble} = mail;
  const recipients = (['auth', 'uid', 'host'] as const)
    .map((way) => `${way} ${totals[way].recipients}`)
    .join(', ');
  const offenders = over === 0 ? '' : `; ${over} OVER A LIMIT (blocksmtp senders)`;
  const trouble = holdTrouble === undefined ? '' : `; CANNOT BE HELD: ${holdTrouble}`;
  const held = inQueue?.held ? `, ${inQueue.held} HELD (blocksmtp queue --held)` : '';
  const long =
    longQueue?.longSinceMs === undefined
      ? ''
      : `, LONG since ${isoTime(longQueue.longSinceMs)} (limit ${longQueue.limit}; blocksmtp queue --count)`;
  const waiting = inQueue === undefined ? 'not known' : `${inQueue.waiting} waiting${held}`;
  const queue = inQueue === undefined && long === '' ? '' : `; in the queue: ${waiting}${long}`;
  const what = `outgoing mail: ${mode}, ${senders} senders, recipients: ${recipients}`;
  return [`${what}${offenders}${queue}${trouble}`];
}

const queueSamples = (inQueue: QueuedCount | undefined): Figure['samples'] =>
  inQueue === undefined
    ? []
    : (['waiting', 'held'] as const).map((state) => ({labels: {state}, value: inQueue[state]}));

export function mailFigures(mail: MailStatus | undefined): Figure[] {
  if (mail === undefined || mail.mode === 'off') return [];
  const {longQueue} = mail;
  const samples = (what: 'messages' | 'recipients') =>
    Object.entries(mail.totals).map(([way, counts]) => ({labels: {way}, value: counts[what]}));
  return [
    {
      name: 'mail_messages_total',
      type: 'counter',
      help: 'Messages that the mailer took, by the way in.',
      samples: samples('messages'),
    },
    {
      name: 'mail_recipients_total',
      type: 'counter',
      help: 'Their recipients.',
      samples: samples('recipients'),
    },
    {
      name: 'mail_queue_messages',
      type: 'gauge',
      help: 'Messages in the queue of the mailer, as the last look found them.',
      samples: queueSamples(mail.inQueue),
    },
    {
      name: 'mail_queue_limit_messages',
      type: 'gauge',
      help: 'The queue is too long if more messages than this wait.',
      samples: longQueue === undefined ? [] : [{value: longQueue.limit}],
    },
    {
      name: 'mail_queue_long',
      type: 'gauge',
      help: '1 while far more messages wait than usually do on this relay.',
      samples:
        longQueue === undefined ? [] : [{value: longQueue.longSinceMs === undefined ? 0 : 1}],
    },
    {
      name: 'mail_senders',
      type: 'gauge',
      help: 'Senders that are remembered.',
      samples: [{value: mail.senders}],
    },
    {
      name: 'mail_senders_over_limit',
      type: 'gauge',
      help: 'Senders over a limit now.',
      samples: [{value: mail.over}],
    },
  ];
}
