/**
 * How a command reads an answer: the daemon's version may differ from the command's, so nothing of
 * an answer is used before its shape has been checked.
 */
import {
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
import type {DropsBeside} from '../blocks/beside.js';
import type {Block, ShownBlock} from '../blocks/block.js';
import {isValueOf} from '../config/value-shape.js';
import type {TrialView} from '../config/trial.js';
import type {HistoryEntry} from '../blocks/history.js';
import type {Endless} from '../blocks/overdue.js';
import type {EffectView, Passages, PassageWay} from '../blocks/passage.js';
import type {HearingView, SourceView, Verdict} from '../hearing/view.js';
import type {Because, Rule} from '../judge/verdict.js';
import type {Bar, ClientView, CrowdView} from '../judge/view.js';
import type {Proof} from '../mail/evidence.js';
import type {Home} from '../outgoing/owner.js';
import type {Permission, SenderHour} from '../outgoing/sender-hours.js';
import type {EgressStatus, FamilyStatus, PathTrouble, Status} from '../report/status.js';
import type {WhyView} from '../report/why-lines.js';
import type {WhitelistView} from '../score/whitelist-view.js';
import {isKnownContact} from './contact.js';
import {isComplaints, isComplaintStatus, isLetters} from './complaint-shapes.js';
import {isFamily, isGreetedView, isGreetingView, isWaitingView} from './greeting-shapes.js';
import {isMailSender, isMailStatus} from './mail-shapes.js';
import type {Answer} from './protocol.js';
import {isOverview} from './report-shapes.js';

const isRule = oneOf<Rule>({
  row: true,
  silence: true,
  wave: true,
  network: true,
  neighbours: true,
});

const isProof = oneOf<Proof>({kernel: true, journal: true, title: true, log: true});

const isBecause = shape<Because>({
  rule: isRule,
  score: isNumber,
  bar: isNumber,
  counts: recordOf(isNumber),
  seconds: isNumber,
  delivered: isNumber,
  deliveredDays: isNumber,
  stale: isNumber,
  wave: oneOf<Because['wave']>({on: true, off: true}),
  members: maybe(isNumber),
  within: maybe(isText),
  names: listOf(isText),
  proof: maybe(isProof),
  weakest: maybe(isProof),
});

const isBlock = shape<ShownBlock>({
  network: isText,
  fromMs: isNumber,
  madeMs: maybe(isNumber),
  untilMs: isNumber,
  noted: maybe(shape<NonNullable<Block['noted']>>({fromMs: isNumber, untilMs: isNumber})),
  reason: isText,
  origin: oneOf<Block['origin']>({evidence: true, operator: true}),
  because: maybe(isBecause),
  except: maybe(listOf(isText)),
  ports: maybe(listOf(isNumber)),
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

const isFamilyStatus = shape<FamilyStatus>({
  family: isFamily,
  wanted: isNumber,
  standing: isNumber,
  readMs: maybe(isNumber),
  repairs: isNumber,
  failure: maybe(isText),
  absentHooks: maybe(listOf(isText)),
});

const isBar = shape<Bar>({
  rule: oneOf<Bar['rule']>({row: true, silence: true, wave: true, network: true}),
  names: isNumber,
  blockSeconds: isNumber,
});

const isClientView = shape<ClientView>({
  client: isText,
  score: isNumber,
  floor: isNumber,
  bars: listOf(isBar),
  counts: recordOf(isNumber),
  stale: isNumber,
  names: listOf(isText),
  firstMs: maybe(isNumber),
  lastMs: maybe(isNumber),
  delivered: isNumber,
  deliveredDays: isNumber,
  deliveredMs: maybe(isNumber),
  standing: oneOf<ClientView['standing']>({stranger: true, mailer: true, record: true}),
  friend: oneOf<ClientView['friend']>({no: true, yes: true}),
  blocks: isNumber,
  secondChanceMs: maybe(isNumber),
  network: oneOf<ClientView['network']>({ordinary: true, hot: true}),
});

const isCrowdView = shape<CrowdView>({
  wave: variants<CrowdView['wave']>({off: nothing, on: shape({sinceMs: maybe(isNumber)})}),
  listLoss: variants<CrowdView['listLoss']>({
    off: nothing,
    on: shape({sinceMs: isNumber, names: isNumber, networks: isNumber}),
  }),
  learning: variants<CrowdView['learning']>({off: nothing, on: shape({untilMs: isNumber})}),
  remembered: shape<CrowdView['remembered']>({
    clients: isNumber,
    records: isNumber,
    networks: isNumber,
    names: isNumber,
  }),
});

const isHistoryEntry = shape<HistoryEntry>({
  atMs: isNumber,
  network: isText,
  event: oneOf<HistoryEntry['event']>({blocked: true, ended: true, unblocked: true}),
  reason: isText,
});

const isWay = oneOf<PassageWay>({otherHost: true, container: true, otherPort: true, unknown: true});
const isPassed = shape<Omit<Extract<EffectView, {sessions: number}>, 'kind'>>({
  ...{sessions: isNumber, lastMs: isNumber, client: isText, network: isText, way: isWay},
});
const isEffect = variants<EffectView>({undisputed: nothing, lately: isPassed, earlier: isPassed});

const isEndless = shape<Endless>({
  atMs: isNumber,
  blocks: isNumber,
  over: isNumber,
  oldest: listOf(shape<Endless['oldest'][number]>({network: isText, untilMs: isNumber})),
});

const isDropsBeside = shape<DropsBeside>({
  drops: listOf(
    shape<DropsBeside['drops'][number]>({
      chain: isText,
      rule: isText,
      drops: oneOf<DropsBeside['drops'][number]['drops']>({yes: true, perhaps: true}),
      whose: oneOf<DropsBeside['drops'][number]['whose']>({own: true, others: true}),
    }),
  ),
  more: isNumber,
  unread: listOf(isText),
});

const isWhyView = shape<WhyView>({
  network: isText,
  exemption: orNull(isText),
  block: orNull(isBlock),
  passes: orNull(isText),
  passages: maybe(shape<Passages>({sessions: isNumber, lastMs: isNumber, way: isWay})),
  beside: maybe(isDropsBeside),
  blocksInside: isNumber,
  known: orNull(isClientView),
  greeted: maybe(isGreetedView),
  crowd: isCrowdView,
  whitelist: isText,
  guardedPorts: maybe(listOf(isNumber)),
  history: listOf(isHistoryEntry),
});

const isTrialView = variants<TrialView>({
  none: nothing,
  failed: nothing,
  running: shape({untilMs: isNumber}),
  overdue: nothing,
  badFile: shape({why: isText}),
});

const isVerdict = oneOf<Verdict>({hears: true, quiet: true, deaf: true});
const isCounted = shape<SourceView['programs'][number]>({
  ...{name: isText, lines: isNumber, own: isNumber},
});

const isHearingView = shape<HearingView>({
  verdict: isVerdict,
  why: listOf(isText),
  names: listOf(isText),
  host: maybe(isText),
  sources: listOf(
    shape<SourceView>({
      source: isText,
      verdict: isVerdict,
      why: isText,
      notes: listOf(isText),
      sinceMs: isNumber,
      lines: isNumber,
      mailerLines: isNumber,
      understood: isNumber,
      signs: isNumber,
      ignored: shape<SourceView['ignored']>({
        noFrame: isNumber,
        otherProgram: isNumber,
        otherHost: isNumber,
        otherWriter: isNumber,
        piece: isNumber,
        noClient: isNumber,
      }),
      programs: listOf(isCounted),
      hosts: listOf(isCounted),
      lastLineMs: maybe(isNumber),
      lastSignMs: maybe(isNumber),
      newestStampMs: maybe(isNumber),
      behindBytes: maybe(isNumber),
      offsetSeconds: maybe(isNumber),
    }),
  ),
});

type ViewOf<Kind> = Omit<Extract<WhitelistView, {kind: Kind}>, 'kind'>;
const isWhitelistView = variants<WhitelistView>({
  read: shape<ViewOf<'read'>>({file: isText, entries: isNumber, badLines: isNumber}),
  kept: shape<ViewOf<'kept'>>({file: isText, why: isText, entries: isNumber, copy: isText}),
  none: shape<ViewOf<'none'>>({file: isText, why: isText}),
});

const isStatus = shape<Status>({
  sinceMs: maybe(isNumber),
  backend: isValueOf('backend'),
  families: listOf(isFamilyStatus),
  egress: shape<EgressStatus>({mode: isValueOf('outbound'), families: listOf(isFamilyStatus)}),
  blocks: isNumber,
  blocksByRule: shape<Status['blocksByRule']>({
    row: isNumber,
    silence: isNumber,
    wave: isNumber,
    network: isNumber,
    neighbours: isNumber,
    operator: isNumber,
    earlier: isNumber,
  }),
  crowd: isCrowdView,
  trial: isTrialView,
  endless: maybe(isEndless),
  effect: maybe(isEffect),
  unsaved: maybe(isText),
  whitelist: maybe(isWhitelistView),
  paths: maybe(listOf(shape<PathTrouble>({key: isText, what: isText}))),
  outcomes: recordOf(isNumber),
  mail: maybe(isMailStatus),
  hearing: isHearingView,
  greeting: maybe(isGreetingView),
  complaints: maybe(isComplaintStatus),
  settings: recordOf(isText),
});

const isMessage = shape<{readonly message: string}>({message: isText});

const isAnswer = variants<Answer>({
  blocks: shape<{readonly blocks: readonly ShownBlock[]}>({blocks: listOf(isBlock)}),
  why: shape<{readonly why: WhyView}>({why: isWhyView}),
  status: shape<{readonly status: Status}>({status: isStatus}),
  senders: shape<Omit<Extract<Answer, {kind: 'senders'}>, 'kind'>>({
    senders: listOf(isSenderHour),
    mail: maybe(listOf(isMailSender)),
  }),
  waiting: shape({waiting: isWaitingView}),
  report: shape({report: isOverview}),
  contact: isKnownContact,
  letters: isLetters,
  complaints: isComplaints,
  ...{done: isMessage, unchanged: isMessage},
  notBlocked: isMessage,
  notStopped: isMessage,
  refused: isMessage,
});

/** @returns the value itself; undefined if it is not an answer of this version */
export const parseAnswer = (value: unknown): Answer | undefined =>
  isAnswer(value) ? value : undefined;
