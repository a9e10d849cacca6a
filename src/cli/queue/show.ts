/**
 * `blocksmtp queue`: shows the messages in the mailer's queue that match, once or repeatedly. Reads the
 * queue itself, with or without a daemon, and changes nothing.
 */
import {countText} from '../../base/count.js';
import {asciiJson, printable} from '../../base/printable.js';
import {localTime} from '../../base/time-text.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, Signals} from '../face/surroundings.js';
import {SenderCounts} from '../../queue/count.js';
import {deniedText} from '../../control/reading.js';
import {type Filter, isMeant, isNamed} from '../../queue/filter.js';
import type {QueuedMessage} from '../../queue/message.js';
import {
  countFields,
  countTable,
  queueBlocks,
  queueFields,
  queueTable,
} from '../../report/tables/queue.js';
import type {MailerFiles} from '../../sys/queue/directories.js';
import {nowMs, pauseUnless} from '../../sys/run/clock.js';
import {type FoundMessage, type QueueReading, readQueue} from '../../sys/queue/read-queue.js';

interface ShowWish {
  readonly filter: Filter;
  /** `count`: counted by sender. */
  readonly what: 'table' | 'full' | 'count';
  readonly form: 'text' | 'json';
  /** The most messages shown. A count. */
  readonly limit: number;
  /** How often; undefined: once. Seconds. */
  readonly everySeconds: number | undefined;
}

export async function showQueue(
  wish: ShowWish,
  signals: Signals,
  output: Output,
  files?: MailerFiles,
): Promise<ExitCode> {
  const end = new AbortController();
  signals.onStop(() => end.abort());
  const {everySeconds} = wish;
  for (;;) {
    const code = await once(wish, output, files);
    if (everySeconds === undefined) return code;
    await pauseUnless(end.signal, everySeconds * 1000);
    if (end.signal.aborted) return exitCode.ok;
    if (wish.form === 'text') output.print(`\n${localTime(nowMs())}\n`);
  }
}

async function once(wish: ShowWish, output: Output, files?: MailerFiles): Promise<ExitCode> {
  const {filter, limit} = wish;
  const startMs = nowMs();
  const counts = new SenderCounts();
  const newest = new Newest(limit);
  let fitting = 0;
  const see = ({message, bodyText}: FoundMessage): void => {
    if (!isMeant(filter, message, startMs, bodyText)) return;
    fitting += 1;
    if (wish.what === 'count') counts.add(message);
    else newest.add(message);
  };
  const reading = await readQueue(see, {isWanted: (named) => isNamed(filter, named), files});
  output.print(printed(wish, newest.oldestFirst, counts, {reading, fitting, startMs}));
  for (const each of [...reading.problems, ...reading.why]) output.complain(printable(each, 500));
  if (reading.problems.some((each) => each.startsWith('EACCES')))
    output.complain(deniedText({command: 'block'}));
  return reading.messages === 0 && reading.problems.length > 0 ? exitCode.unavailable : exitCode.ok;
}

interface Round {
  readonly reading: QueueReading;
  readonly fitting: number;
  readonly startMs: number;
}

function printed(
  {what, form, limit}: ShowWish,
  messages: readonly QueuedMessage[],
  counts: SenderCounts,
  {reading, fitting, startMs}: Round,
): string {
  const senders = what === 'count' ? counts.worstFirst : [];
  const shownSenders = senders.slice(0, limit);
  const {torn, gone, refused} = reading;
  if (form === 'json') {
    const read = {messages: reading.messages, torn, gone, refused};
    const found =
      what === 'count'
        ? {
            senders: shownSenders.map(countFields),
            otherSenders: senders.length - shownSenders.length,
          }
        : {messages: messages.map(queueFields)};
    return `${asciiJson({...found, fitting, read})}\n`;
  }
  const parts = {
    table: () => queueTable(messages, startMs),
    full: () => queueBlocks(messages, startMs),
    count: () => countTable(shownSenders, counts.others),
  };
  const more = what === 'count' ? senders.length - shownSenders.length : fitting - messages.length;
  const kind = what === 'count' ? 'sender' : 'older message';
  const beyond = more > 0 ? `; ${countText(more, kind)} beyond --limit ${limit}` : '';
  const odd = [
    ...(torn > 0 ? [`${torn} being written`] : []),
    ...(gone > 0 ? [`${gone} gone meanwhile`] : []),
    ...(refused > 0 ? [`${refused} not of the mailer`] : []),
  ];
  const notes = odd.length > 0 ? `; ${odd.join(', ')}` : '';
  const all = `${countText(fitting, 'message')} of ${reading.messages} in the queue${beyond}${notes}\n`;
  return `${parts[what]()}${all}`;
}

/** Keeps only the newest messages. */
class Newest {
  readonly #most: number;
  #kept: QueuedMessage[] = [];
  /** Messages as old as this are no longer kept. Ms since the epoch. */
  #tooOldMs = Number.NEGATIVE_INFINITY;

  constructor(most: number) {
    this.#most = most;
  }

  add(message: QueuedMessage): void {
    if (message.control.createdMs < this.#tooOldMs) return;
    this.#kept.push(message);
    if (this.#kept.length < 2 * this.#most + 100) return;
    this.#kept = this.oldestFirst;
    this.#tooOldMs = this.#kept[0]?.control.createdMs ?? this.#tooOldMs;
  }

  get oldestFirst(): QueuedMessage[] {
    const createdMs = ({control}: QueuedMessage): number => control.createdMs;
    const sorted = this.#kept.sort((a, b) => createdMs(a) - createdMs(b) || (a.id < b.id ? -1 : 1));
    return sorted.slice(-this.#most);
  }
}
