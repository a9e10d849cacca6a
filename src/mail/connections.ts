/**
 * What is known of the session that a process serves, as lines of no envelope tell it: whose it is
 * (`connect from`, LogLevel 10), and that the client has logged in (`AUTH=server`).
 *
 * A process is believed to serve the same client for some minutes only: pids are used again, and
 * nothing in a log ends a session reliably. A login tells nobody's client, so a line of the envelope
 * must name the same one. `STARTTLS=server` names a client too, and is not read here: many sessions have
 * it at any LogLevel, so each pid that is used again would be believed, without a line that begins
 * its session. A line without a pid tells of no process, and nothing is kept of it.
 */
import type {Table} from '../base/mechanisms/table.js';
import {type LogRecord, noPid} from '../log/record.js';
import type {Proof, Submitter} from './evidence.js';
import type {KnownClient} from './pending-evidence.js';
import type {Address} from '../net/address.js';
import {parseNetwork} from '../net/network.js';
import {NetworkSet} from '../net/network-set.js';

/** Processes of which a line told something. A count. */
export const mostConnections = 100_000;
/** Such a line is believed for so long after its process's last line: pids are used again. Ms. */
const longestTrustMs = 10 * 60 * 1000;

/** Plain data: it is saved as it is. */
export interface ClientConnection extends KnownClient {
  /** Of the connect line. Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Absent: a connect line told the client, as in states that 1.0 saved. */
  readonly login?: 'only' | 'too' | undefined;
}

/** This machine and private networks (RFC 1918, RFC 4193, link-local): our own users, or their hosts. */
const ownNetworks = new NetworkSet(
  [
    '127.0.0.0/8',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '169.254.0.0/16',
    '::1',
    'fc00::/7',
    'fe80::/10',
  ].flatMap((text) => parseNetwork(text) ?? []),
);

/** Whether mail from there is mail of our own users, as far as an address can tell. */
export const isOwnNetwork = (client: Address): boolean => ownNetworks.has(client);

export class Connections {
  readonly #table: Table<ClientConnection>;
  #keyed: {readonly record: LogRecord; readonly key: string} | undefined;

  constructor(table: Table<ClientConnection>) {
    table.limitTo(mostConnections);
    this.#table = table;
  }

  /** @param client undefined: a local program, or one that nobody can tell */
  began(record: LogRecord, client: Address | undefined, proof: Proof): void {
    if (record.pid === noPid) return;
    const key = this.keyOf(record);
    // A process that nobody can tell the client of must not go on as the one before it.
    if (client === undefined) {
      this.#table.delete(key);
      return;
    }
    const {atMs} = record;
    this.#table.set(key, {address: client.text, proof, firstMs: atMs, lastMs: atMs});
  }

  loggedIn(record: LogRecord, client: Address, proof: Proof): void {
    if (record.pid === noPid) return;
    const before = this.#live(record);
    const {atMs} = record;
    if (before?.address === client.text) {
      const login = before.login === 'only' ? 'only' : 'too';
      this.#table.replace(this.keyOf(record), {...before, lastMs: atMs, login});
    } else if (before === undefined || before.login === 'only') {
      const known = {
        address: client.text,
        proof,
        firstMs: atMs,
        lastMs: atMs,
        login: 'only',
      } as const;
      this.#table.set(this.keyOf(record), known);
    }
  }

  /**
   * The client that the process serves, as far as a connect line names it, for what began behind
   * that line.
   */
  clientOf(record: LogRecord, firstMs: number): KnownClient | undefined {
    const connection = this.#live(record);
    if (connection === undefined || connection.login === 'only') return undefined;
    if (connection.firstMs > firstMs) return undefined;
    this.#touch(record, connection);
    return {address: connection.address, proof: connection.proof};
  }

  /** For people: as the last line told it, however long ago. */
  toldOf(record: LogRecord): KnownClient | undefined {
    const connection = this.#table.get(this.keyOf(record));
    return connection?.login === 'only' ? undefined : connection;
  }

  /** Whose mail it is that this client hands to the process that wrote the record. */
  submitterOf(record: LogRecord, client: Address): Submitter {
    if (isOwnNetwork(client)) return 'own';
    const connection = this.#live(record);
    if (connection?.login === undefined || connection.address !== client.text) return 'stranger';
    this.#touch(record, connection);
    return 'own';
  }

  forgetSilent(nowMs: number): void {
    for (const [key, {lastMs}] of this.#table.entries()) {
      if (nowMs - lastMs > longestTrustMs) this.#table.delete(key);
    }
  }

  /** Of one record it is asked several times, and each new string is looked through for its hash. */
  keyOf(record: LogRecord): string {
    if (this.#keyed?.record !== record) this.#keyed = {record, key: processKey(record)};
    return this.#keyed.key;
  }

  #live(record: LogRecord): ClientConnection | undefined {
    if (this.#table.size === 0) return undefined;
    const connection = this.#table.get(this.keyOf(record));
    if (connection === undefined) return undefined;
    return record.atMs - connection.lastMs > longestTrustMs ? undefined : connection;
  }

  #touch(record: LogRecord, connection: ClientConnection): void {
    if (record.atMs <= connection.lastMs) return;
    this.#table.replace(this.keyOf(record), {...connection, lastMs: record.atMs});
  }
}

/** When a line told that this process began to serve the client; undefined: none did. Ms since the epoch. */
export function connectedMs(
  table: Pick<Table<ClientConnection>, 'get'>,
  record: LogRecord,
  client: Address,
): number | undefined {
  const known = table.get(processKey(record));
  return known?.address === client.text && known.login !== 'only' ? known.firstMs : undefined;
}

export const processKey = ({host, pid}: LogRecord): string => `${host} ${pid}`;
