/**
 * The connections to mail ports of other machines, as the kernel's socket tables show them. Leaves out connections
 * to this machine itself. Logs each reason why a table could not be read once.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import type {Say} from '../../base/say.js';
import type {Address} from '../../net/address.js';
import type {Connection} from '../connection.js';
import {ConnectionShares} from '../shares.js';
import {Outgoing, type Seen} from '../../sys/outgoing/outgoing.js';
import type {OwnAddresses} from '../../sys/outgoing/own-addresses.js';

export interface Looked {
  readonly connections: readonly Connection[];
  /** `part`: some connections may be missing. */
  readonly extent: 'all' | 'part';
}

export class RemoteConnections {
  readonly #outgoing: Outgoing;
  readonly #ownAddresses: OwnAddresses;
  readonly #troubles: Troubles;

  constructor(ports: readonly number[], ownAddresses: OwnAddresses, say: Say) {
    this.#outgoing = new Outgoing(ports);
    this.#ownAddresses = ownAddresses;
    this.#troubles = new Troubles(say);
  }

  /** Our own network namespace, in which the rules of the egress guard are. */
  get network(): string {
    return this.#outgoing.own;
  }

  /** Whether connections to this address are left out. */
  isHere(address: Address): boolean {
    return this.#ownAddresses.is(address);
  }

  /**
   * @param scope `own`: only our own network
   * @returns undefined if the tables of our own network could not be read, which does not mean that they are empty
   */
  async look(scope: 'all' | 'own'): Promise<Looked | undefined> {
    const tables = await this.#outgoing.look(scope);
    // One share for all networks together: a user can have many networks.
    const shares = new ConnectionShares();
    const connections = this.#remote(tables).filter(({uid}) => shares.take(uid) === 'taken');
    const isUnread = scope === 'own' && tables.some(({kind}) => kind === 'failed');
    const isAll = tables.every(
      (table) => table.kind === 'connections' && table.extent === 'all' && table.left === undefined,
    );
    const isWhole = isAll && shares.passedOver === 0;
    return isUnread ? undefined : {connections, extent: isWhole ? 'all' : 'part'};
  }

  /** Connections in the network of a process, read now. */
  async around(pid: number): Promise<Connection[]> {
    return this.#remote([await this.#outgoing.around(pid)]);
  }

  /** Connections of a network that an earlier look has seen, read now. */
  async again(network: string): Promise<Connection[]> {
    return this.#remote([await this.#outgoing.again(network)]);
  }

  close(): Promise<void> {
    return this.#outgoing.close();
  }

  #remote(tables: readonly Seen[]): Connection[] {
    return tables.flatMap((table) => {
      if (table.kind === 'failed') {
        this.#troubles.begin(table.why, `outgoing: ${table.why}`);
        return [];
      }
      // This is no failure: the shares do what they are for.
      if (table.left !== undefined)
        this.#troubles.begin(table.left, `outgoing: ${table.left}`, 'warning');
      return table.connections.filter(
        ({local, remote}) => remote.text !== local.text && !this.isHere(remote),
      );
    });
  }
}
