/** How a command reads the daemon's answers about mail that leaves through the mailer: see `control/answer.ts`. */
import {type Is, isNumber, isText, listOf, maybe, oneOf, shape} from '../base/shape.js';
import {isValueOf} from '../config/value-shape.js';
import type {MailStatus} from '../report/mail/status.js';
import type {AlarmKind} from '../submission/limits.js';
import type {MailSender, Shown} from '../submission/view.js';
import type {SenderKind} from '../submission/whose/sender.js';

const isShown = shape<Shown>({text: isText, recipients: isNumber});
const isExempt: Is<number | 'none'> = (value): value is number | 'none' =>
  value === 'none' || isNumber(value);

export const isAlarmKind = oneOf<AlarmKind>({
  ...{message: true, hour: true, day: true, failures: true},
  ...{newSender: true, strangers: true, unusual: true, queue: true},
});

export const isMailSender = shape<MailSender>({
  sender: isText,
  kind: oneOf<SenderKind>({auth: true, uid: true, host: true}),
  recipients: isNumber,
  messages: isNumber,
  domains: isNumber,
  failed: isNumber,
  deferred: isNumber,
  waiting: isNumber,
  queued: maybe(isNumber),
  lastHour: isNumber,
  normal: maybe(isNumber),
  usualNow: isNumber,
  alarm: maybe(isAlarmKind),
  exempt: maybe(isExempt),
  froms: listOf(isShown),
  scripts: listOf(isShown),
  firstMs: isNumber,
  lastMs: isNumber,
});

const isTotal = shape<MailStatus['totals']['auth']>({messages: isNumber, recipients: isNumber});
export const isMailStatus = shape<MailStatus>({
  mode: isValueOf('outgoingMail'),
  senders: isNumber,
  over: isNumber,
  inQueue: maybe(shape<NonNullable<MailStatus['inQueue']>>({waiting: isNumber, held: isNumber})),
  longQueue: maybe(
    shape<NonNullable<MailStatus['longQueue']>>({limit: isNumber, longSinceMs: maybe(isNumber)}),
  ),
  holdTrouble: maybe(isText),
  totals: shape<MailStatus['totals']>({
    ...{auth: isTotal, uid: isTotal, host: isTotal, bounce: isTotal, incoming: isTotal},
  }),
});
