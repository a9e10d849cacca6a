/** What `doctor` finds about outgoing mail. */
import {countText} from '../../base/count.js';
import {unknownUserText} from '../outgoing-notice.js';
import type {Status} from '../status.js';
import type {Facts} from './facts.js';
import {advice, bad, type Finding} from '../finding.js';

export function outgoingFindings({unknownUsers, warnTroubles, config, status}: Facts): Finding[] {
  const mail = 'unavailable' in status ? [] : mailFindings(config, status);
  if (config.outbound === 'off' && config.outgoingMail === 'off') return [];
  const isTold = config.outbound !== 'off' || config.outgoingMail !== 'observe';
  return [
    ...mail,
    ...(config.outbound === 'off' ? [] : unknownUsers).map((user) => bad(unknownUserText(user))),
    ...(isTold ? warnTroubles : []).map(({setting, why}) => advice(`${setting}: ${why}`)),
  ];
}

/** Findings about senders whose mail leaves through the mailer. */
function mailFindings(config: Facts['config'], {mail}: Pick<Status, 'mail'>): Finding[] {
  const over = mail?.over ?? 0;
  const held = mail?.inQueue?.held ?? 0;
  const longQueue = mail?.longQueue?.longSinceMs === undefined ? undefined : mail.longQueue;
  const {outgoingMail, attribution, syslogMsgsFile} = config;
  const isForgeable = outgoingMail === 'quarantine' && attribution === 'any';
  const hasJournal = syslogMsgsFile.some((each) => each === 'auto' || each === 'journal');
  return [
    ...(mail?.holdTrouble === undefined
      ? []
      : [
          bad(
            `outgoing_mail = "quarantine", and no mail can be held: ${mail.holdTrouble}: put init/queue.conf of the examples into /etc/systemd/system/blocksmtp.service.d/`,
          ),
        ]),
    ...(over === 0 ? [] : [bad(`outgoing mail: ${over} senders over a limit: blocksmtp senders`)]),
    ...(longQueue === undefined
      ? []
      : [
          bad(
            `the queue is long: ${mail?.inQueue?.waiting ?? 'unknown'} messages wait (limit ${longQueue.limit}): blocksmtp queue --count`,
          ),
        ]),
    ...(held === 0
      ? []
      : [advice(`${countText(held, 'message')} held in the queue: blocksmtp queue --held`)]),
    ...(isForgeable && !hasJournal
      ? [
          advice(
            'outgoing_mail = "quarantine" by a log file alone: a local user can write lines that have the mail of others held; follow the journal, with attribution = "verified"',
          ),
        ]
      : []),
  ];
}
