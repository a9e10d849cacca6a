/**
 * All that is remembered, in one value, so that it is committed together: after a crash the lines
 * behind the position are replayed into exactly the sessions, offenders and blocks they met before.
 * One list names the tables; their types, an empty state and the database (`sys/disk/store.ts`) follow
 * from it.
 */
import {Table} from '../base/mechanisms/table.js';
import type {Block} from '../blocks/block.js';
import type {ChainSpec} from '../blocks/chain/spec.js';
import type {HistoryEntry} from '../blocks/history.js';
import type {Learning} from '../judge/learning.js';
import type {JournalPosition, LogPosition} from '../log/position.js';
import type {AcceptedEnvelope} from '../mail/deliveries.js';
import type {ClientConnection, Envelope} from '../mail/envelopes.js';
import type {OpenMessage} from '../mail/pieces.js';
import type {SenderHour} from '../outgoing/sender-hours.js';
import type {BrakeState} from '../score/brake.js';
import type {Sender} from '../score/good-senders.js';
import type {Offender} from '../score/offender.js';

type Saving = 'saved' | 'unsaved';

/** A row as it was saved: its key and its value. */
export type Row = readonly [key: string, value: unknown];

/** We wrote the rows ourselves, in this layout: their values are of the table's type. */
const of =
  <Value>() =>
  (rows: Iterable<Row>, use: Saving): Table<Value> =>
    new Table<Value>(rows as Iterable<readonly [string, Value]>, use);

/** All tables. Each is a table of the database, under its name. */
const tables = {
  blocks: of<Block>(),
  offenders: of<Offender>(),
  envelopes: of<Envelope>(),
  connections: of<ClientConnection>(),
  deliveries: of<AcceptedEnvelope>(),
  /** By process. */
  openMessages: of<OpenMessage>(),
  positions: of<LogPosition>(),
  journals: of<JournalPosition>(),
  /** Clients whose mail was accepted, by client. */
  senders: of<Sender>(),
  brake: of<BrakeState>(),
  /** How far the installation has learnt who its mailers are: one row. */
  learning: of<Learning>(),
  /** The names and ports under which we made something that may still be in the firewall. */
  chains: of<ChainSpec>(),
  /** Who opened connections to mail ports of others, by hour and program. */
  outgoing: of<SenderHour>(),
  /** The same as `chains`, of the egress guard: its rules for any port are known again. */
  egressChains: of<{readonly chain: string}>(),
};

export type TableName = keyof typeof tables;
export const tableNames = Object.keys(tables) as readonly TableName[];

type Tables = {readonly [Name in TableName]: ReturnType<(typeof tables)[Name]>};

export type State = Tables & {
  /** Not saved yet; the saved entries are on disk only. */
  readonly history: HistoryEntry[];
};

/**
 * @param rowsOf what was saved of each table, in the order in which it was set
 * @param use `unsaved`: the state ends with its process, so no table notes what has changed
 */
export function makeState(rowsOf: (name: TableName) => Iterable<Row>, use: Saving): State {
  const made = tableNames.map((name) => [name, tables[name](rowsOf(name), use)] as const);
  // Each name has its table: both come from the same list.
  return {...(Object.fromEntries(made) as Tables), history: []};
}

export const emptyState = (use: Saving = 'saved'): State => makeState(() => [], use);
