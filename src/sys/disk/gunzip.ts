/** Unpacks a stream that gzip has packed. Does not know where it comes from, nor what it holds. */
import type {Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';

/**
 * Reads and unpacks nothing before it is asked for it. Leaves the packed stream open.
 *
 * @param chunkBytes unpacked at once
 * @throws when the stream cannot be read, is no gzip, or ends too early
 */
export async function* gunzip(
  packed: Readable,
  chunkBytes: number,
): AsyncGenerator<Buffer, undefined> {
  const unpacked = createGunzip({chunkSize: chunkBytes});
  packed.on('error', (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  try {
    for await (const chunk of unpacked) yield chunk as Buffer;
  } finally {
    unpacked.destroy();
  }
  return undefined;
}
