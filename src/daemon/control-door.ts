/**
 * The control socket of one life. A daemon whose socket cannot be made goes on without it: it guards all
 * the same. What is answered is the caller's.
 */
import {SingleFlight} from '../base/mechanisms/single-flight.js';
import type {Say} from '../base/say.js';
import type {Config} from '../config/schema.js';
import type {Answer} from '../control/protocol.js';
import {type ControlServer, serveControl} from '../sys/talk/control-socket.js';

export class ControlDoor {
  readonly #config: Config;
  readonly #say: Say;
  readonly #answer: (request: unknown) => Promise<Answer>;
  #server: ControlServer | undefined;
  #isClosed = false;
  readonly #opening = new SingleFlight(() => this.#open());

  constructor(config: Config, say: Say, answer: (request: unknown) => Promise<Answer>) {
    this.#config = config;
    this.#say = say;
    this.#answer = answer;
  }

  /** Makes the socket, or makes it again where its file is gone or is somebody else's. A dry run has none. */
  open(): Promise<void> {
    return this.#isClosed ? Promise.resolve() : this.#opening.run();
  }

  close(): void {
    this.#isClosed = true;
    this.#server?.close();
  }

  async #open(): Promise<void> {
    if (this.#config.dryRun || this.#server?.isThere() === true) return;
    try {
      this.#server?.close();
      this.#server = undefined;
      const server = await serveControl(this.#config.controlSocket, this.#answer);
      if (this.#isClosed) server.close();
      else this.#server = server;
    } catch (error) {
      const why = (error as Error).message;
      this.#say('error', `no control socket, so no command reaches this daemon: ${why}`);
    }
  }
}
