/**
 * The control socket of one life. If it cannot be made, the daemon goes on guarding without it. The caller
 * answers the requests.
 */
import {Troubles} from '../base/mechanisms/troubles.js';
import {SingleFlight} from '../base/mechanisms/single-flight.js';
import type {Say} from '../base/say.js';
import type {Config} from '../config/schema.js';
import type {Answer} from '../control/protocol.js';
import {readingSocketOf, returningSocketOf} from '../control/reading.js';
import {folderOf, isFolder} from '../sys/disk/text-file.js';
import {askControl, type ControlServer, serveControl} from '../sys/talk/control-socket.js';

type Answering = (request: unknown) => Promise<Answer>;

/** Groups that have a socket besides root's, each in a folder of its own. */
type Side = 'readers' | 'mailer';

const sides: Readonly<
  Record<Side, {readonly pathOf: (path: string) => string; readonly whose: string}>
> = {
  readers: {pathOf: readingSocketOf, whose: 'the group that may ask'},
  mailer: {pathOf: returningSocketOf, whose: 'what comes back to complaints'},
};

export class ControlDoor {
  readonly #config: Config;
  readonly #say: Say;
  readonly #answer: Answering;
  readonly #besides: Readonly<Record<Side, Answering>>;
  #server: ControlServer | undefined;
  readonly #beside = new Map<Side, ControlServer>();
  #isClosed = false;
  /** Each check opens the socket again; a problem is logged once. */
  readonly #troubles: Troubles;
  readonly #opening = new SingleFlight(() => this.#open());

  /** @param besides answer the other sockets, which allow few requests */
  constructor(
    config: Config,
    say: Say,
    answer: Answering,
    besides: Readonly<Record<Side, Answering>>,
  ) {
    this.#config = config;
    this.#say = say;
    this.#answer = answer;
    this.#besides = besides;
    this.#troubles = new Troubles(say);
  }

  /**
   * Makes the socket; makes it again if its file is gone or belongs to another program. A dry run has none.
   */
  open(): Promise<void> {
    return this.#isClosed ? Promise.resolve() : this.#opening.run();
  }

  close(): void {
    this.#isClosed = true;
    this.#server?.close();
    for (const server of this.#beside.values()) server.close();
  }

  /**
   * Makes a side socket only if the unit or the administrator has made its folder: the folder determines the
   * group.
   */
  async #openBeside(side: Side): Promise<void> {
    const {pathOf, whose} = sides[side];
    const path = pathOf(this.#config.controlSocket);
    const before = this.#beside.get(side);
    if (!isFolder(folderOf(path)) || before?.isThere() === true) return;
    try {
      if (before !== undefined && (await isAnother(path)))
        throw new Error(`${path}: another process listens there`);
      before?.close();
      this.#beside.delete(side);
      const server = await serveControl(path, this.#besides[side], 'group');
      if (this.#isClosed) server.close();
      else this.#beside.set(side, server);
      this.#troubles.end(side);
    } catch (error) {
      const why = (error as Error).message;
      this.#troubles.begin(side, `no socket for ${whose}: ${why}`, 'warning');
    }
  }

  async #open(): Promise<void> {
    if (this.#config.dryRun) return;
    await this.#openBeside('readers');
    await this.#openBeside('mailer');
    if (this.#server?.isThere() === true) return;
    const {controlSocket: path} = this.#config;
    try {
      const isLost = this.#server !== undefined;
      if (await (isLost ? isAnother(path) : isAnswered(path)))
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

/** Whether another program answers at that path: then the daemon does not take it over. */
const isAnother = async (path: string): Promise<boolean> =>
  (await askControl(path, {command: 'status'})).kind !== 'noDaemon';

/** Before our own socket is made; a process that hangs does not keep us from it. */
const isAnswered = async (path: string): Promise<boolean> =>
  (await askControl(path, {command: 'status'}, atOnceMs)).kind === 'answer';

/** Ms: an answer takes some milliseconds, on a busy machine longer. */
const atOnceMs = 2000;
