/**
 * How much the mailer had written to a client up to a certain line, of lines that were read together. A process has then
 * already written more bytes than the judged lines account for, and its unjudged refusals would be taken for accepted
 * recipients. So the refusals that are read and not judged yet are subtracted. Bytes that the process writes while the
 * lines are judged do not count, because they belong to later lines. Does not know lines that are not read yet.
 */
import type {LogRecord} from '../log/record.js';

/**
 * How much shorter the answer `550 5.1.1 <x>... User unknown` with its line end is than the log's `QUEUEID: <x>...
 * User unknown`. Bytes.
 */
const shorterBytes = 4;

/** In the line of a ruleset the answer follows it; what comes before is not answered. */
const rejectField = 'reject=';
const lineEndBytes = 2;

/** Follows the recipient, whatever words refuse it. */
const refused = '... ';

interface Written {
  /** Whose session it was. */
  readonly client: string;
  readonly bytes: number;
}

/** What a process has written up to a line, and the answers of its later lines that were read together with it. Bytes. */
interface UpToLine {
  readonly answeredBytes: number;
  readonly unreadBytes: number;
}

export class UnreadAnswers {
  readonly #behindBytes = new Map<number, number>();
  readonly #written = new Map<number, Written>();

  constructor(records: readonly LogRecord[]) {
    for (const record of records) this.#add(record, 1);
  }

  /** The processes with more than one refusal in these lines, by their number in the log. */
  static severalOf(records: readonly LogRecord[]): Set<number> {
    const [once, several] = [new Set<number>(), new Set<number>()];
    for (const {pid, message} of records) {
      if (message.includes(refused)) (once.has(pid) ? several : once).add(pid);
    }
    return several;
  }

  /** Call it before the record is judged. */
  next(record: LogRecord): void {
    this.#add(record, -1);
  }

  /** How much of what its process has written by now was written up to this line, if it holds no answers back. */
  upTo({pid}: Pick<LogRecord, 'pid'>, {client, bytes}: Written): UpToLine {
    const before = this.#written.get(pid);
    const isSame = before?.client === client;
    const first = isSame ? Math.min(before.bytes, bytes) : bytes;
    this.#written.set(pid, {client, bytes: first});
    const unreadBytes = this.#behind(pid);
    return {answeredBytes: first - unreadBytes, unreadBytes};
  }

  /** The answers in later lines of the same process. Bytes. */
  #behind(pid: number): number {
    return this.#behindBytes.get(pid) ?? 0;
  }

  #add({pid, message}: LogRecord, sign: 1 | -1): void {
    if (!message.includes(refused)) return;
    const reject = message.indexOf(rejectField);
    const bytes =
      reject < 0
        ? message.length - shorterBytes
        : message.length - reject - rejectField.length + lineEndBytes;
    this.#behindBytes.set(pid, this.#behind(pid) + sign * bytes);
  }
}
