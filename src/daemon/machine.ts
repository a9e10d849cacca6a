/**
 * Asks this machine who is behind a line: the kernel, or, of a process that was ended before a crash, what was
 * noted of it. Whose word counts is decided in `sessions/attribute.ts`.
 */
import type {Config} from '../config/schema.js';
import type {State} from '../guard/state.js';
import type {LogRecord} from '../log/record.js';
import {sendmail} from '../mail/sendmail/dialect.js';
import {type Attribution, type Mailer, nameClient, type Question} from '../sessions/attribute.js';
import {CutNotes, noteText} from '../sessions/cut-notes.js';
import type {Serving} from '../sessions/live/cutter.js';
import {servedPorts} from '../sessions/served-ports.js';
import {NotesFile} from '../sys/disk/notes-file.js';
import {Candidates, SocketTables} from '../sys/proc/proc.js';
import {servingProcess, sessionProcess, type SessionProcess} from '../sys/proc/session-process.js';

export class Machine {
  readonly #mailer: Mailer;
  readonly #tables: SocketTables;
  readonly #candidates: Candidates;
  /** Undefined in a dry run, which ends no process. */
  readonly #file: NotesFile | undefined;
  /** What an earlier run has noted; undefined: its lines were read. */
  #notes: CutNotes | undefined;

  constructor({mailerPorts, stateDir, dryRun}: Config, state: State) {
    const ports = servedPorts(mailerPorts, state);
    this.#mailer = {dialect: sendmail, ports};
    this.#tables = new SocketTables(...ports);
    this.#candidates = new Candidates(this.#tables.find, sendmail.isProgram);
    this.#file = dryRun ? undefined : new NotesFile(stateDir);
    this.#notes = new CutNotes(this.#file?.read() ?? '');
  }

  /** At which clients are served. */
  get ports(): readonly number[] {
    return this.#mailer.ports;
  }

  ask(question: Question): Attribution | undefined {
    const noted = this.#notes?.of(question);
    return noted ?? nameClient(this.#candidates.of(question), question, this.#mailer);
  }

  /** The process that the kernel has just shown; undefined: it has not, or not this one alone. */
  serving(question: Question, answer: Attribution): Serving | undefined {
    const {client, process} = answer;
    const file = this.#file;
    const note = noteText(question, answer);
    if (process === undefined || note === undefined || file === undefined) return undefined;
    const {isProgram} = sendmail;
    return {
      ...process,
      client,
      look: () => servingProcess(this.#candidates, this.#tables, question, isProgram),
      note: () => file.add(note),
    };
  }

  /** The process that wrote the record, as it is now. */
  processOf({pid, writer}: LogRecord): SessionProcess | undefined {
    const numberedBy = writer === undefined ? 'log' : 'host';
    return sessionProcess(
      this.#candidates,
      {pid: writer?.pid ?? pid, numberedBy},
      sendmail.isProgram,
    );
  }

  /** The state is saved: what was noted of processes that are gone is in it, once the log was caught up with. */
  saved(): void {
    if (this.#notes === undefined) this.#file?.clear();
  }

  /** All lines of the earlier run were read. */
  caughtUp(): void {
    this.#notes = undefined;
  }
}
