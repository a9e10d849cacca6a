/**
 * Has clamd scan a message, over its socket: sends the command INSTREAM, then pieces with their length in front,
 * and a length of zero at the end. `complaint/scan/clamd-answer.ts` decides what the answer means.
 */
import fs from 'node:fs';
import net from 'node:net';
import {once} from 'node:events';
import {
  longestAnswerBytes,
  readScanAnswer,
  type ScanVerdict,
} from '../../complaint/scan/clamd-answer.js';

/** Time for one message. Ms: clamd itself gives up after two minutes (MaxScanTime). */
export const scanTimeoutMs = 120_000;
/** Larger messages are not scanned. Bytes: mailers take some 50 MB, and clamd 25 to 100 (StreamMaxLength). */
export const mostScanBytes = 128 * 1024 * 1024;
/** Length of one piece. Bytes. */
const pieceBytes = 64 * 1024;

/**
 * Reads the file from its beginning.
 *
 * @param descriptor of a regular file; stays open
 * @param stop ends the scan, because the verdict is no longer needed
 * @returns never fails: after any error the verdict is `unscanned`
 */
export async function scanFile(
  socketPath: string,
  descriptor: number,
  timeoutMs = scanTimeoutMs,
  stop?: AbortSignal,
): Promise<ScanVerdict> {
  const {size} = fs.fstatSync(descriptor);
  if (size > mostScanBytes) {
    return {kind: 'unscanned', why: `larger than ${mostScanBytes / 1024 / 1024} MB`};
  }
  const connection = net.createConnection(socketPath);
  const failed = new Promise<never>((_, reject) => connection.on('error', reject));
  failed.catch(() => undefined);
  let answer = '';
  connection.setEncoding('latin1').on('data', (text: string) => {
    answer = (answer + text).slice(0, longestAnswerBytes);
  });
  const ended = new Promise<void>((resolve) => connection.once('close', () => resolve()));
  const late = setTimeout(
    () => connection.destroy(new Error(`clamd gave no answer in ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  const giveUp = (): void => void connection.destroy(new Error('given up'));
  stop?.addEventListener('abort', giveUp);
  if (stop?.aborted) giveUp();
  try {
    await Promise.race([once(connection, 'connect'), failed]);
    const sending = sendAll(connection, descriptor);
    const early = ended.then(() => {
      throw new Error('clamd closed the connection before all was sent');
    });
    await Promise.race([sending, failed, early]);
    await Promise.race([ended, failed]);
    return readScanAnswer(answer);
  } catch (error) {
    // clamd's last words say more than "it closed the connection". They are not a verdict.
    const said = readScanAnswer(answer);
    const isTold = said.kind === 'unscanned' && answer !== '';
    return {kind: 'unscanned', why: isTold ? said.why : reasonOf(error, socketPath)};
  } finally {
    clearTimeout(late);
    stop?.removeEventListener('abort', giveUp);
    connection.destroy();
  }
}

async function sendAll(connection: net.Socket, descriptor: number): Promise<void> {
  connection.write('zINSTREAM\0');
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; ;) {
    const read = fs.readSync(descriptor, piece, 0, piece.length, at);
    // The file may grow while we read it.
    if (read === 0 || at >= mostScanBytes) break;
    at += read;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(read);
    connection.write(length);
    const isTaken = connection.write(Buffer.from(piece.subarray(0, read)));
    if (!isTaken) await once(connection, 'drain');
    if (connection.destroyed) throw new Error('clamd closed the connection');
  }
  connection.write(Buffer.alloc(4));
}

function reasonOf(error: unknown, socketPath: string): string {
  const {code, message} = error as NodeJS.ErrnoException;
  if (code === 'EPIPE' || code === 'ECONNRESET') {
    return 'clamd closed the connection before all was sent (larger than its StreamMaxLength?)';
  }
  return code === undefined ? message : `${socketPath}: ${message}`;
}
