/**
 * A client machine: drives the agent in its network namespace. It reports what the client saw; the
 * tests decide whether that was right.
 */
import {spawn, type ChildProcessWithoutNullStreams} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {execa} from 'execa';
import type {Conversation, Dialog, Knock, Knocked} from './dialog.js';
import {labDir} from './paths.js';

export type Family = 4 | 6;
export type Addresses = {4: string; 6: string};
export type Answer = {name: string; sent: number; at: number; line: string};
export type Guessed = {
  connected: boolean;
  session?: number;
  answers: Answer[];
  silent: boolean;
  closed: boolean;
};
export type Opened = {connected: boolean; session: number; banner: string | null; port: number};
/** The relay's address to call, and our own address if we have several. */
export type Where = {family?: Family; from?: string; /** default: 25 */ port?: number};
export type GuessOptions = Where & {
  count?: number;
  names?: string[];
  prefix?: string;
  gapMs?: number;
  /** all guesses in one envelope (no log line names the client before the end), or one each */
  oneEnvelope?: boolean;
  /** silence is no answer for so long; default: the usual patience */
  quietMs?: number;
  /** go on in this session */
  session?: number;
  /** leave the session open */
  keep?: boolean;
  domain?: string;
};

/**
 * A pause between names that gives the daemon time to act on each, even on a busy machine. Ms.
 * `npm run bench` shows how many answers a faster guesser gets.
 */
export const unhurriedMs = 300;

/**
 * The process ends in the turn of the verdict, so the name that convicts may get no answer. A count.
 *
 * @param threshold names that convict
 */
export const fewestAnswers = (threshold: number): number => threshold - 1;

/** An answer may take so long before it counts as silence, because the machine may be busy. Ms. */
const patienceMs = 20_000;

export class Client {
  readonly #agent: ChildProcessWithoutNullStreams;
  readonly #pending = new Map<
    number,
    {resolve: (v: unknown) => void; reject: (e: Error) => void}
  >();
  readonly #stderr: string[] = [];
  #last = 0;
  #names = 0;

  readonly name: string;
  readonly addresses: Addresses;
  readonly #relays: Addresses;

