/**
 * How a command reads an answer: the daemon that runs may be of another version than the command, so
 * nothing of an answer is believed before its shape has been checked.
 */
import {
  type Is,
  isNumber,
  isText,
  listOf,
  maybe,
  oneOf,
  orNull,
  shape,
  recordOf,
  variants,
} from '../base/shape.js';
import type {Block} from '../blocks/block.js';
import {type Config, settings} from '../config/schema.js';
import type {TrialView} from '../config/trial.js';
import type {Because, Rule} from '../judge/verdict.js';
import type {Family} from '../net/address.js';
import type {Home} from '../outgoing/owner.js';
import type {Permission, SenderHour} from '../outgoing/sender-hours.js';
import type {EgressStatus, FamilyStatus, Status} from '../report/status.js';
import type {BrakeView} from '../score/brake.js';
import type {Answer} from './protocol.js';

const isBecause = shape<Because>({
  rule: oneOf<Rule>({row: true, silence: true, wave: true, network: true, neighbours: true}),
  score: isNumber,
  bar: isNumber,
  counts: recordOf(isNumber),
  seconds: isNumber,
  delivered: isNumber,
  deliveredDays: isNumber,
  stale: isNumber,
  wave: oneOf<Because['wave']>({on: true, off: true}),
  members: maybe(isNumber),
  names: listOf(isText),
});

const isBlock = shape<Block>({
  network: isText,
  fromMs: isNumber,
  madeMs: maybe(isNumber),
  untilMs: isNumber,
  reason: isText,
  origin: oneOf<Block['origin']>({evidence: true, operator: true}),
  because: maybe(isBecause),
  except: maybe(listOf(isText)),
});

const named = shape<{readonly name: string}>({name: isText});
const nothing = shape({});
const isHome = variants<Home>({unit: named, container: named, session: named, none: nothing});

const isSenderHour = shape<SenderHour>({
  hour: isNumber,
  standing: oneOf<Permission>({allowed: true, perhaps: true, other: true}),
  user: isText,
  directory: isText,
  program: isText,
  script: isText,
  home: isHome,
  connections: isNumber,
  destinations: listOf(isText),
  pid: isNumber,
  lastMs: isNumber,
});

const isFamily: Is<Family> = (value): value is Family => value === 4 || value === 6;

const isFamilyStatus = shape<FamilyStatus>({
  family: isFamily,
  wanted: isNumber,
  standing: isNumber,
  readMs: maybe(isNumber),
  repairs: isNumber,
  failure: maybe(isText),
});

/** The words that a setting can have. */
const isBackend: Is<Config['backend']> = (value): value is Config['backend'] =>
  isText(value) && settings.backend.kind.read(value).ok;
const isMode: Is<Config['outbound']> = (value): value is Config['outbound'] =>
  isText(value) && settings.outbound.kind.read(value).ok;

const isBrakeView = variants<BrakeView>({
  free: nothing,
  stopped: shape({sinceMs: isNumber, clients: listOf(isText), heldBack: isNumber}),
});

const isTrialView = variants<TrialView>({
  none: nothing,
  failed: nothing,
  running: shape({untilMs: isNumber}),
  overdue: nothing,
});

const isStatus = shape<Status>({
  sinceMs: maybe(isNumber),
  backend: isBackend,
  families: listOf(isFamilyStatus),
  egress: shape<EgressStatus>({mode: isMode, families: listOf(isFamilyStatus)}),
  blocks: isNumber,
  offenders: isNumber,
  brake: isBrakeView,
  trial: isTrialView,
  unsaved: maybe(isText),
  outcomes: recordOf(isNumber),
});

const isMessage = shape<{readonly message: string}>({message: isText});

const isAnswer = variants<Answer>({
  blocks: shape<{readonly blocks: readonly Block[]}>({blocks: listOf(isBlock)}),
  why: shape<{readonly lines: readonly string[]; readonly exemption: string | null}>({
    lines: listOf(isText),
    exemption: orNull(isText),
  }),
  status: shape<{readonly status: Status}>({status: isStatus}),
  senders: shape<{readonly senders: readonly SenderHour[]}>({senders: listOf(isSenderHour)}),
  done: isMessage,
  notBlocked: isMessage,
  notStopped: isMessage,
  refused: isMessage,
});

/** @returns undefined for what is no answer of this version; else the value itself, as it came */
export const parseAnswer = (value: unknown): Answer | undefined =>
  isAnswer(value) ? value : undefined;
