/**
 * Asks this machine which client each line of a batch belongs to, and which process serves that client.
 * `sessions/attribute.ts` decides whose word counts, `sessions/unread-answers.ts` how much was answered up to a line.
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import type {Config} from '../../config/schema.js';
import {type LogRecord, noPid} from '../../log/record.js';
import type {MachineAnswer} from '../../mail/pending-evidence.js';
import {
  type Attribution,
  type Mailer,
  nameClient,
  type Question,
  servedBy,
  type ServingProcess,
} from '../attribute.js';
import type {Shown} from '../cut.js';
import type {Serving} from './cutter.js';
import type {Freezer} from './freezer.js';
import {UnreadAnswers} from '../unread-answers.js';
import {Candidates, SocketTables} from '../../sys/proc/proc.js';
import {servingProcess} from '../../sys/proc/session-process.js';
import {writtenBytesOf} from '../../sys/proc/snapshot.js';

/** Remembered processes that served a client. A count: the guessers that work at the same time. */
const mostServing = 1000;

export class LineClients {
  readonly candidates: Candidates;
  readonly #serving = new BoundedMap<number, ServingProcess>(mostServing);
  readonly #mailer: Mailer;
  readonly #tables: SocketTables;
  readonly #lines: Ways['lines'];
  readonly freezer: Freezer;

  /**
   * @param mailer writes the lines, and serves clients at its ports
   * @param freezer halts a process while the kernel is asked about it
   */
  constructor(mailer: Mailer, attribution: Config['attribution'], freezer: Freezer) {
    [this.#mailer, this.freezer] = [mailer, freezer];
    this.#tables = new SocketTables(...mailer.ports);
    this.candidates = new Candidates(this.#tables.find, mailer.dialect.isProgram);
    this.#lines = attribution === 'any' ? 'together' : 'each';
  }

  /** @param records lines that were just read together, in their order */
  behind(records: readonly LogRecord[]): BatchClients {
    return new BatchClients(records, {
      lines: this.#lines,
      name: (question) => this.#name(question),
      written: (pid) => (this.#serving.get(pid) === undefined ? undefined : writtenBytesOf(pid)),
      look: (pid) => servingProcess(this.candidates, this.#tables, pid),
      shown: (pid) => this.#shown(pid),
    });
  }

  #name(question: Question): Attribution | undefined {
    const {pid} = question;
    this.freezer.freeze(pid, this.#serving.get(pid) === undefined ? 'first' : 'again');
    const answer = nameClient(this.candidates.of(question), question, this.#mailer);
    if (answer?.process !== undefined) this.#serving.set(answer.process.pid, answer.process);
    return answer;
  }

  /** What a process shows now, whatever line it wrote. */
  #shown(pid: number): Shown | undefined {
    const now = servingProcess(this.candidates, this.#tables, pid);
    const served = now && servedBy(now, this.#mailer);
    if (served?.proof !== 'kernel') return undefined;
    const {startTicks, parentPid} = now!;
    return {pid, startTicks, parentPid, client: served.client};
  }
}

interface Ways {
  /**
   * `each`: one question for each line. `together`: one question for the lines of one envelope that were read together;
   * then nothing depends on what the process was doing at each line.
   */
  readonly lines: 'together' | 'each';
  /** How much a process has written that was named before. Bytes; undefined: unknown. */
  readonly written: (pid: number) => number | undefined;
  readonly name: (question: Question) => Attribution | undefined;
  readonly look: (pid: number) => ReturnType<Serving['look']>;
  /** The client of a process of this machine, by its socket, without a line to compare with. */
  readonly shown: (pid: number) => Shown | undefined;
}

interface Answered {
  /** The envelope in the question; `ended`: the daemon has ended the process since. */
  readonly of: {readonly queueId: string | undefined} | 'ended';
  /** The process in the question: a container's sendmail may write the same number into the log. */
  readonly asked: Pick<Question, 'pid' | 'numberedBy'>;
  readonly answer: Attribution;
}

/** The clients behind the lines of one batch. */
export class BatchClients {
  readonly #ways: Ways;
  readonly #unread: UnreadAnswers;
  /** How much each process had written when the batch came, by pid. Bytes. */
  readonly #atFirst = new Map<number, number>();
  /** The latest answers that named a process, by its number in the log. */
  readonly #answers = new Map<number, Answered>();
  #record: LogRecord | undefined;
  #latest: Attribution | undefined;

  constructor(records: readonly LogRecord[], ways: Ways) {
    this.#ways = ways;
    this.#unread = new UnreadAnswers(records);
    // Read immediately: while the first lines are judged, a guesser gets the next answers.
    for (const pid of UnreadAnswers.severalOf(records)) {
      const bytes = ways.written(pid);
      if (bytes !== undefined) this.#atFirst.set(pid, bytes);
    }
  }

  /** Call it before the record is judged. */
  next(record: LogRecord): void {
    [this.#record, this.#latest] = [record, undefined];
    this.#unread.next(record);
  }

  readonly ask = (question: Question): MachineAnswer | undefined => {
    const record = this.#record;
    if (record === undefined) return undefined;
    const answer = this.#known(record, question) ?? this.#ways.name(question);
    this.#latest = answer;
    const isNew = this.#answers.get(record.pid)?.of !== 'ended';
    if (isNew && answer?.process !== undefined) {
      this.#answers.set(record.pid, {of: {queueId: question.queueId}, asked: question, answer});
    }
    if (answer?.answeredBytes === undefined) return answer;
    const {client, process, answeredBytes: writtenBytes} = answer;
    const atFirst = process?.pid === record.pid ? this.#atFirst.get(record.pid) : undefined;
    const bytes = Math.min(atFirst ?? writtenBytes, writtenBytes);
    const answeredBytes = this.#unread.upTo(record, {client: client.text, bytes});
    return {...answer, writtenBytes, answeredBytes};
  };

  /**
   * The process that the kernel shows behind the present line; undefined: none, or more than one. The answer about the line
   * may name none, if the process is in its next envelope by now. It still serves the same client.
   */
  readonly serving = (): Serving | undefined => {
    const {process, client} = this.#latest ?? {};
    const shown = process && client ? {...process, client} : this.#shownNow();
    return shown && {...shown, look: () => this.#ways.look(shown.pid)};
  };

  #shownNow(): Shown | undefined {
    const {pid, writer} = this.#record ?? {};
    const host = writer?.pid ?? pid;
    return host === undefined || host === noPid ? undefined : this.#ways.shown(host);
  }

  /** The daemon has ended that process. The process wrote all its lines of this batch for the same client. */
  ended(): void {
    const known = this.#record && this.#answers.get(this.#record.pid);
    if (this.#record === undefined || known === undefined) return;
    this.#answers.set(this.#record.pid, {...known, of: 'ended'});
  }

  #known({pid}: LogRecord, question: Question): Attribution | undefined {
    const {of, asked, answer} = this.#answers.get(pid) ?? {};
    if (asked?.pid !== question.pid || asked.numberedBy !== question.numberedBy) return undefined;
    if (of === 'ended') return answer;
    const {queueId} = question;
    const isSame = queueId !== undefined && of?.queueId === queueId;
    return isSame && this.#ways.lines === 'together' ? answer : undefined;
  }
}
