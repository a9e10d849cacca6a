/** A status of mail that leaves through the mailer with every metric in it. */
import type {MailStatus} from '../../src/report/mail/status.js';

const nothing = {messages: 0, recipients: 0};
export const everyMail: MailStatus = {
  ...{mode: 'observe', senders: 3, over: 0, inQueue: {waiting: 2, held: 1}},
  longQueue: {limit: 2000},
  totals: {auth: nothing, uid: nothing, host: nothing, bounce: nothing, incoming: nothing},
};
