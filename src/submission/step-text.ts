/** What one line tells of a mail on its way, in words, for `explain`. Whose it is takes several lines. */
import {countText} from '../base/count.js';
import type {TransitEvent} from '../mail/transit/transit-event.js';

export function stepText(step: TransitEvent): string | undefined {
  switch (step.kind) {
    case 'accepted': {
      const from = step.from === 'program' ? 'a local program' : step.from.text;
      return `mail of ${from} to ${countText(step.recipients, 'recipient')}`;
    }
    case 'attempted':
      return attemptText(step);
    case 'loggedIn':
      return 'whose mail it is from now on, by login';
    case 'cloned':
      return 'goes on under another queue id, counted already';
    case 'labelChanged':
      return 'a local user imitates the lines of the mailer: warned of';
    case 'connected':
      return undefined;
  }
}

function attemptText(step: Extract<TransitEvent, {kind: 'attempted'}>): string {
  const {outcome, recipients, next, submittedBy, relayId} = step;
  const whose =
    next === 'ownRelay' && relayId !== undefined && submittedBy !== undefined
      ? `, handed to the relay for uid ${submittedBy}`
      : '';
  return `mail ${outcome} for ${countText(recipients.length, 'recipient')}${whose}`;
}
