/** What the work on complaints is given: tables, a clock, and ways to the outside. */
import type {Say} from '../../base/say.js';
import type {FindContact} from '../contact/answer.js';
import type {ComplaintMail} from '../letter/mail.js';
import type {Sender} from '../letter/fields.js';
import type {Letter} from '../letter/template.js';
import type {KeyedHash} from '../spool/keyed.js';
import type {ComplaintConfig} from '../settings.js';
import type {Attacker} from '../spool/deed.js';
import type {ComplaintTables} from '../spool/tables.js';
import type {HandOver} from '../../sys/talk/mail.js';

export interface ComplaintParts {
  readonly config: ComplaintConfig;
  readonly tables: ComplaintTables;
  /** Ms since the epoch. */
  readonly now: () => number;
  /** Saves the state at once. */
  readonly save: () => 'saved' | 'failed';
  readonly findContact: FindContact;
  readonly handOver: (mail: ComplaintMail, stop: AbortSignal) => Promise<HandOver>;
  /** Whether it may be named now: not exempt, and its mail is not wanted. */
  readonly mayName: (attacker: Pick<Attacker, 'address' | 'client'>) => 'yes' | 'no';
  /** Whether blocking is stopped, because the relay seems to have lost its list of users. */
  readonly brake: () => 'on' | 'off';
  readonly sender: Sender;
  /** Domains of ours, in small letters. The list of public suffixes is loaded with the first question. */
  readonly ours: () => Promise<readonly string[]>;
  readonly say: Say;
  readonly newKey: () => string;
  readonly hashWith: (key: string) => KeyedHash;
  readonly base64: (text: string) => string;
  /** The letters of a folder; of the built-in ones where the setting is empty. */
  readonly letters: () => {
    readonly letters: readonly Letter[];
    readonly problems: readonly string[];
  };
}

/** What happened since the daemon began. Counts. */
export interface ComplaintTally {
  lookUpFailures: number;
  sent: number;
  bounces: number;
  answers: number;
}
