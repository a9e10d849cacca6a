/** `trace`: the sender of a message, as text for people. Everything in the message is foreign text. */
import {localTime} from '../../base/time-text.js';
import {printable} from '../../base/printable.js';
import type {TracedSender, TraceVerdict} from '../../queue/trace/verdict.js';

interface Traced {
  readonly verdict: TraceVerdict;
  /** Whether the message is still in the queue. */
  readonly queued: 'waiting' | 'held' | undefined;
}

/** Length of foreign text. Characters. */
const foreignCharacters = 200;

const foreign = (text: string): string => printable(text, foreignCharacters);

export function traceText({verdict, queued}: Traced): string {
  if (verdict.kind === 'unknown')
    return `not traced: ${foreign(verdict.why)}\ndo: ${foreign(verdict.todo)}\n`;
  const {queueId, submissionId, atMs, whose, proof, from, recipients, delivered} = verdict;
  const says = proof === 'journal' ? 'the journal, written by the mailer' : 'a log file';
  const lines = [
    `message:   ${queueId}, ${localTime(atMs)}`,
    `sender:    ${senderText(whose)}`,
    ...(submissionId === undefined ? [] : [`handed in: ${submissionId}`]),
    `proof:     ${says}`,
    `from:      ${foreign(from) || '<>'} (the sender's word)`,
    `to:        ${recipients} recipients, ${delivered} deliveries done`,
    ...(verdict.script === undefined
      ? []
      : [`script:    ${foreign(verdict.script)} (a hint: the program itself writes it)`]),
    ...verdict.warnings.map((each) => `warning:   ${foreign(each)}`),
    ...verdict.labels.map(
      (uid) => `warning:   user ${uid} has written to the log under a name of their choice`,
    ),
    ...(queued === undefined ? [] : [`queue:     still in the queue, ${queued}`]),
    `do:        ${todo(whose)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function senderText(whose: TracedSender): string {
  switch (whose.kind) {
    case 'auth':
      return `login ${foreign(whose.name)}${whose.client === undefined ? '' : ` from ${whose.client}`}`;
    case 'uid':
      return whose.uid === undefined
        ? `local user ${foreign(whose.user)}`
        : `uid ${whose.uid} (${foreign(whose.user)}) of this machine`;
    case 'host':
      return `host ${foreign(whose.relay)}`;
  }
}

/** Quotes the text as one word for a shell, because a log can name anything. */
const word = (text: string): string => `'${foreign(text).replaceAll("'", '?')}'`;

function todo(whose: TracedSender): string {
  switch (whose.kind) {
    case 'auth':
      return `change the password of ${foreign(whose.name)}; blocksmtp queue --auth ${word(whose.name)}`;
    case 'uid':
      return `blocksmtp queue --uid ${whose.uid ?? word(whose.user)}, and blocksmtp queue hold --uid ${whose.uid ?? word(whose.user)}`;
    case 'host':
      return `look there for the program; blocksmtp queue --host ${whose.client}`;
  }
}
