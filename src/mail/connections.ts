/**
 * What is known about the session that a process serves, from lines outside of any envelope: which client it
 * has (`connect from`, LogLevel 10), and that the client has logged in (`AUTH=server`).
 *
 * A process is believed to serve the same client for only some minutes: pids are reused, and no line
 * reliably ends a session. A login does not determine an envelope's client, so a line of the envelope must
 * name the same one. `STARTTLS=server` names a client too, but is not read. Many sessions have it at any
 * LogLevel, so it would be believed for every reused pid, without a line that begins the session. A line
 * without a pid names no process, and nothing of it is kept.
 */
import type {Table} from '../base/mechanisms/table.js';
import {type LogRecord, noPid} from '../log/record.js';
import type {Proof, Submitter} from './evidence.js';
import type {KnownClient} from './pending-evidence.js';
import type {Address} from '../net/address.js';
import {parseNetwork} from '../net/network.js';
import {NetworkSet} from '../net/network-set.js';

/** Processes with such a line that are remembered. A count. */
export const mostConnections = 100_000;
/** How long such a line is believed after its process's last line. Ms: pids are reused. */
const longestTrustMs = 10 * 60 * 1000;

/** Plain data: it is saved as it is. */
export interface ClientConnection extends KnownClient {
  /** Time of the connect line. Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Absent: a connect line named the client, as in states that version 1.0 saved. */
  readonly login?: 'only' | 'too' | undefined;
}

/** This machine and private networks (RFC 1918, RFC 4193, link-local): our own users or their hosts. */
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

/** Whether mail from there is our own users', as far as an address can show. */
export const isOwnNetwork = (client: Address): boolean => ownNetworks.has(client);

export class Connections {
  readonly #table: Table<ClientConnection>;
  #keyed: {readonly record: LogRecord; readonly key: string} | undefined;

  constructor(table: Table<ClientConnection>) {
    table.limitTo(mostConnections);
    this.#table = table;
  }

  /** @param client undefined: a local program, or unknown */
  began(record: LogRecord, client: Address | undefined, proof: Proof): void {
    if (record.pid === noPid) return;
    const key = this.keyOf(record);
    // A process whose client is unknown must not keep the client of the process before it.
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

  /** The client that the process serves, if a connect line named it before `firstMs`. */
  clientOf(record: LogRecord, firstMs: number): KnownClient | undefined {
    const connection = this.#live(record);
    if (connection === undefined || connection.login === 'only') return undefined;
    if (connection.firstMs > firstMs) return undefined;
    this.#touch(record, connection);
    return {address: connection.address, proof: connection.proof};
  }

  /** For people: the client that the last such line named, however long ago. */
  toldOf(record: LogRecord): KnownClient | undefined {
    const connection = this.#table.get(this.keyOf(record));
    return connection?.login === 'only' ? undefined : connection;
  }

  /** Whose mail this client passes to the process that wrote the record. */
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

  /** Called several times for one record, and hashing each new string takes time. */
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

/** When a line said that this process began to serve the client, ms since the epoch; undefined: none did. */
export function connectedMs(
  table: Pick<Table<ClientConnection>, 'get'>,
  record: LogRecord,
  client: Address,
): number | undefined {
  const known = table.get(processKey(record));
  return known?.address === client.text && known.login !== 'only' ? known.firstMs : undefined;
}

/** The journal knows the writer's number on this machine; mailers in containers may log the same number. */
export const processKey = ({host, pid, writer}: LogRecord): string =>
  `${host} ${writer?.pid ?? pid}`;
