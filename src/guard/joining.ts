/**
 * The first half of the pipeline: from a line to what a client did. Decides which lines are read, and to which
 * client each belongs. It asks the kernel only through a function that it is given. It judges no client
 * (`guard.ts`), so several guards can use one reading of a log.
 */
import type {ReadRecord} from './outcome.js';
import type {GuardSettings} from './settings.js';
import type {State} from './state.js';
import type {Ignored} from '../hearing/heard.js';
import {shownNames} from '../hearing/names.js';
import type {LogRecord} from '../log/record.js';
import {sameHost} from '../log/syslog.js';
import {Envelopes} from '../mail/envelopes.js';
import type {JoinOutcome, SessionView} from '../mail/join-outcome.js';
import type {MailEvent} from '../mail/mail-event.js';
import type {MachineAnswer} from '../mail/pending-evidence.js';
import type {PieceJoiner} from '../mail/pieces.js';
import type {Question} from '../sessions/attribute.js';
import {questionAbout} from '../sessions/question.js';

/** Asks this machine's kernel which client an envelope belongs to. */
export type Ask = (question: Question) => MachineAnswer | undefined;

/** For a replay: the processes in the log have ended, so the kernel cannot be asked. */
export const askNobody: Ask = () => undefined;

/** Evidence held for one envelope until its client is known. A count: the highest possible threshold. */
const mostHeldOfEnvelope = 1000;

/** One record after reading and joining, with what it says about clients. */
export interface Joined {
  readonly event: MailEvent;
  /** Its time is never later than the time at which it was read. */
  readonly record: LogRecord;
  readonly outcomes: readonly JoinOutcome[];
}

type JoiningTables = Pick<State, 'envelopes' | 'connections' | 'deliveries' | 'openMessages'>;

export class Joining {
  readonly #settings: GuardSettings;
  readonly #sessions: Envelopes;
  readonly #pieces: PieceJoiner;

  constructor(settings: GuardSettings, tables: JoiningTables) {
    this.#settings = settings;
    const {authorshipOf, pieces} = settings.dialect;
    this.#sessions = new Envelopes(
      tables,
      mostHeldOfEnvelope,
      authorshipOf,
      settings.policy.threshold,
      settings.attribution,
    );
    this.#pieces = pieces.join(tables.openMessages);
  }

  /** Parses a record; if it does not matter, says why. Each record is read once, in order. */
  read(line: LogRecord): ReadRecord {
    const over = passedOver(line, this.#settings);
    if (over !== undefined) return over;
    const record = this.#pieces.take(line);
    if (record === 'held' || record === undefined) {
      const which = record === 'held' ? 'of which more comes' : 'that is not whole';
      return ignored('piece', `a piece of a message ${which}`);
    }
    const event = this.#settings.dialect.read(record);
    if (event === undefined) return ignored('noClient', 'nothing in it about a client', record);
    return {kind: 'event', event, record};
  }

  /** @param nowMs no line was written later: a score stamped by a clock that is ahead would last for years */
  join(
    {event, record: read}: Extract<ReadRecord, {kind: 'event'}>,
    nowMs: number,
    ask: Ask,
  ): Joined {
    const record = read.atMs <= nowMs ? read : {...read, atMs: nowMs};
    // The kernel is asked before the log is believed: its answer cannot be forged, but comes too late if we wait.
    const answer = this.#answer(record, event, ask);
    return {event, record, outcomes: this.#sessions.take(record, event, answer)};
  }

  /** Envelopes that were silent for so long that they count as ended, although no line says so. */
  forgetSilent(nowMs: number): readonly JoinOutcome[] {
    return this.#sessions.forgetSilent(nowMs);
  }

  /** What is known about the event's envelope, for people. */
  session({event, record}: Extract<ReadRecord, {kind: 'event'}>): SessionView | undefined {
    const queueId = 'queueId' in event ? event.queueId : undefined;
    return queueId === undefined ? undefined : this.#sessions.view(record, queueId);
  }

  /** Pieces of messages that were never completed, since the start. A count. */
  get lostPieces(): number {
    return this.#pieces.lost;
  }

  /** Asks the kernel which client a line belongs to, if it can know, and if no line has named the client yet. */
  #answer(record: LogRecord, event: MailEvent, ask: Ask): MachineAnswer | undefined {
    if (ask === askNobody) return undefined;
    const question = questionAbout(record, event, this.#settings, (queueId) =>
      this.#sessions.needsClient(record, queueId, this.#settings.attribution),
    );
    return question && ask(question);
  }
}

type PassedOver = Extract<ReadRecord, {kind: 'ignored'}>;

const ignored = (reason: Ignored, why: string, record?: LogRecord): PassedOver => ({
  kind: 'ignored',
  reason,
  why,
  record,
});

/** Which records can be skipped before their message is read. @returns undefined: read it */
function passedOver(
  {program, host, writer}: LogRecord,
  {mailerNames, mailerHost, dialect}: GuardSettings,
): PassedOver | undefined {
  if (!mailerNames.includes(program)) {
    return ignored('otherProgram', `not of ${shownNames(mailerNames)}`);
  }
  if (mailerHost !== undefined && !sameHost(host, mailerHost)) {
    return ignored('otherHost', `not of the host ${mailerHost}`);
  }
  if (writer !== undefined && dialect.authorshipOf(writer) === 'other') {
    return ignored('otherWriter', 'the journal says that no mailer wrote it');
  }
  return undefined;
}
