/** How a record is read, and what can follow from it. */
import type {Block} from '../blocks/block.js';
import type {Ignored} from '../hearing/heard.js';
import type {LogRecord} from '../log/record.js';
import type {Evidence} from '../mail/evidence.js';
import type {Judgement} from '../judge/judge.js';
import type {Bar} from '../judge/view.js';
import type {JoinOutcome} from '../mail/join-outcome.js';
import type {MailEvent} from '../mail/mail-event.js';
import type {Exemption} from '../score/exempt.js';
import type {Stuck} from '../sessions/reap.js';

export type ReadRecord =
  /** The record is a whole message, whatever pieces it came in. */
  | {readonly kind: 'event'; readonly event: MailEvent; readonly record: LogRecord}
  | {
      readonly kind: 'ignored';
      readonly reason: Ignored;
      readonly why: string;
      /** The whole message, where nothing in it is about a client. */
      readonly record?: LogRecord | undefined;
    };

export type Outcome =
  | {
      readonly kind: 'counted';
      readonly evidence: Evidence;
      /** Of the client behind it, in names. */
      readonly score: number;
      /** What this one added, in names; undefined: it is not known. */
      readonly weight?: number | undefined;
      /** The bar of its row, in names, and whether mail of the client had arrived; absent: not known. */
      readonly row?: Judgement['row'];
      /** Those that the score is held against now. */
      readonly bars?: readonly Bar[] | undefined;
    }
  | {readonly kind: 'exempt'; readonly evidence: Evidence; readonly exemption: Exemption}
  /** It came while its client was blocked, or led to a block that was lifted since: it weighs nothing. */
  | {readonly kind: 'paid'; readonly evidence: Evidence}
  /** Only a log says that it was this client, and that is not enough here. */
  | {readonly kind: 'unproven'; readonly evidence: Evidence}
  | {
      readonly kind: 'block';
      readonly block: Block;
      readonly repeat: number;
      /** The network whose block was lifted for it: no place was free. */
      readonly insteadOf?: string | undefined;
    }
  | {readonly kind: 'noRoom'; readonly network: string}
  /** As many blocks were made in this minute as may be. */
  | {readonly kind: 'heldBack'; readonly network: string; readonly why: 'minute'}
  /** A sendmail process had SIGTERM. */
  | {readonly kind: 'reaped'; readonly stuck: Stuck}
  | {readonly kind: 'lifted'; readonly block: Block; readonly why: WhyLifted}
  /** The relay seems to have lost its list of users, and nobody is judged; `still`: told before. */
  | {
      readonly kind: 'listLost';
      readonly when: 'now' | 'still';
      /** Ms since the epoch. */
      readonly sinceMs: number;
      /** Users that were refused, and by how many networks they were asked for. Counts. */
      readonly names: number;
      readonly networks: number;
    }
  /** It has its list again, or the operator says so. */
  | {readonly kind: 'listBack'; readonly sinceMs: number; readonly why: 'itself' | 'operator'}
  /** Strangers ask for unknown names from everywhere, or do so no more. */
  | {readonly kind: 'wave'; readonly now: 'on' | 'off'}
  /** Pieces of split messages of which not all came. */
  | {readonly kind: 'broken'; readonly pieces: number}
  | Exclude<JoinOutcome, {kind: 'evidence' | 'loggedIn'}>;

/**
 * `notConfirmed`: it was made under a configuration that nobody confirmed; `replaced`: no place was free,
 * and another one needed it more.
 */
export type WhyLifted = 'ended' | 'exempt' | 'operator' | 'brake' | 'notConfirmed' | 'replaced';
