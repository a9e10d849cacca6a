/**
 * Everything that is remembered, in one value, so that it is committed together. After a crash, the lines
 * after the saved position meet exactly the sessions, clients and blocks that they met before. One list
 * names the tables; their types, an empty state and the database (`sys/disk/store.ts`) follow from it.
 */
import {type PackedLayout, PackedTable} from '../base/mechanisms/packed-table.js';
import type {Sheet} from '../base/mechanisms/sheet.js';
import {Table} from '../base/mechanisms/table.js';
import type {Block} from '../blocks/block.js';
import type {Traffic} from '../blocks/chain/spec.js';
import type {HistoryEntry} from '../blocks/history.js';
import type {Submitter} from '../blocks/passes.js';
import type {ContactRow} from '../complaint/contact/cache.js';
import type {ComplaintBook} from '../complaint/spool/book.js';
import type {Complaint} from '../complaint/spool/complaint.js';
import type {Deed} from '../complaint/spool/deed.js';
import type {LeftOut} from '../complaint/spool/left-out.js';
import type {Greeted} from '../greeting/greeted.js';
import type {Pass} from '../greeting/passed.js';
import type {Friend} from '../judge/crowd/friends.js';
import {KnownNames} from '../judge/crowd/known-names.js';
import type {ListLossState} from '../judge/crowd/list-loss.js';
import {Networks} from '../judge/crowd/networks.js';
import type {WaveState} from '../judge/crowd/wave.js';
import type {Learning} from '../judge/learning.js';
import {clientLayout} from '../judge/memory/client-record.js';
import {mailerLayout} from '../judge/memory/mailer-record.js';
import type {OpenEnvelope} from '../judge/memory/open-envelope.js';
import type {Suspect} from '../judge/memory/suspects.js';
import type {JournalPosition, LogPosition} from '../log/position.js';
import type {ClientConnection} from '../mail/connections.js';
import type {AcceptedEnvelope} from '../mail/deliveries.js';
import type {Envelope} from '../mail/open-envelopes.js';
import type {OpenMessage} from '../mail/pieces.js';
import type {SenderHour} from '../outgoing/sender-hours.js';
import type {BookRow} from '../submission/book.js';
import type {QueueLength} from '../submission/queue/length.js';
import type {Transit} from '../submission/whose/in-transit.js';
import type {MailLogin} from '../submission/whose/joining.js';
import type {SenderRecord} from '../submission/sender-record.js';
import type {DigestRow} from '../tally/digests.js';
import type {OutcomeHour} from '../tally/hours.js';
import type {ScoreDay} from '../tally/score-days.js';

type Saving = 'saved' | 'unsaved';

/** A row as it was saved: its key and its value. */
export type Row = readonly [key: string, value: unknown];

/** Declares the value type of a table. We wrote the saved rows ourselves, in this layout. */
const of = <Value>() => ({
  kind: 'plain' as const,
  make: (rows: Iterable<Row>, use: Saving): Table<Value> =>
    new Table<Value>(rows as Iterable<readonly [string, Value]>, use),
});

const packed = (layout: PackedLayout) => ({
  kind: 'packed' as const,
  make: (sheets: Iterable<Sheet>, use: Saving, salt: number): PackedTable =>
    new PackedTable(layout, sheets, use, salt),
});

/**
 * A chain name under which the firewall may hold something of ours; `port`: as earlier versions stored it.
 */
export type NotedChain = (Traffic | {readonly port: number}) & {
  readonly chain: string;
  /** Its rules were once found to be gone. They may come back. */
  readonly removed?: 'once';
};

/**
 * All tables. Each is a table of the database with the same name. `packed`: tables of numbers, up to a
 * million rows.
 */
