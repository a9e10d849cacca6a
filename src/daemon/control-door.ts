/**
 * The control socket of one life. A daemon whose socket cannot be made goes on without it: it guards all
 * the same. What is answered is the caller's.
 */
import {Troubles} from '../base/mechanisms/troubles.js';
import {SingleFlight} from '../base/mechanisms/single-flight.js';
import type {Say} from '../base/say.js';
import type {Config} from '../config/schema.js';
import type {Answer} from '../control/protocol.js';
import {readingSocketOf} from '../control/reading.js';
import {folderOf, isFolder} from '../sys/disk/text-file.js';
import {askControl, type ControlServer, serveControl} from '../sys/talk/control-socket.js';

type Answering = (request: unknown) => Promise<Answer>;

export class ControlDoor {
  readonly #config: Config;
  readonly #say: Say;
  readonly #answer: Answering;
  readonly #reading: Answering;
  #server: ControlServer | undefined;
  #readers: ControlServer | undefined;
  #isClosed = false;
  /** Each check calls it: the log has what is wrong once. */
  readonly #troubles: Troubles;
  readonly #opening = new SingleFlight(() => this.#open());

  /** @param reading answers members of a group, who may change nothing */
  constructor(config: Config, say: Say, answer: Answering, reading: Answering) {
    this.#config = config;
    this.#say = say;
    this.#answer = answer;
    this.#reading = reading;
    this.#troubles = new Troubles(say);
  }

  /** Makes the socket, or makes it again where its file is gone or is somebody else's. A dry run has none. */
  open(): Promise<void> {
    return this.#isClosed ? Promise.resolve() : this.#opening.run();
  }

  close(): void {
    this.#isClosed = true;
    this.#server?.close();
    this.#readers?.close();
  }

  /** Only where the unit, or the administrator, has made its folder: that says whose group it is. */
  async #openToReaders(): Promise<void> {
    const path = readingSocketOf(this.#config.controlSocket);
    if (!isFolder(folderOf(path)) || this.#readers?.isThere() === true) return;
    try {
      if (this.#readers !== undefined && (await isAnother(path)))
        throw new Error(`${path}: another process listens there`);
      this.#readers?.close();
      this.#readers = undefined;
      const server = await serveControl(path, this.#reading, 'group');
      if (this.#isClosed) server.close();
      else this.#readers = server;
      this.#troubles.end('readers');
    } catch (error) {
      const why = (error as Error).message;
      this.#troubles.begin('readers', `no socket for the group that may ask: ${why}`, 'warning');
    }
  }

  async #open(): Promise<void> {
    if (this.#config.dryRun) return;
    await this.#openToReaders();
    if (this.#server?.isThere() === true) return;
    const {controlSocket: path} = this.#config;
    try {
      const isLost = this.#server !== undefined;
      if (isLost && (await isAnother(path)))
        throw new Error(`${path}: another process listens there`);
      this.#server?.close();
      this.#server = undefined;
      const server = await serveControl(path, this.#answer);
      if (this.#isClosed) server.close();
      else this.#server = server;
      const back = 'control socket: made again, commands reach this daemon';
      const was = this.#troubles.end('socket', back);
      if (isLost && !was)
        this.#say('warning', `control socket ${path}: it was removed, and is made again`);
    } catch (error) {
      const why = (error as Error).message;
      this.#troubles.begin(
        'socket',
        `no control socket, so no command reaches this daemon: ${why}`,
      );
    }
  }
}

/** Somebody has put his own socket there, and answers: it is not taken from him. */
const isAnother = async (path: string): Promise<boolean> =>
  (await askControl(path, {command: 'status'})).kind !== 'noDaemon';
