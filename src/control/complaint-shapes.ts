/** How a command reads the daemon's answers about complaints: see `answer.ts`. */
import {type Is, isNumber, isText, listOf, maybe, oneOf, shape} from '../base/shape.js';
import type {ComplaintView, LetterView} from '../complaint/view.js';
import {isValueOf} from '../config/value-shape.js';
import type {ComplaintStatus} from '../report/complaint/status.js';
import type {Answer} from './protocol.js';

type Letters = Omit<Extract<Answer, {kind: 'letters'}>, 'kind'>;
type Complaints = Omit<Extract<Answer, {kind: 'complaints'}>, 'kind'>;

export const isLetters = shape<Letters>({
  letters: listOf(
    shape<LetterView>({
      ...{id: isText, network: isText, mailbox: isText, subject: isText},
      ...{text: isText, raw: isText, waits: isText},
    }),
  ),
  message: isText,
});

export const isComplaints = shape<Complaints>({
  complaints: listOf(
    shape<ComplaintView>({
      ...{id: isText, network: isText, mailbox: maybe(isText), madeMs: isNumber, why: isText},
      source: maybe(
        oneOf<NonNullable<ComplaintView['source']>>({
          ...{registry: true, 'contact-zone': true, 'reverse-name': true},
        }),
      ),
      certainty: maybe(
        oneOf<NonNullable<ComplaintView['certainty']>>({
          ...{published: true, listed: true, guessed: true},
        }),
      ),
      kind: oneOf<ComplaintView['kind']>({guessing: true, message: true}),
      step: oneOf<ComplaintView['step']>({
        ...{lookedUp: true, composed: true, handing: true, handed: true},
        ...{answered: true, bounced: true, held: true, withdrawn: true},
      }),
      ...{sentMs: maybe(isNumber), addresses: isNumber, before: isNumber, after: isNumber},
    }),
  ),
  due: isNumber,
});

const isShown: Is<number | 'all'> = (value): value is number | 'all' =>
  value === 'all' || isNumber(value);

export const isComplaintStatus = shape<ComplaintStatus>({
  ...{mode: isValueOf('complaints'), due: isNumber, open: isNumber, shown: isShown},
  held: shape<ComplaintStatus['held']>({
    ...{noContact: isNumber, refused: isNumber, unknown: isNumber},
  }),
  ...{lookUpFailures: isNumber, sent: isNumber, bounces: isNumber, answers: isNumber},
});
