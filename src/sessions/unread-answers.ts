/**
 * How much the mailer has answered in lines that were read together but are not judged yet. A process has then
 * already written more bytes than the judged lines account for, and its unjudged refusals would be taken for
 * accepted recipients. Does not know lines that are not read yet.
 */
import type {LogRecord} from '../log/record.js';

/**
 * How much shorter the answer `550 5.1.1 <x>... User unknown` with its line end is than the log's `QUEUEID: <x>...
 * User unknown`. Bytes.
 */
const shorterBytes = 4;

/** Follows the recipient, whatever words refuse it. */
const refused = '... ';

export class UnreadAnswers {
  readonly #bytes = new Map<number, number>();

  constructor(records: readonly LogRecord[]) {
    for (const record of records) this.#add(record, 1);
  }

  /** Call it before the record is judged. */
  next(record: LogRecord): void {
    this.#add(record, -1);
  }

  /** The answers in later lines of the same process. Bytes. */
  behind({pid}: Pick<LogRecord, 'pid'>): number {
    return this.#bytes.get(pid) ?? 0;
  }

  #add({pid, message}: LogRecord, sign: 1 | -1): void {
    if (!message.includes(refused)) return;
    this.#bytes.set(pid, this.behind({pid}) + sign * (message.length - shorterBytes));
  }
}
