/** A blocksmtp that runs in the relay: its stderr, signals to it, and its end. */
import type {ChildProcess} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {until} from './until.js';

export type Exit = {code: number | null; signal: NodeJS.Signals | null};

export class Daemon {
  readonly stderr: string[] = [];
  readonly stdout: string[] = [];
  readonly exit: Promise<Exit>;
  #ended: Exit | undefined;
  #pid: number | undefined;

  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stderr) createInterface({input: child.stderr}).on('line', (l) => this.stderr.push(l));
    if (child.stdout) createInterface({input: child.stdout}).on('line', (l) => this.stdout.push(l));
    this.exit = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        this.#ended = {code, signal};
        resolve(this.#ended);
      });
    });
  }

  get running(): boolean {
    return this.#ended === undefined;
  }

  get text(): string {
    return this.stderr.join('\n');
  }

  /**
   * Its pid on the host. nsenter forks to enter the pid namespace, and does not pass
   * signals on, so this looks up the child of nsenter.
   */
  async pid(): Promise<number> {
    this.#pid ??= await until('the daemon to be forked', () => {
      const outer = String(this.#child.pid);
      const [first] = readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').split(' ');
      return first ? Number(first) : undefined;
    });
    return this.#pid;
  }

  async signal(signal: NodeJS.Signals): Promise<void> {
    if (this.running) process.kill(await this.pid(), signal);
    // nsenter stops itself when its child is stopped, and would never notice the child's end.
    if (signal === 'SIGCONT') this.#child.kill(signal);
  }

  /** The first line of stderr, from line number `from` on, that matches. */
  async waitFor(pattern: RegExp, from = 0): Promise<string> {
    const find = (): string | undefined =>
      this.stderr.slice(from).find((line) => pattern.test(line));
    try {
      return await until(String(pattern), () => {
        const line = find();
        if (line === undefined && !this.running) throw new Error('it ended');
        return line;
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${why}: no ${String(pattern)} in the daemon's stderr:\n${this.text}`);
    }
  }

  ready(): Promise<string> {
    return this.waitFor(/following /);
  }

  /** Sends the signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    await this.signal(signal);
    try {
      return await until(`the end after ${signal}`, () => this.#ended, undefined, 5);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${why}; the daemon said:\n${this.text}`);
    }
  }
}
