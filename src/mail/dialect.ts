/**
 * What is one mailer's own, in one value. Each mailer is a folder beside this file, which exports one
 * `Dialect` and nothing else; daemon and commands choose one and pass it on. A property of a mailer
 * is a member here, and never an `if` elsewhere.
 *
 * A dialect reads what a line says, and which process is which. It does not decide what an event counts,
 * which client it belongs to, or which client is blocked.
 */
import type {MailEvent} from './mail-event.js';
import type {Pieces} from './pieces.js';
import type {Authorship} from './authorship.js';
import type {TransitEvent} from './transit/transit-event.js';
import type {LineFrames} from '../log/frames.js';
import type {LogRecord, Writer} from '../log/record.js';
import type {Address} from '../net/address.js';
import type {ScanRules} from '../scan/scanner.js';

/** `strange`: it begins as the mailer's messages do, and goes on in words that are not known. */
export type Likeness = 'own' | 'strange' | 'foreign';

export interface Dialect {
  /** The names under which distributions have it write to the syslog; a person may choose any other. */
  readonly names: readonly string[];
  /**
   * Whether a message is of this mailer, whatever it is about: by its form alone, which any program can
   * imitate. For advice, never for a verdict about a client.
   */
  readonly looksLike: (message: string) => Likeness;
  /** Takes the frames off the lines of one log; one for each log. */
  readonly frames: () => LineFrames;
  /** Texts to search an old log for, before a string is made of any line. */
  readonly scan: ScanRules;
  readonly pieces: Pieces;
  /** Reads a whole message. @returns undefined: nothing in it about a client */
  readonly read: (record: LogRecord) => MailEvent | undefined;
  /**
   * Reads of the same message what it tells of mail on its way.
   *
   * @param event what `read` gave for it
   */
  readonly readTransit: (
    record: LogRecord,
    event: MailEvent | undefined,
  ) => TransitEvent | undefined;
  /** Whether the mailer wrote a record, by what the journal knows of its writer. */
  readonly authorshipOf: (writer: Writer) => Authorship;
  /** Whether an executable is the mailer, by its path; the journal may know only its name. */
  readonly isProgram: (executable: string) => boolean;
  readonly processes: Processes;
}

type Processes =
  /** A process serves one client, until it ends: its socket tells who that is. */
  | OnePerClient
  /**
   * A process serves many clients, in turn or at once, and each line names its client. The machine is
   * not asked whose a line is: the answer could be the next client. No process is ended.
   */
  | {readonly kind: 'shared'};

export interface OnePerClient {
  readonly kind: 'onePerClient';
  /**
   * When the envelope of this queue id began, if the process that wrote the record serves its client;
   * by the queue id, or by the time of the record where a queue id does not tell. Ms since the epoch.
   *
   * @returns undefined when another process wrote the record, whose sockets are not the client's
   */
  readonly envelopeBegan: (record: LogRecord, queueId: string) => number | undefined;
  /** @returns undefined where a title names no client; of a mailer that sets no titles always */
  readonly readTitle: (title: string) => ProcessTitle | undefined;
  /** Whether the title is of a process that takes connections, which must never be ended. */
  readonly isListenerTitle: (title: string) => boolean;
}

/** What a process says of itself. Anybody may give a process such a title. */
export type ProcessTitle =
  /** Waiting for a command, between two or in the middle of an envelope. */
  | {readonly kind: 'commandRead'; readonly client: Address}
  /** Working on a command within the envelope of this queue id. */
  | {
      readonly kind: 'command';
      readonly client: Address;
      readonly queueId: string;
      /** Whether it is working on a recipient, or on something else. */
      readonly doing: 'recipients' | 'other';
    };
