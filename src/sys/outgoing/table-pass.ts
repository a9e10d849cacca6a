/**
 * Reads the two socket tables of a network from beginning to end. If they are too long for one look, it reads
 * them in parts: a user can open hundreds of thousands of sockets. Decides nothing about the
 * sockets.
 */
import {type FileHandle, open} from 'node:fs/promises';
import {type OutgoingSocket, OutgoingTable} from '../../net/outgoing-sockets.js';
import {ConnectionShares} from '../../outgoing/shares.js';

export interface Refused {
  /** The file exists, but cannot be read now: no descriptor is left, or a right is missing. */
  readonly kind: 'refused';
  readonly why: string;
}

type Part =
  | {
      readonly kind: 'sockets';
      readonly sockets: readonly OutgoingSocket[];
      /** `all`: from the beginning to the end. `toEnd`: the last part. */
      readonly extent: 'all' | 'part' | 'toEnd';
      /** Sockets of users that have too many. A count. */
      readonly passedOver: number;
    }
  | Refused
  | {readonly kind: 'unknownFormat'; readonly head: string};

/** Size of one read. Bytes: the kernel gives a page at a time, and other tasks get their turn between reads. */
const pieceBytes = 16 * 1024;

export class TablePass {
  readonly #paths: string[];
  readonly #ports: readonly number[];
  readonly #buffer = Buffer.allocUnsafe(pieceBytes);
  #open: {readonly file: FileHandle; readonly table: OutgoingTable} | undefined;
  #state: 'fresh' | 'begun' = 'fresh';

  /** @param folder the folder with the tables */
  constructor(folder: string, ports: readonly number[]) {
    this.#paths = ['tcp', 'tcp6'].map((name) => `${folder}/${name}`);
    this.#ports = ports;
  }

  /**
   * Reads on from the place where the last call stopped. After the end or a failure the pass is over.
   *
   * @param mostMs stops after this time, but reads at least one piece
   */
  async readOn(mostMs: number): Promise<Part> {
    const endMs = performance.now() + mostMs;
    const shares = new ConnectionShares();
    const sockets: OutgoingSocket[] = [];
    const isFirst = this.#state === 'fresh';
    this.#state = 'begun';
    for (;;) {
      const path = this.#paths[0];
      const {passedOver} = shares;
      if (path === undefined)
        return {kind: 'sockets', sockets, extent: isFirst ? 'all' : 'toEnd', passedOver};
      const read = await this.#readTable(path, endMs, shares);
      if (read.kind !== 'read' && read.kind !== 'part') return read;
      sockets.push(...read.sockets);
      if (read.kind === 'part')
        return {kind: 'sockets', sockets, extent: 'part', passedOver: shares.passedOver};
      this.#paths.shift();
    }
  }

  async close(): Promise<void> {
    const file = this.#open?.file;
    this.#open = undefined;
    await file?.close();
  }

  async #readTable(
    path: string,
    endMs: number,
    shares: ConnectionShares,
  ): Promise<
    | {readonly kind: 'read'; readonly sockets: readonly OutgoingSocket[]}
    | {readonly kind: 'part'; readonly sockets: readonly OutgoingSocket[]}
    | Exclude<Part, {kind: 'sockets'}>
  > {
    try {
      this.#open ??= {file: await open(path), table: new OutgoingTable(this.#ports)};
      const {file, table} = this.#open;
      for (;;) {
        const {bytesRead} = await file.read(this.#buffer, 0, pieceBytes, null);
        if (bytesRead === 0) break;
        table.take(this.#buffer.toString('latin1', 0, bytesRead), (uid) => shares.take(uid));
        if (performance.now() > endMs) {
          const soFar = table.soFar();
          return soFar.kind === 'sockets' ? {kind: 'part', sockets: soFar.sockets} : soFar;
        }
      }
      await this.close();
      const end = table.soFar();
      return end.kind === 'sockets' ? {kind: 'read', sockets: end.sockets} : end;
    } catch (error) {
      await this.close();
      return refusal(error) ?? {kind: 'read', sockets: []};
    }
  }
}

/** @returns undefined if the family or the process does not exist */
export function refusal(error: unknown): Refused | undefined {
  const {code, message} = error as NodeJS.ErrnoException;
  const isAbsent = code === 'ENOENT' || code === 'ESRCH';
  return isAbsent ? undefined : {kind: 'refused', why: message};
}
