/**
 * Puts what happened into words: one line for each outcome, with who, for how long and why. Never
 * quotes the log's own `User unknown`, and recipients only at the level of evidence: they are
 * hostile text, and names of people.
 */
import {durationText} from '../config/kinds.js';
import type {Outcome} from '../guard.js';
import {type LogLevel, printable} from '../log-level.js';
import {exemptionText} from '../score/exempt.js';
import type {FollowEvent} from '../sys/follow.js';

export interface Report {
  readonly level: LogLevel;
  readonly message: string;
}

/** Longest quotation of a recipient. Characters. */
const recipientCharacters = 120;

/** What is only counted (`tally.ts`) has no line of its own. */
export type Told = Exclude<Outcome, {kind: 'unresolved' | 'noRoom'}>;

export function reportOutcome(outcome: Told, nowMs: number): Report {
  switch (outcome.kind) {
    case 'counted': {
      const {client, recipient, proof} = outcome.evidence;
      const name = printable(recipient, recipientCharacters);
      const score = outcome.score.toFixed(1);
      return info(`${client.text} asked for ${name}: score ${score}, proof ${proof}`);
    }
    case 'exempt': {
      const {client, recipient} = outcome.evidence;
      const name = printable(recipient, recipientCharacters);
      return info(`${client.text} asked for ${name}: exempt, ${exemptionText(outcome.exemption)}`);
    }
    case 'block': {
      const {network, fromMs, untilMs, reason, origin} = outcome.block;
      const length = durationText(Math.round((untilMs - fromMs) / 1000));
      const which = origin === 'operator' ? 'by the operator' : ordinal(outcome.repeat);
      const over = untilMs <= nowMs ? ', over already: the log is older' : '';
      return notice(`block ${network} for ${length} (${which})${over}: ${reason}`);
    }
    case 'lifted': {
      const {network} = outcome.block;
      return notice(`unblock ${network}: ${liftedBecause[outcome.why]}`);
    }
    case 'dispute': {
      const clients = outcome.clients.join(' and ');
      const message = `${outcome.queueId}: sources disagree about its client, ${clients}: nothing counted`;
      return {level: 'warning', message};
    }
  }
}

const liftedBecause = {
  ended: 'the time is over',
  exempt: 'it is exempt now',
  operator: 'by the operator',
} as const;

const ordinal = (repeat: number): string => (repeat === 1 ? 'first block' : `block no. ${repeat}`);

export function reportFollow(event: FollowEvent): Report {
  switch (event.kind) {
    case 'following':
      return notice(`following ${event.path} from byte ${event.atBytes}`);
    case 'unreadable':
      return {level: 'warning', message: `waiting for the log: ${event.why}`};
    case 'rotated':
      return info(`${event.path} was rotated`);
    case 'truncated': {
      const message = `${event.path} was cut at byte ${event.atBytes} or before: read from its start; lines not read yet are lost`;
      return {level: 'warning', message};
    }
    case 'predecessorGone': {
      const message = `${event.path}: the file that was read last is gone; its unread lines are lost`;
      return {level: 'warning', message};
    }
    case 'longLine': {
      const message = `${event.path}: line at byte ${event.atBytes} left out: too long for a mailer's`;
      return {level: 'warning', message};
    }
  }
}

const info = (message: string): Report => ({level: 'info', message});
const notice = (message: string): Report => ({level: 'notice', message});
