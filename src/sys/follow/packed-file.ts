/**
 * One packed rotated log, read from its start as a stream, a chunk at a time, whatever its size. Its offsets count
 * unpacked bytes. Does not know to which log it belongs: `find-unread.ts` does.
 */
import fs from 'node:fs';
import type {Line} from '../../log/line.js';
import type {Cursor} from '../../log/position.js';
import type {FileEvent} from '../../log/source-event.js';
import {packingOfFile, unpack} from '../disk/unpack.js';
import {openToRead} from '../disk/regular-file.js';
import {LineReader} from './line-reader.js';
import {bornOf, type FollowedFile, identityOf} from './log-file.js';
import {guardBytes} from './read-guard.js';

/** So much is unpacked at once. Bytes: as much as is read of a plain file. */
const chunkBytes = 64 * 1024;

/**
 * The largest ratio of a packer that is accepted. A ratio: mail logs come to 10 to 40. A user who
 * may write into the folder of the logs could make a file with a ratio of a thousand, which we
 * would be unpacking while a block waits.
 */
export const mostUnpacked = 250;
/** The ratio counts only when so much was unpacked. Bytes. */
const trustedBytes = 16 * 1024 * 1024;

export class PackedFile implements FollowedFile {
  readonly #path: string;
  readonly #place: LineReader;
  readonly #packed: fs.ReadStream;
  readonly #chunks: AsyncGenerator<Buffer, undefined>;
  readonly identity: string;
  readonly #born: string;
  #sinceMs: number;
  /** Unpacked bytes that were not taken yet: mostly half a line. */
  #rest: Buffer = Buffer.alloc(0);
  #isAtEnd = false;
  #unpackedBytes = 0;

  private constructor(path: string, source: string) {
    const descriptor = openToRead(path);
    const stat = fs.fstatSync(descriptor, {bigint: true});
    this.#path = path;
    this.#place = new LineReader(source);
    // Open until `close`, even when everything was read, so that no other file gets its inode number meanwhile.
    const options = {fd: descriptor, autoClose: false, start: 0, highWaterMark: chunkBytes};
    this.#packed = fs.createReadStream(path, options);
    // A file of an unknown format is damaged, and gunzip reports that.
    this.#chunks = unpack(packingOfFile(descriptor) ?? 'gzip', this.#packed, chunkBytes);
    this.identity = identityOf(stat);
    this.#born = bornOf(stat);
    this.#sinceMs = Number(stat.mtimeMs);
  }

  /**
   * @param source the name that its lines get
   * @throws the system's error if it cannot be opened
   */
  static open(path: string, source: string): PackedFile {
    return new PackedFile(path, source);
  }

  /** Goes to the place of the cursor. @returns `here` if the bytes of its guard are there */
  async seek(cursor: Cursor, report: (event: FileEvent) => void): Promise<'here' | 'other'> {
    this.#sinceMs = cursor.sinceMs ?? this.#sinceMs;
    const guard = Buffer.from(cursor.guard, 'hex');
    let before: Buffer = Buffer.alloc(0);
    let atBytes = 0;
    while (atBytes < cursor.offset) {
      const chunk = await this.#next(atBytes, report);
      if (chunk === undefined) return 'other';
      before = Buffer.concat([before.subarray(-Math.max(guardBytes, guard.length)), chunk]);
      atBytes += chunk.length;
    }
    this.#rest = before.subarray(before.length - (atBytes - cursor.offset));
    before = before.subarray(0, before.length - this.#rest.length);
    this.#place.moveTo(cursor.offset, before.subarray(-guardBytes));
    return before.subarray(before.length - guard.length).equals(guard) ? 'here' : 'other';
  }

  cursor(): Cursor {
    const {identity} = this;
    return {identity, ...this.#place.saved(), born: this.#born, sinceMs: this.#sinceMs};
  }

  /** Identifies the file by its inode only. To compare its content, all of it would have to be unpacked again. */
  probe(): Cursor {
    return {...this.cursor(), offset: 0, guard: ''};
  }

  async read(report: (event: FileEvent) => void): Promise<Line[]> {
    const restBytes = this.#rest.length;
    const chunk = await this.#next(this.#place.offset + restBytes, report);
    const bytes = chunk === undefined ? this.#rest : Buffer.concat([this.#rest, chunk]);
    const offset = this.#place.offset;
    const lines = this.#place.take(bytes, report);
    this.#rest = bytes.subarray(this.#place.offset - offset);
    return lines;
  }

  hasMore(): boolean {
    return !this.#isAtEnd;
  }

  /** A packed file never has the log's name. */
  seen(): void {
    return undefined;
  }

  close(): void {
    this.#isAtEnd = true;
    this.#packed.destroy();
    // Ends the unpacking program, if it is still running.
    void this.#chunks.return(undefined).catch(() => undefined);
  }

  /** @throws if no real log packs so well */
  #expectLog(chunk: number): void {
    this.#unpackedBytes += chunk;
    if (this.#unpackedBytes <= trustedBytes) return;
    if (this.#unpackedBytes <= this.#packed.bytesRead * mostUnpacked) return;
    this.#packed.destroy();
    throw new Error(`it unpacks to more than ${mostUnpacked} times its size, as no log does`);
  }

  /** @returns undefined at the end. If the end is wrong, this reports it, and what was lost */
  async #next(atBytes: number, report: (event: FileEvent) => void): Promise<Buffer | undefined> {
    if (this.#isAtEnd) return undefined;
    try {
      const next = await this.#chunks.next();
      if (next.done !== true) {
        this.#expectLog(next.value.length);
        return next.value;
      }
    } catch (error) {
      report({kind: 'damaged', path: this.#path, atBytes, why: (error as Error).message});
    }
    this.#isAtEnd = true;
    return undefined;
  }
}
