/** What the work on complaints gets from outside: tables, a clock, and functions with side effects. */
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
  /** Whether a complaint may name it now: it must not be exempt, nor be a sender of wanted mail. */
  readonly mayName: (attacker: Pick<Attacker, 'address' | 'client'>) => 'yes' | 'no';
  /** Whether blocking is stopped, because the relay seems to have lost its list of users. */
  readonly brake: () => 'on' | 'off';
  readonly sender: Sender;
  /** Our own domains, in lower case. The first call loads the list of public suffixes. */
  readonly ours: () => Promise<readonly string[]>;
  readonly say: Say;
  readonly newKey: () => string;
  readonly hashWith: (key: string) => KeyedHash;
  readonly base64: (text: string) => string;
  /** The letters of the administrator's folder, or the built-in ones if the setting is empty. */
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
