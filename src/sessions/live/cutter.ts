/**
 * Ends the open sessions of clients whose block is in force. Neither side notices that packets are
 * dropped: a sendmail process would wait an hour for a client that can no longer speak, or go on
 * answering what it had read before. The processes that serve these clients get SIGTERM once, then
 * their sockets are destroyed. `sessions/cut.ts` decides which processes; the reaper ends those that
 * stay.
 *
 * Blocks that come during a cut are handled together in the next one.
 *
 * The kernel may just have shown which process serves a client whose block was decided. That process gets its
 * signal in the same turn (`cutFirst`), before rule, disk and search: each answer to a guesser is one too many.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {Dialect} from '../../mail/dialect.js';
import type {MailerProcess} from '../holder.js';
import type {Address} from '../../net/address.js';
import {type Network, parseNetwork} from '../../net/network.js';
import type {SocketEntry} from '../../net/socket-table.js';
import {CutNetworks, type StandingBlocks} from '../cut-networks.js';
import {
  cutsOf,
  cutText,
  type Ended,
  isSameServer,
  lookAgainMs,
  printedPeers,
  type Server,
  serverToEnd,
  type Shown,
  shownToEnd,
} from '../cut.js';
import {portions} from '../portions.js';
import {Mailers} from '../../sys/proc/mailers.js';
import {signalProcess} from '../../sys/proc/signal-process.js';
import {
  destroySockets,
  mostPeersPerCall,
  portSockets,
} from '../../sys/proc/sockets/port-sockets.js';
import {monotonicMs, pause} from '../../sys/run/clock.js';
import {TimeSlice} from '../../sys/run/time-slice.js';

export interface CutterView extends StandingBlocks {
  readonly isExempt: (client: Address) => boolean;
  /** Whether the client is still served at this port despite any block. */
  readonly isServedAt: (client: Address, port: number) => boolean;
  /** Whether a block holds for every client at this port: it is no submission port. */
  readonly isRelayPort: (port: number) => boolean;
  /**
   * Saves the state before anything is cut. Once a process has ended, nothing shows any more which
   * client its lines belonged to; after a crash they would be read again in vain.
   */
  readonly save: () => void;
  /**
   * Notes only these blocks, in less time than `save`: the notes survive the daemon, but not a crash of the machine.
   * Throws if the disk refuses.
   */
  readonly note: (networks: readonly string[]) => void;
  readonly say: Say;
}

/** A client's process that is known without a search. */
export interface Serving extends Shown {
  /** What the process shows now; undefined: it is gone, or it is in another network namespace. */
  readonly look: () => MailerProcess | undefined;
  /** Lets it end after its signal: it may be frozen. */
  readonly release: () => void;
}

/**
 * The longest pause between two cuts, which is otherwise as long as the last cut took. Ms: no guesser
 * may wait longer.
 */
const longestRestMs = 250;
/** Clients logged one by one after each cut. A count: a network may have thousands of sessions. */
const mostLogged = 50;

type Settings = Pick<Config, 'cutSessions' | 'dryRun'> & {
  /** The ports at which sessions are cut. */
  readonly ports: readonly number[];
};
type IsBlocked = (client: Address, port: number) => boolean;
type Trouble = 'ss' | 'kernel' | 'signal' | 'search';

export class Cutter {
  readonly #settings: Settings;
  readonly #view: CutterView;
  readonly #dialect: Dialect;
  /** Networks, and how often each was looked for again. */
  #waiting = new Map<string, number>();
  readonly #work = new SingleFlight(() => this.#cutWaiting());
  #restUntilMs = 0;
  #isStopped = false;
  /** Processes that had got SIGTERM when they were last seen, by pid: they get no second SIGTERM. */
  #ending: ReadonlyMap<number, Server> = new Map();
  /** Processes that got SIGTERM before the search, and are not logged yet. */
  readonly #first: Server[] = [];
  #tool: 'untried' | 'works' | 'missing' = 'untried';
  /** Reports each trouble once: it would be the same each time. */
  readonly #troubles: Troubles;

  constructor(settings: Settings, view: CutterView, dialect: Dialect) {
    this.#settings = settings;
    this.#view = view;
    this.#dialect = dialect;
    this.#troubles = new Troubles(view.say);
  }

