/** A daemon in a box, as `guarded-process.ts` runs it; and how the tests speak with it. */
import fs from 'node:fs';
import {join} from 'node:path';
import type {Config} from '../../../src/config/schema.js';
import type {Answer} from '../../../src/control/protocol.js';
import type {Status} from '../../../src/report/status.js';
import {askControl} from '../../../src/sys/talk/control-socket.js';
import {type Box, lookEveryMs} from './box.js';
import type {DieAt, GuardedTerms} from './guarded-process.js';
import {guessLines} from './guess-lines.js';
import {deliveredLately} from '../../support/delivered-lately.js';
import {type Child, start} from '../../support/child.js';
import {until} from '../../support/temp.js';

/** What `Daemon` answers, or that nobody did. */
export type Answered = Answer | {readonly kind: 'none'};

/** What outlives the daemon: its state, its log, its box. */
export class Post {
  readonly box: Box;
  readonly #script: string;
  readonly #config: Partial<Config>;
  readonly #orders: string;
  child: Child | undefined;

  constructor(box: Box, script: string, config: Partial<Config>) {
    this.box = box;
    this.#script = script;
    const place = (name: string): string => join(box.folder, name);
    this.#orders = place('orders');
    fs.writeFileSync(place('mail.log'), '');
    fs.writeFileSync(place('mail.log.1'), deliveredLately());
    fs.writeFileSync(place('whitelist'), '');
    this.#config = {
      stateDir: place('state'),
      controlSocket: place('control'),
      syslogMsgsFile: [place('mail.log')],
      whiteList: place('whitelist'),
      // What is not tried here costs a thousand starts their time.
      ...{cutSessions: 'none', outbound: 'off'},
      ...config,
    };
  }

  start(terms: Omit<GuardedTerms, 'config'> = {}, config: Partial<Config> = {}): Child {
    const all = {config: {...this.#config, ...config}, orders: this.#orders, ...terms};
    const words = ['--no-warnings', this.#script, JSON.stringify(all)];
    const [first, ...rest] = this.box.enter(process.execPath, words);
    this.child = start(first, rest, this.box.environment);
    return this.child;
  }

  /** Ends when all is in order for the first time and the log is caught up with. */
  async startWhole(
    terms: Omit<GuardedTerms, 'config'> = {},
    config: Partial<Config> = {},
  ): Promise<Child> {
    const child = this.start(terms, config);
    await this.says(/following/);
    await until('an answer', async () => (await this.ask({command: 'list'})).kind === 'blocks');
    return child;
  }

  async says(pattern: RegExp, mostMs?: number): Promise<void> {
    const child = this.child!;
    try {
      await until(String(pattern), () => pattern.test(child.output()), mostMs);
    } catch (error) {
      throw new Error(`${String(error)}: it said:\n${child.output()}${child.complaints()}`, {
        cause: error,
      });
    }
  }

  async ask(request: unknown): Promise<Answered> {
    const asked = await askControl(this.#config.controlSocket!, request);
    return asked.kind === 'answer' && asked.answer !== undefined
      ? (asked.answer as Answer)
      : {kind: 'none'};
  }

  block(network: string, seconds = 3600): Promise<Answered> {
    return this.ask({command: 'block', network, seconds});
  }

  unblock(network: string): Promise<Answered> {
    return this.ask({command: 'unblock', network});
  }

  async listed(): Promise<string[]> {
    const answer = await this.ask({command: 'list'});
    if (answer.kind !== 'blocks') throw new Error(`no list: ${JSON.stringify(answer)}`);
    return answer.blocks.map(({network}) => network).sort();
  }

  async status(): Promise<Status> {
    const answer = await this.ask({command: 'status'});
    if (answer.kind !== 'status') throw new Error(`no status: ${JSON.stringify(answer)}`);
    return answer.status;
  }

  /** Has a client guess names. */
  guess(client: string, names = 12): void {
    fs.appendFileSync(join(this.box.folder, 'mail.log'), guessLines(client, names, Date.now()));
  }

  /** From now on the daemon dies at this step. */
  async orderDeath(dieAt: DieAt): Promise<void> {
    fs.writeFileSync(this.#orders, JSON.stringify(dieAt));
    this.child?.process.kill('SIGUSR1');
    await this.says(/^armed$/m);
  }

  /** Ends when the daemon has died at its step. @throws with what it said, if it does not */
  async dies(mostMs?: number): Promise<void> {
    const child = this.child!;
    let end: number | string | undefined;
    void child.ended.then((how) => (end = how));
    await until('its death', () => end !== undefined, mostMs);
    if (end !== 'SIGKILL') throw new Error(`it ended with ${end}: ${child.complaints()}`);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child?.process.kill(signal);
    await this.child?.ended;
  }

  /** @throws with the whole log, when the kernel does not come to hold just these */
  async kernelComesTo(expected: readonly string[], mostMs?: number): Promise<void> {
    const wanted = JSON.stringify([...expected].sort());
    let seen = '';
    const isSo = async (): Promise<boolean> => {
      seen = JSON.stringify((await this.box.kernel()).dropped);
      return seen === wanted;
    };
    try {
      await until('the kernel to hold what it should', isSo, mostMs, lookEveryMs);
    } catch (error) {
      const said = `${this.child?.output() ?? ''}${this.child?.complaints() ?? ''}`;
      throw new Error(`expected ${wanted}, has ${seen}; it said:\n${said}`, {cause: error});
    }
  }
}
