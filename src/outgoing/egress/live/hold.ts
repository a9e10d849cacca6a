/**
 * The egress guard as the daemon sees it: keeps the rules for outgoing mail in both families as the
 * settings say, lets go the connections that the watch has seen, and keeps the dead man's switch of
 * `hold` from ending. Who owns a connection, and what is told of it, is not decided here.
 */
import type {Config} from '../../../config/schema.js';
import type {Enforced} from '../../../firewall/enforced.js';
import type {Variant} from '../../../firewall/iptables-calls.js';
import {
  type AtEnd,
  Keeper,
  type KeeperWords,
  type KeeperTools,
} from '../../../firewall/live/keeper.js';
import {type Leftover, LeftoverRemover} from '../../../firewall/live/leftover.js';
import type {Family} from '../../../net/address.js';
import {allowedSenders} from '../../allowed.js';
import {type Connection, connectionKey} from '../../connection.js';
import {egressChainBackend} from '../chain.js';
import {type EgressFormer, egressLeftovers} from './leftovers.js';
import {egressTableBackend} from '../nftables.js';
import {EgressIntent, mostReleases, mostReleasesPerUser} from '../releases.js';
import {destinationsOf, type EgressMode, holdSwitchSeconds} from '../rules.js';
import {nowMs} from '../../../sys/run/clock.js';
import {TimeSlice} from '../../../sys/run/time-slice.js';

export type EgressSettings = Pick<
  Config,
  | 'backend'
  | 'hookPlace'
  | 'outbound'
  | 'outboundPorts'
  | 'outboundChainName'
  | 'allowedSenders'
  | 'allowedDestinations'
>;

export interface EgressSurroundings extends KeeperTools {
  /** @returns undefined for a name that does not exist here */
  readonly uidOf: (name: string) => number | undefined;
  /** The network namespace in which our rules stand: `net:[4026531840]`. */
  readonly network: string;
  /** Under which names something of ours may stand. */
  readonly former: EgressFormer;
  /** Saves that; called before the first rule is made. */
  readonly save: () => void;
  /** The other of the two programs called iptables, where it may hold something. */
  readonly otherVariant: () => Promise<Variant | undefined>;
}

type AnyKeeper = Pick<
  Keeper<never, never>,
  'enforce' | 'check' | 'look' | 'isInOrder' | 'enforced' | 'remove' | 'stop'
>;

/** How often it is said that too many are released at once. Ms. */
const fullMs = 60_000;
/** Connections of which it is counted that they wait. A count: 1 MB. */
const mostUntold = 10_000;

const words: KeeperWords = {part: 'egress guard', waiting: () => 'trying again'};

export class EgressGuard {
  readonly #settings: EgressSettings;
  readonly #surroundings: EgressSurroundings;
  readonly #families: readonly Family[];
  readonly #switchSeconds: number;
  readonly #goals = new Map<Family, EgressIntent>();
  readonly #keepers = new Map<Family, AnyKeeper>();
  /** What other backends and earlier settings may have left; undefined: not looked for yet. */
  #leftovers: readonly Leftover[] | undefined;
  readonly #remover: LeftoverRemover;
  #removal: Promise<void> | undefined;
  #batch: Promise<void> | undefined;
  #renewal: NodeJS.Timeout | undefined;
  /** One that was never started has nothing of its own in the kernel: a command that only asks. */
  #hasStarted = false;
  #isStopped = false;
  #isWatched = (): boolean => true;
  #toldLeft = false;
  /** Of which it was not said yet that they wait, by key. */
  readonly #untold = new Set<string>();
  #fullOf: 'all' | 'user' = 'all';
  #toldFullMs = Number.NEGATIVE_INFINITY;

  /**
   * @param families none in a dry run: then nothing is done
   * @param switchSeconds of the dead man's switch of `hold`; for tests
   */
  constructor(
    settings: EgressSettings,
    families: readonly Family[],
    surroundings: EgressSurroundings,
    switchSeconds = holdSwitchSeconds,
  ) {
    this.#settings = settings;
    this.#families = families;
    this.#surroundings = surroundings;
    this.#remover = new LeftoverRemover(surroundings);
    this.#switchSeconds = switchSeconds;
    const {mode} = this;
    if (mode === 'none') return;
    for (const family of families) {
      const goal = new EgressIntent({
        chain: settings.outboundChainName,
        ports: settings.outboundPorts,
        mode,
        uids: this.#uids(),
        destinations: destinationsOf(family, settings.allowedDestinations),
        switchSeconds,
      });
      this.#goals.set(family, goal);
      this.#keepers.set(family, makeKeeper(settings, family, goal, surroundings));
    }
  }

