/**
 * The remembered contacts of an address, as an answer to a command, and the shape of that answer.
 * Asks no registry.
 */
import {type Is, isNumber, isText, listOf, orNull, shape, variants} from '../base/shape.js';
import type {ContactAnswer} from '../complaint/contact/answer.js';
import {isContact, knownRow} from '../complaint/contact/cache.js';
import {answerOf} from '../complaint/contact/trust.js';
import type {State} from '../guard/state.js';
import {parseAddress} from '../net/address.js';
import type {Answer} from './protocol.js';

export function knownContact(
  text: string,
  {contacts}: Pick<State, 'contacts'>,
  nowMs: number,
): Answer {
  const address = parseAddress(text);
  if (address === undefined) {
    const wrong = JSON.stringify(text.slice(0, 80));
    return {kind: 'refused', message: `${wrong}: expected an IPv4 or IPv6 address`};
  }
  const row = knownRow(contacts, address, nowMs);
  return {kind: 'contact', known: row === undefined ? null : answerOf(row)};
}

type Of<Kind extends ContactAnswer['kind']> = Omit<Extract<ContactAnswer, {kind: Kind}>, 'kind'>;

export const isKnownContact: Is<{readonly known: ContactAnswer | null}> = shape<{
  readonly known: ContactAnswer | null;
}>({
  known: orNull(
    variants<ContactAnswer>({
      found: shape<Of<'found'>>({network: isText, contacts: listOf(isContact), foundMs: isNumber}),
      none: shape<Of<'none'>>({network: isText, why: isText}),
      failed: shape<Of<'failed'>>({why: isText, againMs: isNumber}),
    }),
  ),
});
