/**
 * Describes outcomes for the log: which client, for how long, and why. Decides which outcomes have a line of
 * their own, and which are only counted. A message quotes no text of the log, with two exceptions. At the level `info` it
 * quotes the subject of a piece of evidence, which is hostile text and may be the name of a person. And the line of a
 * block has some of the names for which the client asked (`judge/because-text.ts`).
 */
import {countText} from '../base/count.js';
import {durationText} from '../base/duration.js';
import {localTime} from '../base/time-text.js';
import {printable} from '../base/printable.js';
import type {LogLevel} from '../base/say.js';
import type {Outcome, WhyLifted} from '../guard/outcome.js';
import {amountText, barsText, scoreText} from '../judge/because-text.js';
import type {WhyUnresolved} from '../mail/join-outcome.js';
import type {Evidence} from '../mail/evidence.js';
import {exemptionText} from '../score/exempt.js';
import {stuckText} from '../sessions/reap.js';

export interface Report {
  readonly level: LogLevel;
  readonly message: string;
}

/** Length of a quoted subject. Characters. */
const subjectCharacters = 120;

/** How the log reports an outcome. `message` is about this one outcome. */
type Voice =
  /** Logged at once in a line of its own. */
  | ({readonly kind: 'line'} & Report)
  /** One line now and then for many outcomes (`digest.ts`): their sum, then `what`. */
  | ({readonly kind: 'counted'; readonly what: string; readonly count: number} & Report)
  /** Not logged: the outcome that led to it counts it, and its line covers it. */
  | {readonly kind: 'silent'; readonly message: string};

/** @param nowMs shows whether a block is already over */
export function voiceOf(outcome: Outcome, nowMs: number): Voice {
  switch (outcome.kind) {
    case 'counted':
      return line('info', `${deed(outcome)}: ${scoreOf(outcome)}, ${proof(outcome)}`);
    case 'exempt':
      return line('info', `${deed(outcome)}: exempt, ${exemptionText(outcome.exemption)}`);
    case 'paid':
      return {kind: 'silent', message: `${deed(outcome)}: held against it already: it was blocked`};
    case 'unproven': {
      const why = `only ${outcome.evidence.proof} says so, and attribution is verified`;
      return line('info', `${deed(outcome)}: not counted, ${why}`);
    }
    case 'block':
      return line('notice', blockText(outcome, nowMs));
    case 'reaped':
      return line('notice', `reap ${stuckText(outcome.stuck)}: SIGTERM`);
    case 'lifted':
      return line('notice', `unblock ${outcome.block.network}: ${liftedBecause[outcome.why]}`);
    case 'listLost':
      return line('error', listLostText(outcome));
    case 'listBack':
      return line('notice', `blocks are made again: ${listBackBecause[outcome.why]}`);
    case 'wave':
      return line('notice', waveText[outcome.now]);
    case 'delivered':
    case 'envelopeEnded':
      return {kind: 'silent', message: forText(outcome)};
    case 'dispute':
      return line('warning', disputeText(outcome));
    case 'unheeded': {
      const what =
        'lines not heeded: attribution is verified, nobody vouches for them, and they contradict what is verified; somebody may forge the log';
      return {...counted('warning', what, 1), message: unheededText(outcome)};
    }
    case 'unresolved': {
      const {recipients: count, why} = outcome;
      const what = `unknown recipients never tied to a client: ${whyUnresolved[why]}`;
      return {...counted('warning', what, count), message: `${count} never tied to a client`};
    }
    case 'broken': {
      const {pieces: count} = outcome;
      const what = 'pieces of split messages of which not all came';
      return {...counted('warning', what, count), message: `${count} pieces without the others`};
    }
    case 'noRoom': {
      const what = 'blocks not made: as many stand already as can stand';
      const message = `${outcome.network}: no room for another block`;
      return {...counted('error', what, 1), message};
    }
    case 'heldBack': {
      const message = `${outcome.network}: not blocked yet, as many were in this minute as may be`;
      return {...counted('warning', `blocks ${notYet}`, 1), message};
    }
  }
}

/** The text of one outcome, even if it has no line of its own. */
export const outcomeText = (outcome: Outcome): string =>
  voiceOf(outcome, Number.NEGATIVE_INFINITY).message;

const line = (level: LogLevel, message: string): Voice => ({kind: 'line', level, message});
const counted = (level: LogLevel, what: string, count: number) =>
  ({kind: 'counted', level, what, count}) as const;