const tables = {
  blocks: of<Block>(),
  envelopes: of<Envelope>(),
  connections: of<ClientConnection>(),
  deliveries: of<AcceptedEnvelope>(),
  /** By process. */
  openMessages: of<OpenMessage>(),
  positions: of<LogPosition>(),
  journals: of<JournalPosition>(),
  /** Envelopes in which something was refused, by (host, pid, queue id). */
  openEnvelopes: of<OpenEnvelope>(),
  /** What clients asked for, in clear text, by client. */
  suspects: of<Suspect>(),
  /** Hosts to which our users wrote, by client. */
  friends: of<Friend>(),
  listLoss: of<ListLossState>(),
  wave: of<WaveState>(),
  /** How much the installation has learnt about its mailers: one row. */
  learning: of<Learning>(),
  /** The names and ports under which we made rules that are in the firewall, or may come back to it. */
  chains: of<NotedChain>(),
  /** The ports at which the mailer was last found to accept connections: one row. */
  mailerPorts: of<readonly number[]>(),
  /** Clients that logged in recently. */
  submitters: of<Submitter>(),
  /** Clients that have waited for the greeting, and now go straight to the mailer, by client. */
  passed: of<Pass>(),
  /** Clients that talked before the greeting, or left, by client. */
  greeted: of<Greeted>(),
  /** Programs that opened connections to mail ports of other machines, by hour and program. */
  outgoing: of<SenderHour>(),
  /** The senders of mail through the mailer, and where their book has got to: one row. */
  mailSenders: of<SenderRecord>(),
  mailBook: of<BookRow>(),
  /** How long the mailer's queue is, and usually is: one row. */
  mailQueue: of<QueueLength>(),
  /** Mail on its way, by (host, queue id); sessions with a login, by (host, pid). */
  mailInTransit: of<Transit>(),
  mailLogins: of<MailLogin>(),
  /** Like `chains`, for the egress guard, whose rules are recognised for any port. */
  egressChains: of<{readonly chain: string}>(),
  /** Like `chains`, for the greeting: one row if any of its rules were ever made. */
  greetingRules: of<{readonly chain: string}>(),
  /** Abuse contacts of addresses, by network. */
  contacts: of<ContactRow>(),
  /** What blocked clients did, for complaints, by client. */
  complaintDeeds: of<Deed>(),
  /**
   * Complaints, by id; mailboxes and networks to which no complaint goes; and one row for what is
   * remembered as a whole.
   */
  complaints: of<Complaint>(),
  complaintLeftOut: of<LeftOut>(),
  complaintBook: of<ComplaintBook>(),
  /** Outcomes by hour; the scores that clients reached, by day; the latest digest: one row. */
  outcomeHours: of<OutcomeHour>(),
  scoreDays: of<ScoreDay>(),
  digests: of<DigestRow>(),
  /** What is known about a client, by its address; and more about clients that deliver. */
  clients: packed(clientLayout),
  records: packed(mailerLayout),
  /** What is known about a network of clients, by its address and prefix length. */
  networks: packed(Networks.layout),
  /** Names that took mail, by their hash. */
  names: packed(KnownNames.layout),
};

type Kinds = typeof tables;
type TableName = keyof Kinds;
type NamesOf<Kind> = {
  [Name in TableName]: Kinds[Name]['kind'] extends Kind ? Name : never;
}[TableName];

export type PlainName = NamesOf<'plain'>;
export type PackedName = NamesOf<'packed'>;

const names = Object.keys(tables) as TableName[];
export const plainNames = names.filter((name): name is PlainName => tables[name].kind === 'plain');
export const packedNames = names.filter(
  (name): name is PackedName => tables[name].kind === 'packed',
);

type Tables = {readonly [Name in TableName]: ReturnType<Kinds[Name]['make']>};

export type State = Tables & {
  /** History that is not saved yet; saved entries are only on disk. */
  readonly history: HistoryEntry[];
};

/** What was saved of each table. */
interface Saved {
  /** In the order in which the rows were set. */
  readonly rows: (name: PlainName) => Iterable<Row>;
  /** In the order of their numbers. */
  readonly sheets: (name: PackedName) => Iterable<Sheet>;
}

/**
 * @param use `unsaved`: the state ends with its process, so no table records what has changed
 * @param salt for packed tables: a number unknown to clients that may choose keys. 32 bits
 */
export function makeState({rows, sheets}: Saved, use: Saving, salt = 0): State {
  const made = [
    ...plainNames.map((name) => [name, tables[name].make(rows(name), use)] as const),
    ...packedNames.map((name) => [name, tables[name].make(sheets(name), use, salt)] as const),
  ];
  // Each name has a table of its type, because both come from the same list.
  return {...(Object.fromEntries(made) as unknown as Tables), history: []};
}

const nothing: Saved = {rows: () => [], sheets: () => []};

export const emptyState = (use: Saving = 'saved', salt = 0): State => makeState(nothing, use, salt);
