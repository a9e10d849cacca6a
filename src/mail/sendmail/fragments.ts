/**
 * Joins what sendmail has split. It logs a message longer than SYSLOG_BUFSIZE in pieces
 * (sendmail/conf.c sm_syslog(), 8.12 to 8.18):
 *
 *     QID[1]: ruleset=check_rcpt, arg1=<…>, relay=[203.0.113.7], reject=550 5.7.1  ...
 *     QID[2]: <…>... Relaying denied
 *
 * All but the last end in ` ...`. The message may be split anywhere, and one process writes all
 * pieces in a row. `QID` may be `NOQUEUE`, or nothing. By what it sends, a client can cause a line to
 * be split and choose roughly where, so no piece is read by itself. A message is used only if all its
 * pieces came, in order, with no other line of the same process in between. A text that itself ends
 * in ` ...` looks like a piece that is not the last; it is lost, as is `QID[999]: log terminated, too
 * many parts`.
 *
 * Pass only sendmail's records, because other programs may write `[1]: ` too, and only those of one
 * log, because ages are measured by its time.
 */
import type {Table} from '../../base/mechanisms/table.js';
import {type LogRecord, noPid} from '../../log/record.js';
import type {OpenMessage, PieceJoiner} from '../pieces.js';
import {longestMessageBytes} from './read-message.js';

/**
 * Messages that are incomplete at once; beyond it, the oldest is given up. A count: processes that
 * are cut off between two pieces.
 */
export const mostOpenMessages = 1000;
/**
 * The longest pause between two pieces. sendmail writes them within a millisecond, but classic stamps
 * count seconds. It is short because lines can be lost: if a client is refused twice in one envelope,
 * the beginning of one refusal could otherwise be joined to the end of the other. Ms.
 */
export const longestPauseMs = 2000;

const piece = /^([0-9A-Za-z]{8}\d{6,10}|NOQUEUE|)\[(\d{1,3})\]: (.*)$/s;
const notLastTail = ' ...';

export class Fragments implements PieceJoiner {
  readonly #table: Table<OpenMessage>;
  #lost = 0;

  constructor(table: Table<OpenMessage>) {
    table.limitTo(mostOpenMessages);
    this.#table = table;
  }

  /** Each piece is either used, still held, or counted here. */
  get lost(): number {
    return this.#lost;
  }

  take(record: LogRecord): LogRecord | 'held' | undefined {
    const match = mayBePiece(record.message) ? piece.exec(record.message) : null;
    if (match === null) {
      if (this.#table.size > 0) this.#noteWhole(record);
      return record;
    }
    const [, id = '', number = '', text = ''] = match;
    return this.#takePiece(record, id, Number(number), text);
  }

  #noteWhole(record: LogRecord): void {
    // A process writes all pieces in a row, so the missing ones will not come.
    this.#giveUp(processOf(record));
    this.#giveUpOld(record.atMs);
  }

  #takePiece(
    record: LogRecord,
    id: string,
    number: number,
    text: string,
  ): LogRecord | 'held' | undefined {
    this.#giveUpOld(record.atMs);
    const key = processOf(record);
    const before = this.#table.get(key);
    const isNext = number > 1 && before?.id === id && number === before.pieces + 1;
    if (!isNext) this.#giveUp(key);
    const whole = isNext ? before.text + text : text;
    const isLast = !text.endsWith(notLastTail);
    // Without a pid, only the queue id shows to which message a piece belongs.
    const isTold = record.pid !== noPid || (id !== '' && id !== 'NOQUEUE');
    const isInPlace = isTold && (isNext || (number === 1 && !isLast));
    if (!isInPlace || record.times > 1 || whole.length > longestMessageBytes) {
      this.#lost += 1;
      this.#giveUp(key);
      return undefined;
    }
    if (isLast) {
      this.#table.delete(key);
      return {...record, message: id === '' ? whole : `${id}: ${whole}`};
    }
    const open = {id, text: whole.slice(0, -notLastTail.length), pieces: number, atMs: record.atMs};
    const [, pushedOut] = this.#table.set(key, open) ?? [];
    this.#lost += pushedOut?.pieces ?? 0;
    return 'held';
  }

  /** The table is in the order in which the latest pieces came. */
  #giveUpOld(nowMs: number): void {
    for (const [key, {atMs}] of this.#table.entries()) {
      if (Math.abs(nowMs - atMs) <= longestPauseMs) return;
      this.#giveUp(key);
    }
  }

  #giveUp(key: string): void {
    this.#lost += this.#table.get(key)?.pieces ?? 0;
    this.#table.delete(key);
  }
}

/** Cheap: no regular expression for complete lines, which are nearly all. */
export function mayBePiece(message: string): boolean {
  return message[message.indexOf(': ') - 1] === ']';
}

/** Includes what the journal knows, so that no other user's process can add a piece. */
function processOf({host, program, pid, writer}: LogRecord): string {
  return [host, program, pid, writer?.pid, writer?.uid].join(' ');
}