  /** `none`: there are no rules; what an earlier setting has made goes. */
  get mode(): EgressMode | 'none' {
    const {outbound} = this.#settings;
    return outbound === 'hold' || outbound === 'reject' ? outbound : 'none';
  }

  /** By family; the counts are of ports. */
  get enforced(): ReadonlyMap<Family, Enforced> {
    return new Map([...this.#keepers].map(([family, keeper]) => [family, keeper.enforced]));
  }

  /** Puts the rules in force, and takes away what earlier settings have left. Never fails. */
  async start(): Promise<void> {
    this.#hasStarted = true;
    const {mode} = this;
    if (mode !== 'none' && this.#families.length === 0) this.#sayWould(mode);
    if (this.#keepers.size > 0) {
      // Known before anything is made: a crash between would leave a chain of which nobody knows.
      this.#surroundings.former.note(this.#settings.outboundChainName);
      this.#surroundings.save();
      await this.#enforce();
    }
    if (mode === 'hold' && this.#keepers.size > 0 && !this.#isStopped) {
      // A timer of its own: the checks may be an hour apart.
      const renew = (): void => void this.#enforce();
      this.#renewal = setInterval(renew, (this.#switchSeconds * 1000) / 3);
    }
    await this.#removeLeftovers();
  }

  /**
   * The connection may go its way when TCP asks again. Of `hold` only; one of another network namespace
   * meets none of our rules, and is passed over. Ends when it is in force, or will be tried again; where
   * too many are released already it is not, and may be asked for again.
   */
  release(connection: Connection): Promise<void> {
    const goal = this.#goalOf(connection);
    if (goal === undefined) return Promise.resolve();
    const released = goal.release(connection, nowMs());
    if (released === 'full') {
      if (this.#untold.size < mostUntold) this.#untold.add(connectionKey(connection));
      this.#fullOf = goal.releases.size >= mostReleases ? 'all' : 'user';
      this.#sayFull();
    }
    return released === 'released' ? this.#soon() : Promise.resolve();
  }

  /** The connection stands or has ended: a later one of the same ports is held again. */
  withdraw(connection: Connection): Promise<void> {
    const end = this.#goalOf(connection)?.withdraw(connection);
    return end === 'withdrawn' ? this.#soon() : Promise.resolve();
  }

  /** Compares with the kernel, and repairs. */
  async check(): Promise<void> {
    if (this.#isStopped || this.#isLeft()) return;
    // What was left of the minute, when the flood is over.
    this.#sayFull();
    const uids = this.#uids();
    for (const goal of this.#goals.values()) goal.allow(uids);
    // First what we ourselves have changed: it is no repair.
    await this.#enforce();
    await this.#each((keeper) => keeper.check());
    await this.#removeLeftovers();
  }

  /** Only looks, for those who ask how things stand. */
  async look(): Promise<void> {
    await this.#each((keeper) => keeper.look());
  }

  /** What is held here does not outlive us, but for a next life: nobody would release anything. */
  async stop(firewall: AtEnd): Promise<'left' | 'removed' | 'failed'> {
    this.#isStopped = true;
    clearInterval(this.#renewal);
    await this.#removal;
    const keepers = [...this.#keepers.values()];
    const holds = this.mode === 'hold' && this.#hasStarted;
    if (firewall === 'handOver' || (firewall === 'leave' && !holds)) {
      await Promise.all(keepers.map((keeper) => keeper.stop()));
      return 'left';
    }
    const ends = await Promise.all(keepers.map((keeper) => keeper.remove()));
    return ends.includes('failed') ? 'failed' : 'removed';
  }

  #goalOf({network, local, remotePort}: Connection): EgressIntent | undefined {
    const isOurs = this.mode === 'hold' && network === this.#surroundings.network;
    const isGuarded = this.#settings.outboundPorts.includes(remotePort);
    return isOurs && isGuarded ? this.#goals.get(local.family) : undefined;
  }

  /** Those that come in the same moment go in one batch. */
  #soon(): Promise<void> {
    this.#batch ??= (async () => {
      await new TimeSlice().next();
      this.#batch = undefined;
      await this.#enforce();
    })();
    return this.#batch;
  }

  /** @param isKeepingUp whether what is held is looked at; while it is not, `hold` ends by itself */
  watchedBy(isKeepingUp: () => boolean): void {
    this.#isWatched = isKeepingUp;
  }

  async #enforce(): Promise<void> {
    if (this.#isStopped || this.#isLeft()) return;
    for (const goal of this.#goals.values()) goal.forgetEnded(nowMs());
    await this.#each((keeper) => keeper.enforce('remove'));
  }

  async #each(work: (keeper: AnyKeeper) => Promise<void>): Promise<void> {
    await Promise.all([...this.#keepers.values()].map(work));
  }

  #uids(): number[] {
    const {uidOf} = this.#surroundings;
    const uids = allowedSenders(this.#settings.allowedSenders, uidOf).map(({uid}) => uid);
    return [...new Set(uids)].filter((uid) => uid <= largestUid).sort((a, b) => a - b);
  }

  #sayWould(mode: EgressMode): void {
    const {outboundPorts, allowedDestinations} = this.#settings;
    const deed = {hold: 'hold back until it is known whose they are', reject: 'reject'}[mode];
    const allowed = `users ${this.#uids().join(', ') || 'none'}; networks ${allowedDestinations.map(({text}) => text).join(', ') || 'none'}`;
    const what = `new connections to the ports ${outboundPorts.join(', ')} of other machines`;
    this.#surroundings.say('notice', `would ${deed}: ${what} (allowed: ${allowed})`);
  }

  /** Nobody would let go what is held: the dead man's switch is not renewed. */
  #isLeft(): boolean {
    const isLeft = this.mode === 'hold' && !this.#isWatched();
    if (isLeft && !this.#toldLeft) {
      const message = 'what is held back is not looked at in time: nothing is held until it is';
      this.#surroundings.say('warning', `egress guard: ${message}`);
    }
    this.#toldLeft = isLeft;
    return isLeft;
  }

  /** One who floods does so for long: a line a minute tells it, and how many it concerns. */
  #sayFull(): void {
    if (this.#untold.size === 0) return;
    const agoMs = nowMs() - this.#toldFullMs;
    if (agoMs >= 0 && agoMs < fullMs) return;
    this.#toldFullMs = nowMs();
    const most = {all: `${mostReleases}`, user: `${mostReleasesPerUser} of one user`}[this.#fullOf];
    const count = this.#untold.size < mostUntold ? this.#untold.size : `at least ${mostUntold}`;
    const since = count === 1 ? 'one waits' : `${count} had to wait since this was last said`;
    const message = `more connections than may be let go at once (${most}): ${since}`;
    this.#surroundings.say('warning', `egress guard: ${message}`);
    this.#untold.clear();
  }

  #removeLeftovers(): Promise<void> {
    this.#removal ??= this.#tryLeftovers().finally(() => (this.#removal = undefined));
    return this.#removal;
  }

  async #tryLeftovers(): Promise<void> {
    const {former, otherVariant} = this.#surroundings;
    if (this.#families.length === 0 || former.chains().length === 0) return;
    // While ours does not stand, what another backend holds may be all that does.
    if ([...this.#keepers.values()].some((keeper) => !keeper.isInOrder)) return;
    this.#leftovers ??= egressLeftovers(
      {...this.#settings, mode: this.mode, families: this.#families},
      await otherVariant(),
      former,
    );
    for (const leftover of this.#leftovers) {
      if (this.#isStopped) return;
      if ((await this.#remover.remove(leftover)) === 'stays') continue;
      this.#leftovers = this.#leftovers.filter((each) => each !== leftover);
    }
  }
}

/** The kernel's: one less than what stands for nobody. */
const largestUid = 2 ** 32 - 2;

function makeKeeper(
  settings: EgressSettings,
  family: Family,
  goal: EgressIntent,
  surroundings: KeeperTools,
): AnyKeeper {
  const {backend, outboundChainName: chain, hookPlace} = settings;
  return backend === 'nftables'
    ? new Keeper(family, egressTableBackend(chain, family), goal, surroundings, words)
    : new Keeper(family, egressChainBackend(chain, family, hookPlace), goal, surroundings, words);
}
