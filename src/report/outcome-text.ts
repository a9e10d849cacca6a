/**
 * Puts what happened into words: one line for each outcome, with who, for how long and why. Never
 * quotes the log's own `User unknown`, and recipients only at the level of evidence: they are
 * hostile text, and names of people.
 */
import {durationText} from '../base/duration.js';
import {printable} from '../base/printable.js';
import type {LogLevel} from '../base/say.js';
import type {Outcome} from '../guard/outcome.js';
import type {Evidence} from '../mail/evidence.js';
import {countText} from './status.js';
import {exemptionText} from '../score/exempt.js';
import {stuckText} from '../sessions/reap.js';

export interface Report {
  readonly level: LogLevel;
  readonly message: string;
}

/** Longest quotation of a subject. Characters. */
const subjectCharacters = 120;

/** One outcome in words, also of those that the daemon only counts. */
export function outcomeText(outcome: Outcome): string {
  if (outcome.kind === 'unresolved') return `${outcome.recipients} never tied to a client`;
  if (outcome.kind === 'broken') return `${outcome.pieces} pieces without the others`;
  if (outcome.kind === 'heldBack') return `${outcome.network}: not blocked yet, a brake holds`;
  if (outcome.kind === 'noRoom') return `${outcome.network}: no room for another block`;
  return reportOutcome(outcome, Number.NEGATIVE_INFINITY).message;
}

/** What was done, in words, with what it was done to. */
function deed({kind, subject}: Evidence): string {
  const quoted = printable(subject, subjectCharacters);
  return kind === 'unknownRecipient' ? `asked for ${quoted}` : `${kind} ${quoted}`.trimEnd();
}

/** What is only counted (`digest.ts`) has no line of its own. */
export type Told = Exclude<Outcome, {kind: 'unresolved' | 'noRoom' | 'broken' | 'heldBack'}>;

export function reportOutcome(outcome: Told, nowMs: number): Report {
  switch (outcome.kind) {
    case 'counted': {
      const {client, proof} = outcome.evidence;
      const score = outcome.score.toFixed(1);
      return info(`${client.text} ${deed(outcome.evidence)}: score ${score}, proof ${proof}`);
    }
    case 'exempt': {
      const {client} = outcome.evidence;
      const why = exemptionText(outcome.exemption);
      return info(`${client.text} ${deed(outcome.evidence)}: exempt, ${why}`);
    }
    case 'unproven': {
      const {client, proof} = outcome.evidence;
      const what = `${client.text} ${deed(outcome.evidence)}`;
      return info(`${what}: not counted, only ${proof} says so, and attribution is verified`);
    }
    case 'block': {
      const {network, fromMs, untilMs, reason, origin} = outcome.block;
      const length = durationText(Math.round((untilMs - fromMs) / 1000));
      const which = origin === 'operator' ? 'by the operator' : ordinal(outcome.repeat);
      const over = untilMs <= nowMs ? ', over already: the log is older' : '';
      return notice(`block ${network} for ${length} (${which})${over}: ${reason}`);
    }
    case 'reaped':
      return notice(`reap ${stuckText(outcome.stuck)}: SIGTERM`);
    case 'lifted': {
      const {network} = outcome.block;
      return notice(`unblock ${network}: ${liftedBecause[outcome.why]}`);
    }
    case 'stopped':
      return {level: 'error', message: stoppedText(outcome)};
    case 'resumed':
      return notice(`blocks are made again, by the operator; ${heldBackText(outcome)}`);
    case 'dispute': {
      const clients = outcome.clients.join(' and ');
      const place = outcome.queueId || 'outside an envelope';
      const message = `${place}: sources disagree about the client, ${clients}: nothing counted`;
      return {level: 'warning', message};
    }
  }
}

const liftedBecause = {
  ended: 'the time is over',
  exempt: 'it is exempt now',
  operator: 'by the operator',
  notConfirmed: 'it was made under a configuration that nobody confirmed',
  brake: 'a good sender, and blocking is stopped',
} as const;

/** Good senders named in a line. A count: `good_senders_max` may be a thousand. */
const mostNamed = 10;

function stoppedText(outcome: Extract<Outcome, {kind: 'stopped'}>): string {
  const {when, sinceMs, clients} = outcome;
  const since = new Date(sinceMs).toISOString().replace(/\.\d+/, '');
  const [head, would] =
    when === 'now'
      ? ['blocking is stopped', 'would be blocked within ten minutes']
      : [`blocking is stopped since ${since}, ${heldBackText(outcome)}`, 'would have been blocked'];
  const named = clients.slice(0, mostNamed).join(', ');
  const more = clients.length > mostNamed ? ` and ${clients.length - mostNamed} more` : '';
  return `${head}: ${named}${more} delivered mail of late and ${would}; see whether the relay still knows its users, then: blocksmtp resume`;
}

const heldBackText = ({heldBack}: {readonly heldBack: number}): string =>
  `${countText(heldBack, 'block')} not made`;

const ordinal = (repeat: number): string => (repeat === 1 ? 'first block' : `block no. ${repeat}`);

const info = (message: string): Report => ({level: 'info', message});
const notice = (message: string): Report => ({level: 'notice', message});
