/**
 * All that is remembered, in one value, so that it is committed together: after a crash the lines
 * behind the position are replayed into exactly the sessions, offenders and blocks they met before.
 */
import type {Block} from '../firewall/block.js';
import type {ChainSpec} from '../firewall/chain.js';
import type {OpenMessage} from '../log/fragments.js';
import type {Delivery} from '../log/deliveries.js';
import type {Connection, Envelope} from '../log/sessions.js';
import type {SenderHour} from '../outbound/senders.js';
import type {BrakeState} from '../score/brake.js';
import type {Offender} from '../score/offender.js';
import type {Sender} from '../score/senders.js';
import {Table} from './table.js';

/** How far one file has been read, and how to know it again. Plain data: it is saved as it is. */
export interface Cursor {
  /** Device and inode: two files with one name differ here, unless the inode was used again. */
  readonly identity: string;
  /** The end of the last whole line taken. Bytes. */
  readonly offset: number;
  /** The last bytes before `offset`, in hexadecimal: tells a file that was truncated and refilled. */
  readonly guard: string;
  /** The file's time of birth, in ns; '0' where the file system keeps none; missing in old states. */
  readonly born?: string;
  /** Whatever took the file's place has changed since then. Ms since the epoch. */
  readonly sinceMs?: number;
}

/** How far a log has been read: the file that has its name first, then rotated ones read on. */
export type LogPosition = readonly Cursor[];

/** How far the journal has been read. Plain data. */
export interface JournalPosition {
  readonly cursor: string;
}

/** What happened to a network, for people who ask why. Plain data. */
export interface HistoryEntry {
  readonly atMs: number;
  readonly network: string;
  readonly event: 'blocked' | 'ended' | 'unblocked';
  readonly reason: string;
}

export interface State {
  readonly blocks: Table<Block>;
  readonly offenders: Table<Offender>;
  readonly envelopes: Table<Envelope>;
  readonly connections: Table<Connection>;
  readonly deliveries: Table<Delivery>;
  /** By process. */
  readonly openMessages: Table<OpenMessage>;
  readonly positions: Table<LogPosition>;
  readonly journals: Table<JournalPosition>;
  /** Of whom mail was accepted, by client. */
  readonly senders: Table<Sender>;
  readonly brake: Table<BrakeState>;
  /** Under which names and ports something of ours was made, and may still stand in the firewall. */
  readonly chains: Table<ChainSpec>;
  /** Who opened connections to mail ports of others, by hour and program. */
  readonly outgoing: Table<SenderHour>;
  /** The same of the egress guard, whose rules for any port are known again. */
  readonly egressChains: Table<{readonly chain: string}>;
  /** Not saved yet; the saved ones are on disk only. */
  readonly history: HistoryEntry[];
}

/** @param use `unsaved`: of a state that ends with its process nobody asks what has changed */
export function emptyState(use: 'saved' | 'unsaved' = 'saved'): State {
  const table = <Value>(): Table<Value> => new Table<Value>([], use);
  return {
    blocks: table(),
    offenders: table(),
    envelopes: table(),
    connections: table(),
    deliveries: table(),
    openMessages: table(),
    positions: table(),
    journals: table(),
    senders: table(),
    brake: table(),
    chains: table(),
    outgoing: table(),
    egressChains: table(),
    history: [],
  };
}
