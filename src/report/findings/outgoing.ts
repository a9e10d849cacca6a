/** What `doctor` finds of the watch on outgoing mail. */
import {unknownUserText} from '../outgoing-notice.js';
import type {Facts} from './facts.js';
import {advice, bad, type Finding} from '../finding.js';

export function outgoingFindings({unknownUsers, warnTroubles, config}: Facts): Finding[] {
  if (config.outbound === 'off') return [];
  return [
    ...unknownUsers.map((user) => bad(unknownUserText(user))),
    ...warnTroubles.map(({setting, why}) => advice(`${setting}: ${why}`)),
  ];
}
