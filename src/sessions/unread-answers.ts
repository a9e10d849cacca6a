/**
 * What the mailer has answered in lines that were read together but are not judged yet. The bytes that a
 * process has written are ahead of the lines then, and refusals that nobody has looked at would pass for
 * accepted recipients. Does not know lines that are not read yet.
 */
import type {LogRecord} from '../log/record.js';

/** `550 5.1.1 <x>... User unknown` and its line end are so much shorter than `QUEUEID: <x>... User unknown`. Bytes. */
const shorterBytes = 4;

/** Behind the recipient, in whatever words it is refused. */
const refused = '... ';

export class UnreadAnswers {
  readonly #bytes = new Map<number, number>();

  constructor(records: readonly LogRecord[]) {
    for (const record of records) this.#add(record, 1);
  }

  /** The record is judged next. */
  next(record: LogRecord): void {
    this.#add(record, -1);
  }

  /** In lines behind that one, of the same process. Bytes. */
  behind({pid}: Pick<LogRecord, 'pid'>): number {
    return this.#bytes.get(pid) ?? 0;
  }

  #add({pid, message}: LogRecord, sign: 1 | -1): void {
    if (!message.includes(refused)) return;
    this.#bytes.set(pid, this.behind({pid}) + sign * (message.length - shorterBytes));
  }
}
