/** How a command reads the daemon's report: see `answer.ts`. */
import {
  type Is,
  isNumber,
  isText,
  listOf,
  maybe,
  oneOf,
  orNull,
  recordOf,
  shape,
  variants,
} from '../base/shape.js';
import type {ComplaintView} from '../complaint/view.js';
import {isValueOf} from '../config/value-shape.js';
import type {
  ComplaintSum,
  Curve,
  Doubt,
  Doubtful,
  NetworkSum,
  Offender,
  OutgoingSum,
  Overview,
  OverviewSource,
  ProgramSum,
  SenderSum,
  Some,
  TimeRow,
  TimeRows,
} from '../overview/overview.js';
import type {Permission} from '../outgoing/sender-hours.js';
import {type Counted, counted} from '../tally/hours.js';
import type {LevelSum} from '../tally/score-days.js';
import {isAlarmKind} from './mail-shapes.js';

const someOf = <Value>(is: Is<Value>): Is<Some<Value>> =>
  shape<Some<Value>>({all: isNumber, shown: listOf(is)});

const isCounts: Is<Readonly<Record<Counted, number>>> = (
  value,
): value is Readonly<Record<Counted, number>> =>
  recordOf(isNumber)(value) && counted.every((what) => Object.hasOwn(value, what));

const isTimeRow: Is<TimeRow> = (value): value is TimeRow =>
  isCounts(value) && Object.hasOwn(value, 'atMs');

const offender = {
  ...{network: isText, blocks: isNumber, firstMs: isNumber, lastMs: isNumber},
  ...{untilMs: orNull(isNumber), answers: orNull(isNumber), reason: isText},
};

const isDoubt = variants<Doubt>({
  delivered: shape({recipients: isNumber, days: isNumber, lastMs: orNull(isNumber)}),
  goodMail: shape({before: isNumber, during: isNumber, after: isNumber}),
  friend: shape({}),
  lifted: shape({
    by: oneOf<Extract<Doubt, {kind: 'lifted'}>['by']>({
      ...{operator: true, exempt: true, brake: true, notConfirmed: true},
    }),
    atMs: isNumber,
  }),
});

const isLevelSum = shape<LevelSum>({
  ...{threshold: isNumber, answers: isNumber, blocks: isNumber, mailers: isNumber},
});

const isOutgoing = shape<OutgoingSum>({
  ...{connections: isValueOf('outbound'), mail: isValueOf('outgoingMail'), sinceMs: isNumber},
  programs: someOf(
    shape<ProgramSum>({
      connections: isNumber,
      standing: oneOf<Permission>({allowed: true, perhaps: true, other: true}),
      ...{user: isText, program: isText, lastMs: isNumber},
    }),
  ),
  senders: someOf(
    shape<SenderSum>({
      ...{sender: isText, recipients: isNumber, messages: isNumber, failed: isNumber},
      alarm: orNull(isAlarmKind),
    }),
  ),
});

const isStep = oneOf<ComplaintView['step']>({
  ...{lookedUp: true, composed: true, handing: true, handed: true},
  ...{answered: true, bounced: true, held: true, withdrawn: true},
});

const isComplaints = shape<ComplaintSum>({
  ...{mode: isValueOf('complaints'), steps: recordOf(isNumber), due: isNumber},
  latest: listOf(
    shape<ComplaintSum['latest'][number]>({
      ...{network: isText, mailbox: maybe(isText), step: isStep, madeMs: isNumber, why: isText},
      ...{before: isNumber, after: isNumber},
    }),
  ),
});

export const isOverview = shape<Overview>({
  from: variants<OverviewSource>({
    memory: shape({}),
    log: shape({lines: isNumber, files: isNumber}),
  }),
  ...{
    fromMs: isNumber,
    untilMs: isNumber,
    blocksFromMs: isNumber,
    countedFromMs: orNull(isNumber),
    sums: isCounts,
  },
  times: shape<TimeRows>({
    step: oneOf<TimeRows['step']>({hour: true, day: true}),
    rows: listOf(isTimeRow),
  }),
  doubtful: someOf(shape<Doubtful>({...offender, doubts: listOf(isDoubt)})),
  offenders: someOf(shape<Offender>(offender)),
  networks: someOf(shape<NetworkSum>({network: isText, clients: isNumber, blocks: isNumber})),
  curve: shape<Curve>({
    ...{threshold: isNumber, points: listOf(isLevelSum), lowBlocks: isNumber},
    above: oneOf<Curve['above']>({blocked: true, answered: true}),
  }),
  outgoing: orNull(isOutgoing),
  complaints: orNull(isComplaints),
});
