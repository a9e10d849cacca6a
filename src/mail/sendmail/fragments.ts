/**
 * Puts together what sendmail split: a message longer than its SYSLOG_BUFSIZE it logs in pieces
 * (sendmail/conf.c sm_syslog(), 8.12 to 8.18),
 *
 *     QID[1]: ruleset=check_rcpt, arg1=<…>, relay=[203.0.113.7], reject=550 5.7.1  ...
 *     QID[2]: <…>... Relaying denied
 *
 * each but the last with ` ...` behind it, cut anywhere, in a row from one process. `QID` may be
 * `NOQUEUE`, or nothing. A client can have a line split by what it sends and choose roughly where, so
 * no piece is read by itself: only a message of which all pieces came, in order, with nothing of the
 * same process between, is used. A text that itself ends in ` ...` looks the same as a piece that
 * is not the last; it is lost, as is `QID[999]: log terminated, too many parts`.
 *
 * To be given the records of sendmail only, as other programs too may write `[1]: `, and those of one
 * log, as ages are by its time.
 */
import type {Table} from '../../base/mechanisms/table.js';
import {type LogRecord, noPid} from '../../log/record.js';
import type {OpenMessage, PieceJoiner} from '../pieces.js';
import {longestMessageBytes} from './read-message.js';

/** Open at once; the oldest is given up. A count: processes that are cut off between two pieces. */
export const mostOpenMessages = 1000;
/**
 * Between two pieces, which sendmail writes within a millisecond; classic stamps have seconds.
 * Short: if lines can be lost, and a client is refused twice in one envelope, the beginning of one
 * refusal could otherwise meet the end of the other. Milliseconds.
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

  /** Each piece is used, still held, or one of these. */
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
    // A process writes all pieces in a row: now the others will not come.
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
    // Without a pid only the queue id tells whose pieces they are.
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

  /** The table is in the order in which the last pieces came. */
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

/** Cheap: no regular expression for all the lines that are whole. */
export function mayBePiece(message: string): boolean {
  return message[message.indexOf(': ') - 1] === ']';
}

/** The journal's word counts too: no other user's process can add a piece. */
function processOf({host, program, pid, writer}: LogRecord): string {
  return [host, program, pid, writer?.pid, writer?.uid].join(' ');
}
