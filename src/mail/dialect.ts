/**
 * Everything that is specific to one mailer, as one value. Each mailer is a folder beside this file,
 * which exports one `Dialect` and nothing else; daemon and commands choose one and pass it on. What
 * differs between mailers is a member here, and never an `if` elsewhere.
 *
 * A dialect decides what a line says, and which process is which. It does not decide what an event
 * counts, which client it belongs to, or which client is blocked.
 */
import type {MailEvent} from './mail-event.js';
import type {Pieces} from './pieces.js';
import type {Authorship} from './authorship.js';
import type {TransitEvent} from './transit/transit-event.js';
import type {LineFrames} from '../log/frames.js';
import type {LogRecord, Writer} from '../log/record.js';
import type {Address} from '../net/address.js';
import type {ScanRules} from '../scan/scanner.js';

/** `strange`: it begins like the mailer's messages, but continues in unknown words. */
export type Likeness = 'own' | 'strange' | 'foreign';

export interface Dialect {
  /** The program names that distributions configure; an administrator may choose any other. */
  readonly names: readonly string[];
  /**
   * Whether a message is this mailer's, whatever it says. Judged by its form alone, which any program
   * can imitate: for advice, never for a verdict about a client.
   */
  readonly looksLike: (message: string) => Likeness;
  /** Parses the frames of the lines of one log; call it once for each log. */
  readonly frames: () => LineFrames;
  /** Texts to search for in an old log, before lines are decoded. */
  readonly scan: ScanRules;
  readonly pieces: Pieces;
  /** Reads a complete message. @returns undefined: it says nothing about a client */
  readonly read: (record: LogRecord) => MailEvent | undefined;
  /**
   * Reads what the same message says about mail on its way.
   *
   * @param event what `read` returned for it
   */
  readonly readTransit: (
    record: LogRecord,
    event: MailEvent | undefined,
  ) => TransitEvent | undefined;
  /** Whether the mailer wrote a record, by what the journal knows about its writer. */
  readonly authorshipOf: (writer: Writer) => Authorship;
  /** Whether an executable is the mailer, by its path; the journal may know only its name. */
  readonly isProgram: (executable: string) => boolean;
  readonly processes: Processes;
}

type Processes =
  /** Each process serves one client until it ends, and its socket shows which. */
  | OnePerClient
  /**
   * A process serves many clients, in turn or at once, and each line names its client. The kernel is not
   * asked about lines, because it might name the next client. No process is ended.
   */
  | {readonly kind: 'shared'};

export interface OnePerClient {
  readonly kind: 'onePerClient';
  /**
   * When the envelope of this queue id began, if the process that wrote the record serves its client: by
   * the queue id, or by the time of the record if the id does not say. Ms since the epoch.
   *
   * @returns undefined if another process wrote the record, whose sockets are not the client's
   */
  readonly envelopeBegan: (record: LogRecord, queueId: string) => number | undefined;
  /** @returns undefined if the title names no client, or if the mailer sets no titles */
  readonly readTitle: (title: string) => ProcessTitle | undefined;
  /** Whether the title is that of a process that accepts connections, which must never be ended. */
  readonly isListenerTitle: (title: string) => boolean;
}

/** What a process says about itself. Any user may give a process such a title. */
export type ProcessTitle =
  /** It waits for a command, between two envelopes or within one. */
  | {readonly kind: 'commandRead'; readonly client: Address}
  /** It works on a command within the envelope of this queue id. */
  | {
      readonly kind: 'command';
      readonly client: Address;
      readonly queueId: string;
      /** Whether it checks a recipient, delivers to the address in its title, or does something else. */
      readonly doing: 'recipients' | 'delivery' | 'other';
    };
