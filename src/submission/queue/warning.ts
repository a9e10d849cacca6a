/**
 * The warning about a queue that is too long: as a log line, as the lines of a mail or a window, and as JSON for a
 * program. Senders choose their names, so each name is made printable and cut. `length.ts` decides what is too long.
 */
import {countText} from '../../base/count.js';
import {printable, quoted} from '../../base/printable.js';
import {isoTime, preciseTime} from '../../base/time-text.js';
import type {MailWarning} from '../alarm-text.js';
import {kindOf, nameIn, type SenderKey} from '../whose/sender.js';
import type {QueueNews} from './length.js';

/** Senders that the warning names. A count: the offender is among the first. */
const mostSenders = 5;
/** The longest text of a sender that the warning shows. Characters. */
const shownCharacters = 80;
/** The warning counts against no user's share of warnings. */
const nobody = -1;

interface QueueFacts {
  readonly news: Exclude<QueueNews, {kind: 'ended'}>;
  /** Waiting messages of each sender whose lines were read. */
  readonly senders: ReadonlyMap<SenderKey, number>;
  readonly host: string;
  readonly atMs: number;
}

export function queueWarning(facts: QueueFacts): MailWarning {
  const {count, limit, usual} = facts.news;
  const title = `the queue is long: ${countText(count, 'message')} wait`;
  const usually = usual === 0 ? '' : `; usually at most ${usual}`;
  const lines = [
    `${title} (limit ${limit}${usually})`,
    ...sendersLine(facts),
    'see blocksmtp queue --count, and blocksmtp senders',
  ];
  const text = lines.join('; ');
  return {uid: nobody, title, text, lines, json: JSON.stringify(fields(facts, text))};
}

/** The senders with most messages come first. */
function topOf({senders}: Pick<QueueFacts, 'senders'>): (readonly [SenderKey, number])[] {
  const waiting = [...senders].filter(([, count]) => count > 0);
  return waiting.sort(([, a], [, b]) => b - a).slice(0, mostSenders);
}

/** Messages whose sender no line has named. A count. */
const unknownOf = ({news, senders}: QueueFacts): number =>
  Math.max(0, news.count - [...senders.values()].reduce((sum, each) => sum + each, 0));

const nameOf = (sender: SenderKey): string => printable(nameIn(sender), shownCharacters);

function sendersLine(facts: QueueFacts): string[] {
  const top = topOf(facts).map(
    ([sender, count]) => `${count} of ${kindOf(sender)} ${quoted(nameOf(sender))}`,
  );
  const unknown = unknownOf(facts);
  const all = unknown === 0 ? top : [...top, `${unknown} of unknown senders`];
  return all.length === 0 ? [] : [`most: ${all.join(', ')}`];
}

/** docs/outgoing-mail.md describes the fields. */
function fields(facts: QueueFacts, text: string): object {
  const {news, host, atMs} = facts;
  return {
    ...{version: 1, kind: 'queue', time: preciseTime(atMs)},
    ...{host: printable(host, shownCharacters), text},
    ...{count: news.count, limit: news.limit, usual: news.usual},
    senders: topOf(facts).map(([sender, count]) => ({
      ...{way: kindOf(sender), sender: nameOf(sender), messages: count},
    })),
    unknown: unknownOf(facts),
  };
}

/** The log line at the end of the alarm. */
export const endText = ({count, alarm}: Extract<QueueNews, {kind: 'ended'}>): string =>
  `outgoing mail: the queue is no longer long: ${countText(count, 'message')} wait; ` +
  `${alarm.longest} at most since ${isoTime(alarm.sinceMs)}`;
