/**
 * `queue`: messages of the mailer's queue as columns, as whole blocks with all their headers, and as JSON;
 * and their counts by sender. All text of a message is foreign, and is printed as ASCII.
 */
import {aboutText} from '../../base/duration.js';
import {countText} from '../../base/count.js';
import {printable} from '../../base/printable.js';
import {isoTime, localTime} from '../../base/time-text.js';
import type {SenderCount} from '../../queue/count.js';
import {headerOf, type QueuedMessage, receivedOf, type Whose} from '../../queue/message.js';
import {unfolded} from '../../queue/received.js';
import {table} from './table.js';

/** Length of one cell. Characters. */
const cellCharacters = 48;
/** Length of a header in a block. Characters. */
const headerCharacters = 2000;
/** At most so many of each are shown of one message. Counts. */
const mostHeaders = 200;
const mostRecipients = 20;

const cell = (text: string, most = cellCharacters): string =>
  printable(unfolded(text), most) || '-';

/** How the sender is known, for people. */
const proofs = {
  kernel: 'by the owner of its file',
  mailer: 'as the mailer wrote',
  header: 'as its header says; the log has the proof: blocksmtp trace',
} as const;

/** `uid:33 (www-data)`, with a `?` if a local program could have written that. */
const whoseText = (whose: Whose): string =>
  whose.kind !== 'unknown' && whose.proof === 'header'
    ? `${plainWhose(whose)} ?`
    : plainWhose(whose);

function plainWhose(whose: Whose): string {
  switch (whose.kind) {
    case 'auth':
      return `auth:${cell(whose.name)}`;
    case 'uid': {
      const user = cell(whose.user);
      return whose.uid === undefined ? `user ${user}` : `uid:${whose.uid} (${user})`;
    }
    case 'host':
      return `host:${whose.address}`;
    case 'unknown':
      return '-';
  }
}

const head = ['ID', 'AGE', 'TRIES', 'SENDER', 'FROM', 'RCPTS', 'PEER', 'SUBJECT', 'WHY'];

export function queueTable(messages: readonly QueuedMessage[], nowMs: number): string {
  if (messages.length === 0) return '';
  const rows = messages.map((message) => [
    message.id,
    ageText(message, nowMs),
    String(message.control.lines.tries),
    whoseText(message.whose),
    cell(message.control.lines.sender),
    String(message.control.lines.recipientCount),
    peerText(message),
    cell(headerOf(message.control, 'subject') ?? ''),
    cell(whyText(message)),
  ]);
  return table([head, ...rows]);
}

const ageText = ({control}: QueuedMessage, nowMs: number): string =>
  aboutText(Math.max(0, (nowMs - control.createdMs) / 1000));

const whyText = ({state, control: {lines}}: QueuedMessage): string =>
  state === 'held' ? `held: ${lines.quarantine}` : lines.why;

function peerText({peer}: QueuedMessage): string {
  return cell(peer.kind === 'local' ? `${peer.user}@localhost` : peer.name);
}

/** One block for each, with all headers. */
export function queueBlocks(messages: readonly QueuedMessage[], nowMs: number): string {
  return messages.map((message) => block(message, nowMs)).join('\n');
}

function block(message: QueuedMessage, nowMs: number): string {
  const {id, directory, state, whose, control} = message;
  const {tries, sender, recipients, recipientCount} = control.lines;
  const how = whose.kind === 'unknown' ? 'nothing in it tells' : proofs[whose.proof];
  const shown = recipients.slice(0, mostRecipients).map(({address}) => cell(address));
  const more = recipientCount - shown.length;
  const facts = [
    `${id} in ${printable(directory, headerCharacters)}: ${state}, ${ageText(message, nowMs)} old, ${countText(tries, 'try').replace('trys', 'tries')}, body of ${message.bodyBytes()} bytes`,
    `  sender:     ${plainWhose(whose)}, ${how}`,
    `  from:       ${cell(sender, headerCharacters)} (the sender's word)`,
    `  recipients: ${shown.join(' ')}${more > 0 ? ` and ${more} more` : ''}`,
    `  peer:       ${peerText(message)}`,
    `  why:        ${cell(whyText(message), headerCharacters)}`,
  ];
  const headers = control.headers.slice(0, mostHeaders).flatMap(({name, value}) => {
    const [first = '', ...rest] = value.slice(0, headerCharacters).split('\n');
    const clean = (text: string) => printable(text.replaceAll('\t', '    '), headerCharacters);
    return [`  | ${clean(`${name}: ${first}`)}`, ...rest.map((line) => `  | ${clean(line)}`)];
  });
  const left = control.headers.length - mostHeaders;
  if (left > 0) headers.push(`  | (and ${countText(left, 'header')} more)`);
  return `${[...facts, ...headers].join('\n')}\n`;
}

/** docs/queue.md describes the fields. */
export function queueFields(message: QueuedMessage): object {
  const {id, queue, directory, state, whose, peer, control} = message;
  const {lines} = control;
  return {
    ...{id, queue, directory, state},
    created: isoTime(control.createdMs),
    lastTry: lines.lastTryMs === undefined ? undefined : isoTime(lines.lastTryMs),
    tries: lines.tries,
    sender: whose,
    from: lines.sender,
    recipients: lines.recipients.map(({address}) => address),
    recipientCount: lines.recipientCount,
    peer: peer.kind === 'host' ? peer.name : peerText(message),
    subject: headerOf(control, 'subject'),
    received: receivedOf(control).map(unfolded),
    script: headerOf(control, 'x-php-originating-script'),
    why: lines.why,
    quarantine: state === 'held' ? lines.quarantine : undefined,
    bodyBytes: message.bodyBytes(),
  };
}

export function countTable(counts: readonly SenderCount[], others: number): string {
  if (counts.length === 0) return '';
  const rows = counts.map((each) => [
    String(each.recipients),
    String(each.messages),
    String(each.held),
    each.byHeader > 0 ? `${plainWhose(each.whose)} ?` : plainWhose(each.whose),
    localTime(each.oldestMs),
    localTime(each.newestMs),
    each.from.map((from) => cell(from)).join(' '),
  ]);
  const names = ['RCPTS', 'MESSAGES', 'HELD', 'SENDER', 'OLDEST', 'NEWEST', 'FROM'];
  const end = others === 0 ? '' : `and ${countText(others, 'message')} of other senders\n`;
  return `${table([names, ...rows])}${end}`;
}

export const countFields = (count: SenderCount): object => ({
  sender: count.whose,
  messages: count.messages,
  recipients: count.recipients,
  held: count.held,
  byHeader: count.byHeader,
  oldest: isoTime(count.oldestMs),
  newest: isoTime(count.newestMs),
  from: count.from,
});
