/** How a command reads what a daemon answers about mail that leaves through the mailer: see `control/answer.ts`. */
import {type Is, isNumber, isText, listOf, maybe, oneOf, shape} from '../base/shape.js';
import {type Config, settings} from '../config/schema.js';
import type {MailStatus} from '../report/mail/status.js';
import type {AlarmKind} from '../submission/limits.js';
import type {MailSender, Shown} from '../submission/view.js';
import type {SenderKind} from '../submission/whose/sender.js';

const isShown = shape<Shown>({text: isText, recipients: isNumber});
const isExempt: Is<number | 'none'> = (value): value is number | 'none' =>
  value === 'none' || isNumber(value);

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
  alarm: maybe(
    oneOf<AlarmKind>({
      ...{message: true, hour: true, day: true, failures: true},
      ...{newSender: true, strangers: true, unusual: true, queue: true},
    }),
  ),
  exempt: maybe(isExempt),
  froms: listOf(isShown),
  scripts: listOf(isShown),
  firstMs: isNumber,
  lastMs: isNumber,
});

const isTotal = shape<MailStatus['totals']['auth']>({messages: isNumber, recipients: isNumber});
const isMailMode: Is<Config['outgoingMail']> = (value): value is Config['outgoingMail'] =>
  isText(value) && settings.outgoingMail.kind.read(value).ok;
export const isMailStatus = shape<MailStatus>({
  mode: isMailMode,
  senders: isNumber,
  over: isNumber,
  inQueue: maybe(shape<NonNullable<MailStatus['inQueue']>>({waiting: isNumber, held: isNumber})),
  holdTrouble: maybe(isText),
  totals: shape<MailStatus['totals']>({
    ...{auth: isTotal, uid: isTotal, host: isTotal, bounce: isTotal, incoming: isTotal},
  }),
});
