/**
 * The relay machine: its own network, mount, pid and host name spaces over the cached Debian.
 * Runs commands in it and reads its files from outside; decides nothing about the results.
 */
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {appendFile, copyFile, chmod, mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {execa} from 'execa';
import {Daemon} from './daemon.js';
import {labDir, program} from './paths.js';
import {patienceMs, until} from './until.js';

export type RunOptions = {
  input?: string;
  env?: Record<string, string>;
  timeoutMs?: number;
  /** run as this user instead of root */
  user?: string;
};
export type Result = {code: number | undefined; stdout: string; stderr: string};

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export class Relay {
  /** process 1 of the relay, as the host sees it */
  readonly pid: number;
  readonly #holder: ChildProcess;
  readonly #children: ChildProcess[] = [];

  private constructor(holder: ChildProcess, pid: number) {
    this.#holder = holder;
    this.pid = pid;
  }

  static async start(rootDir: string, stateDir: string | undefined, id: string): Promise<Relay> {
    const spaces = ['--net', '--mount', '--uts', '--pid', '--fork', '--kill-child'];
    // pdeathsig: should jest be killed, the relay goes with it, and with its process 1 everything
    const command = ['--pdeathsig', 'KILL', 'unshare', ...spaces, '--propagation', 'private'];
    const init = [join(labDir, 'init.sh'), rootDir, stateDir ?? '-', 'relay.example.net', id];
    const holder = spawn('setpriv', [...command, ...init], {stdio: ['ignore', 'pipe', 'pipe']});
    const stderr: string[] = [];
    holder.stderr.on('data', (data: Buffer) => stderr.push(data.toString()));
    const lines = createInterface({input: holder.stdout});
    const ready = await Promise.race([once(lines, 'line'), once(holder, 'exit')]);
    if (ready[0] !== 'ready') throw new Error(`the relay did not start: ${stderr.join('')}`);
    const outer = String(holder.pid);
    const inner = (await readFile(`/proc/${outer}/task/${outer}/children`, 'utf8')).trim();
    return new Relay(holder, Number(inner));
  }

  /** Where a file of the relay is for the host. */
  path(file: string): string {
    return `/proc/${String(this.pid)}/root${file}`;
  }

  read(file: string): Promise<string> {
    return readFile(this.path(file), 'utf8');
  }

  async write(file: string, text: string, mode = 0o644): Promise<void> {
    await mkdir(dirname(this.path(file)), {recursive: true});
    await writeFile(this.path(file), text);
    await chmod(this.path(file), mode);
  }

  append(file: string, text: string): Promise<void> {
    return appendFile(this.path(file), text);
  }

  rename(from: string, to: string): Promise<void> {
    return rename(this.path(from), this.path(to));
  }

  async logLines(file = '/var/log/mail.log'): Promise<string[]> {
    const text = await readFile(this.path(file), 'latin1').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  #enter(command: string, args: string[], options: RunOptions): [string, string[]] {
    const inside = ['-t', String(this.pid), '-m', '-u', '-n', '-p', '-r', '-w'];
    const env = {PATH, HOME: '/root', LC_ALL: 'C', ...options.env};
    const clean = ['env', '-i', ...Object.entries(env).map(([key, value]) => `${key}=${value}`)];
    const {user} = options;
    const as =
      user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=nogroup`, '--clear-groups'];
    return ['nsenter', [...inside, ...clean, ...as, command, ...args]];
  }

  /** Runs a command in the relay to its end; a failure is a result, not an error. */
  async run(command: string, args: string[] = [], options: RunOptions = {}): Promise<Result> {
    const [file, all] = this.#enter(command, args, options);
    const done = await execa(file, all, {
      reject: false,
      timeout: options.timeoutMs ?? patienceMs,
      ...(options.input === undefined ? {stdin: 'ignore' as const} : {input: options.input}),
    });
    if (done.timedOut) throw new Error(`${command} ${args.join(' ')} took too long`);
    return {code: done.exitCode, stdout: done.stdout, stderr: done.stderr};
  }

  /** Like `run`, but a failure throws. Gives the output. */
  async sh(command: string, args: string[] = [], options: RunOptions = {}): Promise<string> {
    const {code, stdout, stderr} = await this.run(command, args, options);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${String(code)}\n${stderr}`);
    return stdout;
  }

  /** Starts a command in the relay and leaves it running. */
  start(command: string, args: string[] = [], options: RunOptions = {}): Daemon {
    const [file, all] = this.#enter(command, args, options);
    const child = spawn(file, all, {stdio: ['ignore', 'pipe', 'pipe']});
    this.#children.push(child);
    return new Daemon(child);
  }

  /** Puts the program under test where a package would put it. */
  async install(): Promise<void> {
    await copyFile(program, this.path('/usr/sbin/blocksmtp'));
    await chmod(this.path('/usr/sbin/blocksmtp'), 0o755);
  }

  /** `blocksmtp ARGS` to its end. */
  blocksmtp(args: string[], options: RunOptions = {}): Promise<Result> {
    return this.run('/usr/sbin/blocksmtp', args, options);
  }

  /** `blocksmtp run ARGS`, left running; await its `ready()`. */
  daemon(args: string[] = [], options: RunOptions = {}): Daemon {
    return this.start('/usr/sbin/blocksmtp', args, options);
  }

  /** `iptables ARGS`, or `ip6tables` for the other family. */
  iptables(family: 4 | 6, ...args: string[]): Promise<string> {
    return this.sh(family === 4 ? 'iptables' : 'ip6tables', args);
  }

  /** Waits for the daemon's hooks, and so its chains: it follows the log without waiting for them. */
  async hooked(): Promise<void> {
    for (const family of [4, 6] as const) {
      await until(`the hook for IPv${String(family)}`, async () =>
        (await this.iptables(family, '-S', 'INPUT')).includes('-j SPAM_UNAME_GUESSERS'),
      );
    }
  }

  /** Waits until a mailbox holds the text: the mail was really delivered. */
  mailbox(user: string, text: string): Promise<string> {
    return until(`"${text}" in the mailbox of ${user}`, async () => {
      const box = await this.read(`/var/mail/${user}`).catch(() => '');
      return box.includes(text) ? box : undefined;
    });
  }

  async stop(): Promise<void> {
    const all = [this.#holder, ...this.#children].filter(
      (child) => child.exitCode === null && child.signalCode === null,
    );
    const gone = all.map((child) => once(child, 'exit'));
    this.#holder.kill('SIGKILL');
    await Promise.all(gone);
  }
}