  private constructor(name: string, addresses: Addresses, relays: Addresses, id: string) {
    this.name = name;
    this.addresses = addresses;
    this.#relays = relays;
    // pdeathsig: if jest is killed, its clients end too
    const args = ['--pdeathsig', 'KILL', 'unshare', '--net', process.execPath];
    this.#agent = spawn('setpriv', [...args, join(labDir, 'agent.mjs'), id, name]);
    this.#agent.stderr.on('data', (data: Buffer) => this.#stderr.push(data.toString()));
    createInterface({input: this.#agent.stdout}).on('line', (line) => {
      this.#answer(line);
    });
    this.#agent.on('exit', () => {
      for (const {reject} of this.#pending.values()) {
        reject(new Error(`client ${name} ended: ${this.#stderr.join('')}`));
      }
    });
  }

  static async start(
    name: string,
    addresses: Addresses,
    relays: Addresses,
    id: string,
  ): Promise<Client> {
    const client = new Client(name, addresses, relays, id);
    await new Promise((resolve, reject) => client.#pending.set(0, {resolve, reject}));
    return client;
  }

  get pid(): number {
    return this.#agent.pid ?? 0;
  }

  #answer(text: string): void {
    const {id, value, error} = JSON.parse(text) as {id: number; value?: unknown; error?: string};
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  }

  #ask<T>(op: string, args: object): Promise<T> {
    const id = ++this.#last;
    this.#agent.stdin.write(JSON.stringify({id, op, args}) + '\n');
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {resolve: (value) => resolve(value as T), reject});
    });
  }

  #where({family = 4, from, port = 25}: Where): {
    host: string;
    port: number;
    localAddress?: string;
  } {
    const own = from === undefined ? {} : {localAddress: from};
    return {host: this.#relays[family], port, ...own};
  }

  #guesses(options: GuessOptions): object {
    const {count = 10, prefix = `${this.name}${String(++this.#names)}x`} = options;
    const names = options.names ?? Array.from({length: count}, (_, i) => `${prefix}${String(i)}`);
    return {
      ...this.#where(options),
      names,
      domain: options.domain ?? 'example.net',
      gapMs: options.gapMs ?? 0,
      oneEnvelope: options.oneEnvelope ?? true,
      quietMs: options.quietMs ?? patienceMs,
      greetingMs: patienceMs,
      keep: options.keep ?? false,
      ...(options.session === undefined ? {} : {session: options.session}),
    };
  }

  /** Guesses names in one session, each after the answer to the one before. */
  guess(options: GuessOptions = {}): Promise<Guessed> {
    return this.#ask('guess', this.#guesses(options));
  }

  /** Guesses names all in one write. */
  pipeline(options: GuessOptions = {}): Promise<Guessed> {
    return this.#ask('pipeline', this.#guesses(options));
  }

  /** Delivers one message, or gives the refusal (null: no answer). */
  deliver(
    mail: Where & {to: string; text: string; sender?: string; timeoutMs?: number},
  ): Promise<{accepted: boolean; line: string | null}> {
    const {to, text, sender = `${this.name}@example.org`, timeoutMs = patienceMs} = mail;
    return this.#ask('deliver', {...this.#where(mail), to, text, from: sender, timeoutMs});
  }

  /** Plays a whole conversation and hangs up. */
  dialog(talk: Dialog & Where & {timeoutMs: number}): Promise<Conversation> {
    const {steps, early, whenSilent, timeoutMs} = talk;
    const said = {steps, early, whenSilent, timeoutMs};
    return this.#ask('dialog', {...this.#where(talk), ...said});
  }

  /** Makes connections at the same time, each of which acts by the clock. Gives the answers of each. */
  knock(knocks: readonly (Knock & Where)[], timeoutMs = patienceMs): Promise<Knocked[]> {
    const each = knocks.map((knock) => ({...knock, ...this.#where(knock)}));
    return this.#ask('knock', {knocks: each, timeoutMs});
  }

  /** Answers the relay's ident queries (RFC 1413) at one of our addresses. */
  answerIdent(address: string, system: string, user: string): Promise<void> {
    return this.#ask('answerIdent', {address, system, user});
  }

  /** Takes mail for all names except those that begin with ghost, which get `refusal`. */
  receiveMail(address: string, refusal: string): Promise<void> {
    return this.#ask('receiveMail', {address, refusal});
  }

  /** A milter that refuses names with milter-connect, -helo, -from, -to or -data in them. */
  filterMail(address: string, port: number): Promise<void> {
    return this.#ask('filterMail', {address, port});
  }

  /** Connects and greets; `helo: false` stays silent after the banner. */
  open(options: Where & {helo?: boolean; timeoutMs?: number} = {}): Promise<Opened> {
    const {helo = true, timeoutMs = patienceMs} = options;
    return this.#ask('open', {...this.#where(options), helo, timeoutMs});
  }

  /** Connects and then stays silent, for tests of the reaper. */
  stuck(where: Where = {}): Promise<Opened> {
    return this.open({...where, helo: false});
  }

  say(
    session: number,
    line: string,
    timeoutMs = patienceMs,
  ): Promise<{line: string | null; closed: boolean}> {
    return this.#ask('say', {session, line, timeoutMs});
  }

  /** Sends commands in this session until there is no answer. Gives the time of that (wall clock, ms with fractions). */
  watch(
    session: number,
    {everyMs = 1, quietMs = 300, mostMs = 5000} = {},
  ): Promise<{lastAnswered: number; firstUnanswered: number | null}> {
    return this.#ask('watch', {session, everyMs, quietMs, mostMs});
  }

  state(session: number): Promise<{closed: boolean; error: string | null}> {
    return this.#ask('state', {session});
  }

  close(session: number): Promise<void> {
    return this.#ask('close', {session});
  }

  /** Adds an address to this machine, for use as `from`. */
  async addAddress(address: string): Promise<void> {
    const v6 = address.includes(':');
    const length = v6 ? `${address}/64` : `${address}/24`;
    const inside = ['-t', String(this.pid), '-n', 'ip', 'addr', 'add', length, 'dev', 'eth0'];
    await execa('nsenter', v6 ? [...inside, 'nodad'] : inside);
  }

  /** Adds many addresses at once. */
  async addAddresses(addresses: readonly string[]): Promise<void> {
    const commands = addresses.map((address) =>
      address.includes(':')
        ? `addr add ${address}/64 dev eth0 nodad`
        : `addr add ${address}/24 dev eth0`,
    );
    const inside = ['-t', String(this.pid), '-n', 'ip', '-batch', '-'];
    await execa('nsenter', inside, {input: commands.join('\n') + '\n'});
  }

  async stop(): Promise<void> {
    if (this.#agent.exitCode !== null || this.#agent.signalCode !== null) return;
    const gone = once(this.#agent, 'exit');
    this.#agent.kill('SIGKILL');
    await gone;
  }
}
