/**
 * Asks this machine which client each line of a batch belongs to, and which process serves that client.
 * `sessions/attribute.ts` decides whose word counts, `sessions/unread-answers.ts` how much was answered up to a line.
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import type {ProcessIdentity} from '../../base/process-identity.js';
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
import {writerOf} from '../question.js';
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
      begun: () => this.freezer.thawDue(),
      release: (identity) => this.freezer.release(identity),
    });
  }

  #name(question: Question): Attribution | undefined {
    const {pid, envelopeMs} = question;
    const when = this.#serving.has(pid) ? 'again' : 'first';
    const waiting = this.freezer.freeze(pid, when, envelopeMs);
    const answer = nameClient(this.candidates.of(question), question, this.#mailer);
    if (answer?.process === undefined) return answer;
    this.#serving.set(answer.process.pid, answer.process);
    const {doing, process} = answer;
    // A frozen process no longer shows that it waits.
    const hasWaited = process.pid === pid && process.startTicks === waiting?.startTicks;
    return {...answer, doing: doing ?? (hasWaited ? 'waits' : undefined)};
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
  /** Called before each line is judged. */
  readonly begun: () => void;
  /** Lets a process end that got its signal. */
  readonly release: (identity: ProcessIdentity) => void;
}

interface Answered {
  /** The envelope in the question; `ended`: the daemon has ended the process since. */
  readonly of: {readonly queueId: string | undefined} | 'ended';
  /** The process in the question: a container's sendmail may write the same number into the log. */
  readonly asked: Pick<Question, 'pid' | 'numberedBy'>;
  /** Undefined: the ended process is known only by its socket, and its other lines need no answer. */
  readonly answer: Attribution | undefined;
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
    this.#ways.begun();
    [this.#record, this.#latest] = [record, undefined];
    this.#unread.next(record);
  }

  readonly ask = (question: Question): MachineAnswer | undefined => {
    const record = this.#record;
    if (record === undefined) return undefined;
    const known = this.#known(record, question);
    const answer = known ? known.answer : this.#ways.name(question);
    this.#latest = answer;
    const isNew = this.#answers.get(record.pid)?.of !== 'ended';
    if (isNew && answer?.process !== undefined) {
      this.#answers.set(record.pid, {of: {queueId: question.queueId}, asked: question, answer});
    }
    if (answer?.answeredBytes === undefined) return answer;
    const {client, process, answeredBytes: writtenBytes} = answer;
    const atFirst = process?.pid === record.pid ? this.#atFirst.get(record.pid) : undefined;
    const bytes = Math.min(atFirst ?? writtenBytes, writtenBytes);
    const upToLine = this.#unread.upTo(record, {client: client.text, bytes});
    // That a process waits proves only that the bytes are whole which it has written by now.
    const {unreadBytes} = upToLine;
    const whole = answer.doing === 'waits' ? {answeredBytes: writtenBytes - unreadBytes} : {};
    return {...answer, writtenBytes, startTicks: process?.startTicks, ...upToLine, ...whole};
  };

  /**
   * The process that the kernel shows behind the present line; undefined: none, or more than one. The answer about the line
   * may name none, if the process is in its next envelope by now. It still serves the same client.
   */
  readonly serving = (): Serving | undefined => {
    const {process, client} = this.#latest ?? {};
    const shown = process && client ? {...process, client} : this.#shownNow();
    if (shown === undefined) return undefined;
    const {look, release} = this.#ways;
    return {...shown, look: () => look(shown.pid), release: () => release(shown)};
  };

  #shownNow(): Shown | undefined {
    if (this.#record === undefined) return undefined;
    const {pid} = writerOf(this.#record);
    return pid === noPid ? undefined : this.#ways.shown(pid);
  }

  /**
   * The daemon has ended the process that `serving` gave. That process wrote all its lines of this batch for the same
   * client. If no answer about a line has shown that, no answer is made up, and none is looked for: the process is gone.
   */
  ended(): void {
    if (this.#record === undefined) return;
    const {pid} = this.#record;
    const known = this.#latest?.process && this.#answers.get(pid);
    const asked = writerOf(this.#record);
    this.#answers.set(pid, {...(known ?? {asked, answer: undefined}), of: 'ended'});
  }

  #known({pid}: LogRecord, question: Question): Answered | undefined {
    const known = this.#answers.get(pid);
    if (known === undefined) return undefined;
    const {of, asked} = known;
    if (asked.pid !== question.pid || asked.numberedBy !== question.numberedBy) return undefined;
    if (of === 'ended') return known;
    const {queueId} = question;
    const isSame = queueId !== undefined && of.queueId === queueId;
    return isSame && this.#ways.lines === 'together' ? known : undefined;
  }
}
