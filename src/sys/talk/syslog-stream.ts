/**
 * Writes to the syslog through logger(1), which every Debian has. Node has no unix datagram sockets, and a native module
 * would have to be compiled on the user's machine. Lines wait
 * in a bounded queue while the syslog is away, and are written in batches.
 */
import {Writable} from 'node:stream';
import {Backoff} from '../../base/mechanisms/backoff.js';
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import {runCommand} from '../run/command.js';

/** At most so many lines wait while the syslog is away. A count: an hour of a busy night. */
export const mostWaitingLines = 2000;
/** One logger(1) gets at most so many lines. A count. */
const batchLines = 200;
/** Pauses after a failure. */
const retry = {firstMs: 250, lastMs: 30_000};
const loggerTimeoutMs = 10_000;

/** `--socket-errors=on`: logger(1) fails if no syslog takes the line, so that we keep it. */
const parameters = [
  '--tag=blocksmtp',
  `--id=${process.pid}`,
  '--priority=daemon.notice',
  '--prio-prefix',
  '--socket-errors=on',
];

export class SyslogStream extends Writable {
  #waiting: string[] = [];
  #lost = 0;
  /** How many of the first waiting lines logger(1) is writing now. */
  #onTheWay = 0;
  /** Lines of these that the bound has pushed out of the queue. They are lost only if logger(1) fails. */
  #pushedOut = 0;
  readonly #sending = new SingleFlight(() => this.#send());

  constructor() {
    super({decodeStrings: false});
  }

  override _write(line: string | Buffer, _encoding: string, done: () => void): void {
    // `<5>` is a severity; logger(1) wants facility and severity, and daemon is facility 3.
    const text = line.toString().replace(/^<(\d)>/, (_, severity) => `<${24 + Number(severity)}>`);
    this.#waiting.push(text.trimEnd());
    if (this.#waiting.length > mostWaitingLines) {
      this.#dropOldest();
    }
    void this.#sending.run();
    done(); // our own queue has a bound; winston's has none
  }

  /** Resolves when no line waits any more. */
  async drained(): Promise<void> {
    await this.#sending.settled();
  }

  async #send(): Promise<void> {
    const pause = new Backoff(retry);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchLines);
      const input = `${batch.join('\n')}\n`;
      this.#onTheWay = batch.length;
      const result = await runCommand('logger', parameters, {input, timeoutMs: loggerTimeoutMs});
      const [arrived, pushedOut] = [this.#onTheWay, this.#pushedOut];
      this.#onTheWay = 0;
      this.#pushedOut = 0;
      if (result.kind === 'done') {
        this.#waiting.splice(0, arrived);
        pause.succeeded();
        this.#tellLost();
      } else {
        this.#lost += pushedOut;
        const pauseMs = pause.failed();
        await new Promise((resolve) => void setTimeout(resolve, pauseMs).unref());
      }
    }
  }

  #dropOldest(): void {
    this.#waiting.shift();
    if (this.#onTheWay === 0) {
      this.#lost += 1;
    } else {
      this.#onTheWay -= 1;
      this.#pushedOut += 1;
    }
  }

  #tellLost(): void {
    if (this.#lost === 0) return;
    this.#waiting.push(`<${24 + 4}>the syslog was away: ${this.#lost} lines were lost`);
    this.#lost = 0;
  }
}
