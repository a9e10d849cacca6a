/**
 * The socket through which the commands reach the running daemon: one line of JSON in, one line
 * out. By default only the owner of its file may use it. Length and time are bounded, because more people than intended
 * may be able to reach the file.
 */
import fs from 'node:fs';
import net from 'node:net';
import {dirname} from 'node:path';
import {LineCutter} from '../run/line-cutter.js';

/** Length of a request. Bytes: a report of the gate with as many visits as it may have, 350 bytes each. */
const longestRequestBytes = 128 * 1024;
/** Length of an answer: a list of as many blocks as possible, with their reasons. Bytes. */
const longestAnswerBytes = 128 * 1024 * 1024;
/** Length of a path (unix(7): sun_path with its final zero). libuv would cut a longer one silently. Bytes. */
export const longestPathBytes = 107;
/** Neither side waits longer. Ms. */
export const longestAnswerMs = 30_000;
/**
 * At most so many connections at the same time. A count: a further one replaces one that makes us
 * wait.
 */
export const mostConnections = 16;
/** Time for a whole request, and for a whole answer. So a client that sends a byte now and then loses its place. Ms. */
const requestMs = 30_000;
const answerMs = 60_000;

export interface ControlServer {
  /** Whether the file at the path is still our socket. */
  isThere(): boolean;
  close(): void;
}

/**
 * @param answer gets the line as JSON, or undefined if it was none
 * @param users the users who may connect; if the folder has the mode g+s, the socket has the folder's group
 */
export async function serveControl(
  path: string,
  answer: (request: unknown) => Promise<unknown>,
  users: 'owner' | 'group' = 'owner',
): Promise<ControlServer> {
  fs.mkdirSync(dirname(path), {recursive: true, mode: 0o755});
  if (Buffer.byteLength(path) > longestPathBytes) {
    throw new Error(`${path}: longer than the ${longestPathBytes} bytes a socket's path can have`);
  }
  const there = fs.lstatSync(path, {throwIfNoEntry: false});
  if (there?.isSocket() === false) throw new Error(`${path}: there is something that is no socket`);
  // We hold the lock on the state, so an existing socket belongs to no running daemon.
  fs.rmSync(path, {force: true});
  const connections = new Map<net.Socket, Stage>();
  const server = net.createServer({allowHalfOpen: true}, (connection) => {
    if (connections.size >= mostConnections && !makeRoom(connections)) {
      connection.destroy();
      return;
    }
    const enter = (stage: Stage): void => void connections.set(connection, stage);
    enter('asks');
    connection.on('close', () => connections.delete(connection));
    connection.on('timeout', () => connection.destroy());
    void serveOne(connection, answer, enter);
  });
  await listen(server, path, users);
  const made = identityAt(path);
  return {
    isThere: () => made !== undefined && identityAt(path) === made,
    close: () => {
      server.close();
      // A client that stays must not delay shutdown.
      for (const connection of connections.keys()) connection.destroy();
      fs.rmSync(path, {force: true});
    },
  };
}

/** `asks` and `reads`: we wait for the client. `waits`: the client waits for us. */
type Stage = 'asks' | 'waits' | 'reads';

/** Closes the connection that has made us wait for longest; one without a request goes first. */
function makeRoom(connections: Map<net.Socket, Stage>): boolean {
  for (const slow of ['asks', 'reads'] as const) {
    for (const [connection, stage] of connections) {
      if (stage !== slow) continue;
      connections.delete(connection);
      connection.destroy();
      return true;
    }
  }
  return false;
}

/** @returns undefined if there is no file, or if we may not look at it */
function identityAt(path: string): string | undefined {
  try {
    const {dev, ino} = fs.lstatSync(path);
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}

/** @param users the users who may use the file */
function listen(server: net.Server, path: string, users: 'owner' | 'group'): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Node makes the file before listen() returns. The umask belongs to the whole process, so do not wait here.
    const mask = process.umask(users === 'owner' ? 0o177 : 0o117);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(mask);
    }
  });
}

async function serveOne(
  connection: net.Socket,
  answer: (request: unknown) => Promise<unknown>,
  enter: (stage: Stage) => void,
): Promise<void> {
  let deadline = setTimeout(() => connection.destroy(), requestMs);
  connection.on('close', () => clearTimeout(deadline));
  try {
    const line = await readLine(connection, longestRequestBytes);
    clearTimeout(deadline);
    enter('waits');
    const text = `${JSON.stringify(await answer(parseJson(line)))}\n`;
    if (connection.destroyed) return;
    enter('reads');
    deadline = setTimeout(() => connection.destroy(), answerMs);
    // Destroyed when the answer was sent, because a client that stays would keep one of the few places.
    connection.end(text, () => connection.destroy());
  } catch {
    connection.destroy();
  }
}

type ControlAnswer =
  | {readonly kind: 'answer'; readonly answer: unknown}
  /** No daemon listens there. `dead`: the file of a killed daemon exists. */
  | {readonly kind: 'noDaemon'; readonly file: 'none' | 'dead'}
  /** `waitedMs`: a daemon listens, but did not answer for so long. `isDenied`: our user may not connect. */
  | {
      readonly kind: 'failed';
      readonly why: string;
      readonly waitedMs?: number;
      readonly isDenied?: true;
    };

/** @param patienceMs how long we wait for the daemon's answer; default: `longestAnswerMs` */
export async function askControl(
  path: string,
  request: unknown,
  patienceMs = longestAnswerMs,
): Promise<ControlAnswer> {
  const connection = net.createConnection(path);
  try {
    connection.write(`${JSON.stringify(request)}\n`);
    const line = await readLine(connection, longestAnswerBytes, patienceMs);
    return {kind: 'answer', answer: parseJson(line)};
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {kind: 'noDaemon', file: 'none'};
    if (code === 'ECONNREFUSED') return {kind: 'noDaemon', file: 'dead'};
    if (code === 'EACCES') return {kind: 'failed', why: message, isDenied: true};
    if (error instanceof Silence) return {kind: 'failed', why: message, waitedMs: patienceMs};
    // So many clients wait for the daemon that the kernel accepts no more.
    if (code === 'EAGAIN') return {kind: 'failed', why: message, waitedMs: 0};
    return {kind: 'failed', why: message};
  } finally {
    connection.destroy();
  }
}

/** No line came in time. */
class Silence extends Error {}

/** The text up to the first newline. @throws if there is none in time, or within the bound */
function readLine(
  connection: net.Socket,
  mostBytes: number,
  patienceMs = longestAnswerMs,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const cutter = new LineCutter(mostBytes, 'utf8');
    const silent = (): void => reject(new Silence(`no answer in ${patienceMs} ms`));
    connection.setTimeout(patienceMs, silent);
    connection.on('error', reject);
    connection.on('close', () => reject(new Error('the connection was closed')));
    // The socket may be half open, so the other side's end does not close it. Reject at once to free its place.
    connection.on('end', () => reject(new Error('the connection was closed')));
    connection.on('data', (chunk: Buffer) => {
      const [first] = cutter.take(chunk);
      if (first === undefined) return;
      connection.removeAllListeners('data').resume(); // only one line counts
      if (first.kind === 'line') resolve(first.text);
      else reject(new Error(`a line of more than ${mostBytes} bytes`));
    });
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
