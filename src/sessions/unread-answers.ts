/**
 * How much the mailer had written to a client for the lines up to one, of lines that were read together. The bytes
 * that a process has written are ahead of the lines then, and refusals that nobody has looked at would pass for
 * accepted recipients. So the refusals that are read and not judged yet are taken off, and what the process writes
 * while the lines are judged does not count: it belongs to later lines. Does not know lines that are not read yet.
 */
import type {LogRecord} from '../log/record.js';

/** `550 5.1.1 <x>... User unknown` and its line end are so much shorter than `QUEUEID: <x>... User unknown`. Bytes. */
const shorterBytes = 4;

/** Behind the recipient, in whatever words it is refused. */
const refused = '... ';

interface Written {
  /** Whose session it was. */
  readonly client: string;
  readonly bytes: number;
}

export class UnreadAnswers {
  readonly #behindBytes = new Map<number, number>();
  readonly #written = new Map<number, Written>();

  constructor(records: readonly LogRecord[]) {
    for (const record of records) this.#add(record, 1);
  }

  /** The processes of more than one refusal in these lines, as the log numbers them. */
  static severalOf(records: readonly LogRecord[]): Set<number> {
    const [once, several] = [new Set<number>(), new Set<number>()];
    for (const {pid, message} of records) {
      if (message.includes(refused)) (once.has(pid) ? several : once).add(pid);
    }
    return several;
  }

  /** The record is judged next. */
  next(record: LogRecord): void {
    this.#add(record, -1);
  }

  /** What its process has written by now. @returns what of it was written up to this line. Bytes */
  upTo({pid}: Pick<LogRecord, 'pid'>, {client, bytes}: Written): number {
    const before = this.#written.get(pid);
    const isSame = before?.client === client;
    const first = isSame ? Math.min(before.bytes, bytes) : bytes;
    this.#written.set(pid, {client, bytes: first});
    return first - this.#behind(pid);
  }

  /** In lines behind that one, of the same process. Bytes. */
  #behind(pid: number): number {
    return this.#behindBytes.get(pid) ?? 0;
  }

  #add({pid, message}: LogRecord, sign: 1 | -1): void {
    if (!message.includes(refused)) return;
    const bytes = message.length - shorterBytes;
    this.#behindBytes.set(pid, this.#behind(pid) + sign * bytes);
  }
}