  /** Ends the sessions of these networks (texts of blocks in force). Never fails. */
  cut(networks: readonly string[]): Promise<void> {
    if (this.#settings.cutSessions === 'none' || this.#isStopped) return Promise.resolve();
    for (const network of networks) this.#waiting.set(network, 0);
    const isIdle = this.#waiting.size === 0 && this.#first.length === 0;
    return isIdle ? Promise.resolve() : this.#work.run();
  }

  /**
   * Ends the process that serves a client of these networks, if everything is still as it was shown. `cut`
   * does the rest, and logs it. Never fails.
   *
   * @returns `left`: the process is left to the search
   */
  cutFirst(networks: readonly string[], serving: Serving): 'cut' | 'left' {
    const {cutSessions: what, dryRun, ports} = this.#settings;
    if (this.#isStopped || dryRun || what === 'none' || what === 'sockets') return 'left';
    const blocks = networks.filter((text) => this.#view.stands(text));
    const around = new CutNetworks(
      blocks.flatMap((text) => parseNetwork(text) ?? []),
      this.#view,
    );
    const mailer = {dialect: this.#dialect, ports};
    const isBlocked = this.#blockedBy(around);
    // At a submission port, a user of ours may pass the block. That is settled only with the rule, so the search decides.
    const isCut: IsBlocked = (client, port) =>
      this.#view.isRelayPort(port) && isBlocked(client, port);
    const server = shownToEnd(serving, serving.look(), isCut, mailer);
    if (server === undefined) return 'left';
    try {
      this.#view.note(blocks);
    } catch {
      return 'left'; // the search saves first
    }
    // If this fails, the search finds the process again, and logs the failure.
    if (signalProcess(server.pid, 'SIGTERM').kind !== 'sent') return 'left';
    serving.release();
    this.#first.push(server);
    this.#ending = new Map([...this.#ending, [server.pid, server]]);
    return 'cut';
  }

  /** The answer is read for each client: a block may end during the search. */
  #blockedBy(networks: CutNetworks): IsBlocked {
    return (client, port) =>
      networks.around(client) !== undefined &&
      !this.#view.isExempt(client) &&
      !this.#view.isServedAt(client, port);
  }

  /** Looks again later: a process may yet take over the connections of these clients. */
  #lookAgain(networks: ReadonlyMap<string, number>): void {
    for (const [looks, waitMs] of lookAgainMs.entries()) {
      const due = [...networks].flatMap(([network, made]) => (made === looks ? network : []));
      if (due.length === 0) continue;
      const look = (): void => {
        if (this.#isStopped) return;
        for (const network of due) {
          if (!this.#waiting.has(network)) this.#waiting.set(network, looks + 1);
        }
        if (this.#waiting.size > 0) void this.#work.run();
      };
      setTimeout(look, waitMs).unref(); // must not delay our own end
    }
  }

  /** Accepts no more; ends when what was requested is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work.settled();
    this.#tell([], []);
  }

  async #cutWaiting(): Promise<void> {
    await new TimeSlice().next(); // so that the blocks of one burst are handled together
    if (this.#waiting.size === 0) {
      this.#tell([], []);
      return;
    }
    const restMs = Math.min(this.#restUntilMs - monotonicMs(), longestRestMs);
    if (restMs > 0) await pause(restMs);
    const startMs = monotonicMs();
    const taken = this.#waiting;
    this.#waiting = new Map();
    try {
      const networks = await this.#standing(taken.keys());
      const unserved = await this.#cutAll(networks);
      this.#lookAgain(new Map([...unserved].map((text) => [text, taken.get(text) ?? 0])));
    } catch (error) {
      this.#complain('search', `not searched for: ${(error as Error).message}`);
      this.#tell([], []);
      this.#lookAgain(taken);
    }
    this.#restUntilMs = 2 * monotonicMs() - startMs;
  }

  async #standing(texts: Iterable<string>): Promise<CutNetworks> {
    const networks: Network[] = [];
    const slice = new TimeSlice();
    for (const text of texts) {
      if (slice.isOver) await slice.next();
      const network = this.#view.stands(text) ? parseNetwork(text) : undefined;
      if (network !== undefined) networks.push(network);
    }
    return new CutNetworks(networks, this.#view);
  }

  /** @returns the networks with connections for which no process was found */
  async #cutAll(networks: CutNetworks): Promise<ReadonlySet<string>> {
    const {cutSessions: what, ports, dryRun} = this.#settings;
    const isBlocked = this.#blockedBy(networks);
    const sockets = await portSockets(...ports);
    const open = sockets.connected.filter(({remote, localPort}) => isBlocked(remote, localPort));
    if (open.length === 0) {
      this.#tell([], []);
      return new Set();
    }
    this.#view.save();
    // Done first: the processes are found by these sockets.
    const mailers = new Mailers(sockets, this.#dialect.isProgram);
    const ended = what === 'sockets' ? [] : await this.#endProcesses(mailers, isBlocked);
    const closed = what === 'processes' ? [] : await this.#destroy(open, isBlocked);
    this.#tell(ended, closed);
    // A dry run ends nobody, and would find the same ones again.
    if (what === 'sockets' || dryRun) return new Set();
    const served = new Set([...this.#ending.values()].map(({inode}) => inode));
    const unserved = open.filter(({inode}) => !served.has(inode));
    return new Set(unserved.flatMap(({remote}) => networks.around(remote) ?? []));
  }

  /** Logs the sessions that were cut now, and those cut before the search. */
  #tell(ended: readonly Ended[], closed: readonly Address[]): void {
    const {dryRun} = this.#settings;
    const cuts = cutsOf([...this.#first.splice(0), ...ended], closed);
    const mode = dryRun ? 'would' : 'done';
    for (const cut of cuts.slice(0, mostLogged)) this.#view.say('notice', cutText(cut, mode));
    if (cuts.length > mostLogged) {
      const rest = `${cuts.length - mostLogged} more clients`;
      this.#view.say('notice', `${dryRun ? 'would cut' : 'cut'} ${rest}`);
    }
  }

  async #endProcesses(mailers: Mailers, isBlocked: IsBlocked): Promise<Ended[]> {
    const {ports, dryRun} = this.#settings;
    const mailer = {dialect: this.#dialect, ports};
    const ended: Ended[] = [];
    const ending = new Map<number, Server>();
    for await (const holder of mailers.holders(isBlocked)) {
      const server = serverToEnd(holder, isBlocked, mailer);
      if (server === undefined) continue;
      const now = mailers.look(server.pid);
      const again = now && serverToEnd(now, isBlocked, mailer);
      if (!isSameServer(server, again)) continue;
      ending.set(server.pid, server);
      const before = this.#ending.get(server.pid);
      if (before !== undefined && isSameServer(before, server)) continue;
      const result = dryRun ? sent : signalProcess(server.pid, 'SIGTERM');
      if (result.kind === 'sent') ended.push(server);
      // A process that has just ended by itself is no trouble.
      else if (result.kind === 'refused')
        this.#complain('signal', `sendmail process ${server.pid} not ended: ${result.why}`);
    }
    for (const server of this.#first) ending.set(server.pid, server);
    this.#ending = ending;
    return ended;
  }

  /** @returns the peers of the destroyed sockets, one for each socket */
  async #destroy(open: readonly SocketEntry[], isBlocked: IsBlocked): Promise<Address[]> {
    if (this.#settings.dryRun) {
      return open.flatMap(({remote, localPort}) => (isBlocked(remote, localPort) ? remote : []));
    }
    if (this.#tool === 'missing') return [];
    const asked = new Set<string>();
    const printed: Address[] = [];
    for (const {peers, ports} of portions(open, mostPeersPerCall)) {
      const some = peers.filter((peer) => ports.every((port) => isBlocked(peer, port)));
      if (some.length === 0) continue;
      const result = await destroySockets(ports, some);
      if (result.kind !== 'done') {
        if (result.kind === 'missing') this.#tool = 'missing';
        this.#complain('ss', `sockets not destroyed: ${result.why} (package iproute2)`);
        return [];
      }
      for (const {text} of some) asked.add(text);
      printed.push(...printedPeers(result.stdout));
    }
    if (this.#tool === 'works') return printed;
    const left = await this.#leftOf(open.filter(({remote}) => asked.has(remote.text)));
    // Unknown, so none is reported as destroyed.
    if (left === 'unknown') return [];
    if (left.size === 0) {
      if (printed.length > 0) this.#tool = 'works';
      return printed;
    }
    const why = 'no right to (CAP_NET_ADMIN), or a kernel without CONFIG_INET_DIAG_DESTROY';
    this.#complain('kernel', `sockets not destroyed by ss -K: ${why}`);
    return printed.filter(({text}) => !left.has(text));
  }

  /**
   * Peers of the sockets that still exist. ss reports neither a refusal nor a kernel without support;
   * without inet_diag it prints what it has only found.
   */
  async #leftOf(open: readonly SocketEntry[]): Promise<ReadonlySet<string> | 'unknown'> {
    const before = new Set(open.map(({inode}) => inode).filter((inode) => inode !== '0'));
    try {
      const {connected} = await portSockets(...this.#settings.ports);
      return new Set(
        connected.flatMap(({inode, remote}) => (before.has(inode) ? [remote.text] : [])),
      );
    } catch (error) {
      const why = (error as Error).message;
      this.#complain('ss', `whether ss -K destroyed their sockets is not known: ${why}`);
      return 'unknown';
    }
  }

  #complain(trouble: Trouble, message: string): void {
    if (this.#troubles.has(trouble)) return;
    const line = `sessions of blocked clients: ${message}; blocksmtp says this once`;
    this.#troubles.begin(trouble, line, 'warning');
  }
}

const sent = {kind: 'sent'} as const;