const whyUnresolved: Readonly<Record<WhyUnresolved, string>> = {
  silentSession: 'their sessions ended without a word about the client',
  tooManyAtOnce: 'too many at once',
  envelopeUnknown: 'their mail came before the log that was read',
};

const notYet =
  'not made: as many were made in that minute as may be (blocks_per_minute); each is made at the next sign of its client';

/** The client and its act. */
function deed({evidence: {client, kind, subject}}: {readonly evidence: Evidence}): string {
  const quoted = printable(subject, subjectCharacters);
  const did = kind === 'unknownRecipient' ? `asked for ${quoted}` : `${kind} ${quoted}`.trimEnd();
  return `${client.text} ${did}`;
}

const proof = ({evidence}: {readonly evidence: Evidence}): string => `proof ${evidence.proof}`;

/** The score, its change, and the bars, if they are known. */
function scoreOf({score, weight, bars = []}: Extract<Outcome, {kind: 'counted'}>): string {
  const added = weight === undefined ? '' : ` (+${amountText(weight)})`;
  const held = bars.length === 0 ? '' : `, blocked at ${barsText(bars)}`;
  return `score ${scoreText(score)}${added}${held}`;
}

/** What speaks for a client. Only `explain` shows it. */
function forText(outcome: Extract<Outcome, {kind: 'delivered' | 'envelopeEnded'}>): string {
  const whose = outcome.client === undefined ? 'mail of a local program' : outcome.client.text;
  if (outcome.kind === 'envelopeEnded') {
    const {accepted, message} = outcome;
    const end = message === 'taken' ? 'its message was taken' : 'no message came';
    return `${whose} ended its envelope: ${countText(accepted, 'recipient')} accepted, ${end}`;
  }
  const {recipients, nextHost} = outcome;
  const where = nextHost === undefined ? '' : ` at ${nextHost.text}`;
  return `${whose} delivered to ${countText(recipients.length, 'recipient')}${where}, proof ${outcome.proof}`;
}

function blockText(outcome: Extract<Outcome, {kind: 'block'}>, nowMs: number): string {
  const {block, repeat, insteadOf} = outcome;
  const {network, fromMs, untilMs, reason, origin} = block;
  const length = durationText(Math.round((untilMs - fromMs) / 1000));
  const which = origin === 'operator' ? 'by the operator' : ordinal(repeat);
  const over = untilMs <= nowMs ? ', over already: the log is older' : '';
  const why = origin === 'operator' ? '' : `: ${reason}`;
  const place = insteadOf === undefined ? '' : `; ${insteadOf} gave its place`;
  return `block ${network} for ${length} (${which})${over}${why}${place}`;
}

function unheededText({queueId, clients}: Extract<Outcome, {kind: 'unheeded'}>): string {
  const place = queueId || 'outside an envelope';
  return `${place}: not heeded: nobody vouches for a line that contradicts what is known of the client, ${clients.join(' and ')}`;
}

function disputeText({queueId, clients}: Extract<Outcome, {kind: 'dispute'}>): string {
  const place = queueId || 'outside an envelope';
  return `${place}: sources disagree about the client, ${clients.join(' and ')}: nothing counted`;
}

/** Why a block was lifted, in words. A reason of another version is shown unchanged. */
export const liftedText = (why: string): string =>
  Object.hasOwn(liftedBecause, why) ? liftedBecause[why as WhyLifted] : why;

const liftedBecause: Readonly<Record<WhyLifted, string>> = {
  ended: 'the time is over',
  exempt: 'it is exempt now',
  operator: 'by the operator',
  notConfirmed: 'it was made under a configuration that nobody confirmed',
  brake: 'the relay seems to have lost its list of users',
  replaced: 'as many blocks stood as can, and another one needed its place',
};

const waveText = {
  on: 'a wave of strangers has begun: until it ends their bar is lower',
  off: 'the wave of strangers is over',
} as const;

const listBackBecause = {
  itself: 'the relay knows its users again',
  operator: 'by the operator',
} as const;

function listLostText(outcome: Extract<Outcome, {kind: 'listLost'}>): string {
  const {when, sinceMs, names, networks} = outcome;
  const since = when === 'now' ? '' : ` since ${localTime(sinceMs)}`;
  return `blocking is stopped${since}: the relay refuses ${countText(names, 'user')} whom it had, to ${countText(networks, 'network')}; see whether it still knows its users. Blocks are made again when it does`;
}

const ordinal = (repeat: number): string => (repeat === 1 ? 'first block' : `block no. ${repeat}`);
