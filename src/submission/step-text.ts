/** Says for `explain` what one line means for a mail on its way. One line alone does not show whose mail it is. */
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
      return 'a login: from now on the mail of this session belongs to this user';
    case 'cloned':
      return 'goes on under another queue id, counted already';
    case 'labelChanged':
      return 'a local user imitates the lines of the mailer: this leads to a warning';
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
