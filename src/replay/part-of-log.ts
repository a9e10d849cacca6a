/**
 * Whether the lines that were explained are only a part of their sessions, as a grep for one address leaves them: a
 * line `User unknown` names no client, and the line that names it has no name in it. Decides what to look for then.
 */
import {countText} from '../base/count.js';
import {type LogRecord, noPid} from '../log/record.js';
import type {SessionView} from '../mail/join-outcome.js';
import type {MailEvent} from '../mail/mail-event.js';

/** Processes in one command line. A count: a person still reads it. */
const mostTold = 8;
/** Processes and envelopes remembered. A count: beyond it is no grep. */
const mostKnown = 10_000;
/** What may stand between quotes of a shell. */
const plainName = /^[A-Za-z0-9_.-]{1,64}$/;

export class PartOfLog {
  /** Of the lines so far; `several`: some line names another one, or none. */
  #clients: {readonly kind: 'none' | 'several'} | {readonly kind: 'one'; readonly client: string} =
    {kind: 'none'};
  /** `PROGRAM[PID]:` of each envelope that ended with nothing accepted. */
  readonly #ends = new Map<string, string>();
  /** The same of what is held for want of a client, by queue id. */
  readonly #held = new Map<string, string>();

  /** @param session as it is known behind the record */
  take(record: LogRecord, event: MailEvent, session: SessionView | undefined): void {
    const client = 'client' in event ? event.client?.text : undefined;
    const before = this.#clients;
    const isSame = before.kind === 'none' || (before.kind === 'one' && before.client === client);
    this.#clients = client === undefined || !isSame ? {kind: 'several'} : {kind: 'one', client};
    const queueId = 'queueId' in event ? event.queueId : undefined;
    if (queueId === undefined || ![queueId, record.program].every((each) => plainName.test(each)))
      return;
    // A line that names no process has its queue id.
    const {program, pid} = record;
    const process = pid === noPid ? `${queueId}:` : `${program}[${pid}]:`;
    const isHeld = session !== undefined && session.client === undefined && session.held > 0;
    if (!isHeld) this.#held.delete(queueId);
    else if (this.#held.size < mostKnown) this.#held.set(queueId, process);
    const isEmpty = event.kind === 'envelopeEnd' && event.accepted === 0;
    if (isEmpty && this.#ends.size < mostKnown) this.#ends.set(queueId, process);
  }

  /** What to do, in lines; none: the sessions are whole, as far as this can tell. */
  get advice(): readonly string[] {
    if (this.#held.size > 0) {
      const whose = countText(this.#held.size, 'envelope');
      return advice(`no line tells the client of ${whose}`, [...this.#held.values()]);
    }
    if (this.#clients.kind !== 'one' || this.#ends.size === 0) return [];
    const what = `every line is of ${this.#clients.client}, and a line "User unknown" names no client`;
    return advice(`${what}: this seems to be a grep for it`, [...this.#ends.values()]);
  }
}

function advice(what: string, processes: readonly string[]): string[] {
  const all = [...new Set(processes)];
  const words = all.slice(0, mostTold).map((each) => `-e '${each}'`);
  // Not in the command: it is there to be pasted into a shell.
  const some = all.length > mostTold ? ` (the first ${mostTold} of ${all.length})` : '';
  return [
    `${what}. The rest of these sessions has the same process ids in the whole log, here called LOG${some}:`,
    `    grep -F ${words.join(' ')} LOG | blocksmtp explain`,
    'or explain the whole log, where each line has its number: blocksmtp explain LOG',
  ];
}
