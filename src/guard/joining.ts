/**
 * The first half of the pipeline: from a line to what a client did. Decides which lines
 * are read, and to which client each word belongs; asks the machine only through a function it is given.
 * Judges nobody (`guard.ts`): so several guards can hear one reading of a log.
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

/** Which client belongs to this envelope, as this machine sees it now? */
export type Ask = (question: Question) => MachineAnswer | undefined;

/** The machine that is asked in a replay: those processes are long gone. */
export const askNobody: Ask = () => undefined;

/** Things held for one envelope whose client is not known yet. A count: the highest threshold. */
const mostHeldOfEnvelope = 1000;

/** What was read of one record, and what it says of clients. */
export interface Joined {
  readonly event: MailEvent;
  /** Not later than it was read. */
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

  /** What a record says, and why it is of no interest if it is not. Each is read once, in order. */
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

  /** @param nowMs nothing was logged later: a clock that is ahead would hold a score up for years */
  join(
    {event, record: read}: Extract<ReadRecord, {kind: 'event'}>,
    nowMs: number,
    ask: Ask,
  ): Joined {
    const record = read.atMs <= nowMs ? read : {...read, atMs: nowMs};
    // Asked before the log has its say: the kernel cannot be forged, and must not come too late.
    const answer = this.#answer(record, event, ask);
    return {event, record, outcomes: this.#sessions.take(record, event, answer)};
  }

  /** Envelopes that have been silent for so long that they are over, though no line says so. */
  forgetSilent(nowMs: number): readonly JoinOutcome[] {
    return this.#sessions.forgetSilent(nowMs);
  }

  /** What is known of the envelope that was spoken of, for people. */
  session({event, record}: Extract<ReadRecord, {kind: 'event'}>): SessionView | undefined {
    const queueId = 'queueId' in event ? event.queueId : undefined;
    return queueId === undefined ? undefined : this.#sessions.view(record, queueId);
  }

  /** Pieces of messages that came to nothing since the start. A count. */
  get lostPieces(): number {
    return this.#pieces.lost;
  }

  /** Asks the machine which client a line belongs to, if it can know and no line has named it. */
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

/** Which records are of no interest, before anything of their message is read. @returns undefined: it is to be read */
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
