/** How a record was read, and what can follow from it. */
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
  /** The record is a complete message, joined from its pieces. */
  | {readonly kind: 'event'; readonly event: MailEvent; readonly record: LogRecord}
  | {
      readonly kind: 'ignored';
      readonly reason: Ignored;
      readonly why: string;
      /** The complete message, if nothing in it concerns a client. */
      readonly record?: LogRecord | undefined;
    };

export type Outcome =
  | {
      readonly kind: 'counted';
      readonly evidence: Evidence;
      /** The client's score afterwards, in names. */
      readonly score: number;
      /** What this piece of evidence added, in names; undefined: unknown. */
      readonly weight?: number | undefined;
      /** The bar of its row, in names, and whether the client had delivered mail; absent: unknown. */
      readonly row?: Judgement['row'];
      /** The bars that the score is compared with now. */
      readonly bars?: readonly Bar[] | undefined;
    }
  | {readonly kind: 'exempt'; readonly evidence: Evidence; readonly exemption: Exemption}
  /** It came during a block of its client, or led to a block that was lifted since: it counts nothing. */
  | {readonly kind: 'paid'; readonly evidence: Evidence}
  /** Only a log line ties it to the client, which is not enough under `attribution = verified`. */
  | {readonly kind: 'unproven'; readonly evidence: Evidence}
  | {
      readonly kind: 'block';
      readonly block: Block;
      readonly repeat: number;
      /** The network whose block was lifted to make room. */
      readonly insteadOf?: string | undefined;
    }
  | {readonly kind: 'noRoom'; readonly network: string}
  /** The limit of blocks for this minute was reached. */
  | {readonly kind: 'heldBack'; readonly network: string; readonly why: 'minute'}
  /** The reaper sent SIGTERM to a sendmail process. */
  | {readonly kind: 'reaped'; readonly stuck: Stuck}
  | {readonly kind: 'lifted'; readonly block: Block; readonly why: WhyLifted}
  /**
   * The relay seems to have lost its list of users, and no client is judged. `still`: reported before.
   */
  | {
      readonly kind: 'listLost';
      readonly when: 'now' | 'still';
      /** Ms since the epoch. */
      readonly sinceMs: number;
      /** Users that were refused, and the networks that asked for them. Counts. */
      readonly names: number;
      readonly networks: number;
    }
  /** The relay has its list again, or the operator says so. */
  | {readonly kind: 'listBack'; readonly sinceMs: number; readonly why: 'itself' | 'operator'}
  /** A wave of strangers asking for unknown names has begun or ended. */
  | {readonly kind: 'wave'; readonly now: 'on' | 'off'}
  /** Pieces of split messages that were never completed. */
  | {readonly kind: 'broken'; readonly pieces: number}
  | Exclude<JoinOutcome, {kind: 'evidence' | 'loggedIn'}>;

/**
 * `notConfirmed`: an unconfirmed configuration made it; `replaced`: there was no room, and a worse client
 * needed the place.
 */
export type WhyLifted = 'ended' | 'exempt' | 'operator' | 'brake' | 'notConfirmed' | 'replaced';
