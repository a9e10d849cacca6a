/** Checks whether this program could have written a saved row: see `guard/saved-rows.ts`. */
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
import {parseNetwork} from '../../net/network.js';
import {isComplaintId} from './report-id.js';
import {isContact} from '../contact/cache.js';
import type {Accusation} from './accusation.js';
import type {ComplaintBook} from './book.js';
import type {Complaint, HeldWhy, Step} from './complaint.js';
import type {Attacker, Deed, ShownName} from './deed.js';
import type {LeftOut} from './left-out.js';

const isAddress: Is<string> = (value): value is string =>
  isText(value) && parseAddress(value)?.text === value;

const isNetwork: Is<string> = (value): value is string =>
  isText(value) && parseNetwork(value)?.text === value;
/** The latest time that a Date can hold (ECMA-262). Ms since the epoch. */
const lastDateMs = 8.64e15;
const isTime: Is<number> = (value): value is number =>
  isNumber(value) && value >= 0 && value <= lastDateMs;

const attacker = {
  client: isNetwork,
  address: isAddress,
  ...{firstMs: isTime, lastMs: isTime, unknownNames: isNumber, wrongPasswords: isNumber},
  blocks: isNumber,
  names: listOf(shape<ShownName>({pattern: isText, hash: isText})),
  sourcePort: maybe(whole(1, 65_535)),
};
const isAttacker = shape<Attacker>(attacker);
/** At least one, because a letter says when the first attacker came. */
const isAttackers: Is<readonly Attacker[]> = (value): value is readonly Attacker[] =>
  listOf(isAttacker)(value) && value.length > 0;
const isId: Is<string> = (value): value is string => isText(value) && isComplaintId(value);
/** As `newKey` makes it: a shorter one could be guessed. */
const isKey: Is<string> = (value): value is string => isText(value) && /^[0-9a-f]{64}$/.test(value);

export const isDeed = shape<Deed>({
  ...attacker,
  blocksMs: listOf(isTime),
  told: maybe(
    shape<NonNullable<Deed['told']>>({atMs: isTime, as: oneOf({sent: true, shown: true})}),
  ),
});

type Guessing = Omit<Extract<Accusation, {kind: 'guessing'}>, 'kind'>;
type Message = Omit<Extract<Accusation, {kind: 'message'}>, 'kind'>;
type Found = Message['found'];

/** Also checks the accusation that `complain message --send` gives to the daemon. */
export const isAccusation = variants<Accusation>({
  guessing: shape<Guessing>({
    network: isNetwork,
    attackers: isAttackers,
    more: maybe(isNumber),
  }),
  message: shape<Message>({
    ...{network: isNetwork, client: isAddress, queueId: isText, takenMs: isTime},
    found: variants<Found>({scanner: shape({name: isText}), person: shape({})}),
    ...{header: isText, smtpFrom: maybe(isText), sourcePort: maybe(whole(1, 65_535))},
  }),
});

const isStep = variants<Step>({
  lookedUp: shape({}),
  composed: shape({go: oneOf({no: true, yes: true}), againMs: maybe(isTime)}),
  handing: shape({atMs: isTime}),
  handed: shape({atMs: isTime}),
  answered: shape({
    ...{atMs: isTime, sentMs: isTime},
    by: oneOf({person: true, automatic: true}),
  }),
  bounced: shape({atMs: isTime, sentMs: isTime, why: isText}),
  held: shape({
    ...{atMs: isTime, why: isText},
    reason: oneOf<HeldWhy>({noContact: true, refused: true, unknown: true}),
  }),
  withdrawn: shape({atMs: isTime, why: isText}),
});

export const isComplaint = shape<Complaint>({
  ...{id: isId, network: isNetwork, contact: maybe(isContact), madeMs: isTime},
  ...{about: isAccusation, step: isStep},
});

export const isLeftOut = variants<LeftOut>({
  dead: shape({untilMs: isTime, why: isText}),
  forgotten: shape({sinceMs: isTime}),
  never: shape({sinceMs: isTime}),
});

export const isComplaintBook = shape<ComplaintBook>({
  ...{key: isKey, days: isNumber, lastDay: isNumber},
  allowed: oneOf({no: true, yes: true}),
  handedMs: listOf(isTime),
});
