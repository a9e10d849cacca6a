/** Whether a saved row is one that this program could have written: see `guard/saved-rows.ts`. */
import {
  type Is,
  isNumber,
  isText,
  listOf,
  maybe,
  oneOf,
  shape,
  variants,
  whole,
} from '../../base/shape.js';
import {parseAddress} from '../../net/address.js';
import type {Contact} from '../contact/answer.js';
import type {Accusation} from './accusation.js';
import type {ComplaintBook} from './book.js';
import type {Complaint, HeldWhy, Step} from './complaint.js';
import type {Attacker, Deed, ShownName} from './deed.js';
import type {LeftOut} from './left-out.js';

const isAddress: Is<string> = (value): value is string =>
  isText(value) && parseAddress(value)?.text === value;

const attacker = {
  client: isText,
  address: isAddress,
  ...{firstMs: isNumber, lastMs: isNumber, unknownNames: isNumber, wrongPasswords: isNumber},
  blocks: isNumber,
  names: listOf(shape<ShownName>({pattern: isText, hash: isText})),
  sourcePort: maybe(whole(1, 65_535)),
};
const isAttacker = shape<Attacker>(attacker);

export const isDeed = shape<Deed>({
  ...attacker,
  blocksMs: listOf(isNumber),
  told: maybe(
    shape<NonNullable<Deed['told']>>({atMs: isNumber, as: oneOf({sent: true, shown: true})}),
  ),
});

const isContact = shape<Contact>({
  mailbox: isText,
  source: oneOf<Contact['source']>({registry: true, 'contact-zone': true, 'reverse-name': true}),
  certainty: oneOf<Contact['certainty']>({published: true, listed: true, guessed: true}),
});

type Guessing = Omit<Extract<Accusation, {kind: 'guessing'}>, 'kind'>;
type Message = Omit<Extract<Accusation, {kind: 'message'}>, 'kind'>;
type Found = Message['found'];

/** Also what `complain message --send` gives to the daemon. */
export const isAccusation = variants<Accusation>({
  guessing: shape<Guessing>({
    network: isText,
    attackers: listOf(isAttacker),
    more: maybe(isNumber),
  }),
  message: shape<Message>({
    ...{network: isText, client: isAddress, queueId: isText, takenMs: isNumber},
    found: variants<Found>({scanner: shape({name: isText}), person: shape({})}),
    ...{header: isText, smtpFrom: maybe(isText), sourcePort: maybe(whole(1, 65_535))},
  }),
});

const isStep = variants<Step>({
  lookedUp: shape({}),
  composed: shape({go: oneOf({no: true, yes: true}), againMs: maybe(isNumber)}),
  handing: shape({atMs: isNumber}),
  handed: shape({atMs: isNumber}),
  answered: shape({
    ...{atMs: isNumber, sentMs: isNumber},
    by: oneOf({person: true, automatic: true}),
  }),
  bounced: shape({atMs: isNumber, sentMs: isNumber, why: isText}),
  held: shape({
    ...{atMs: isNumber, why: isText},
    reason: oneOf<HeldWhy>({noContact: true, refused: true, unknown: true}),
  }),
  withdrawn: shape({atMs: isNumber, why: isText}),
});

export const isComplaint = shape<Complaint>({
  ...{id: isText, network: isText, contact: maybe(isContact), madeMs: isNumber},
  ...{about: isAccusation, step: isStep},
});

export const isLeftOut = variants<LeftOut>({
  dead: shape({untilMs: isNumber, why: isText}),
  forgotten: shape({sinceMs: isNumber}),
  never: shape({sinceMs: isNumber}),
});

export const isComplaintBook = shape<ComplaintBook>({
  ...{key: isText, days: isNumber, lastDay: isNumber},
  allowed: oneOf({no: true, yes: true}),
  handedMs: listOf(isNumber),
});
