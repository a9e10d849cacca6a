/**
 * The egress guard: keeps the rules for outgoing mail in both families as the settings say,
 * releases the connections that the watch has seen, and renews the dead man's switch of `hold`
 * while the watch keeps up. Others decide who owns a connection, and what is reported of it.
 */
import {Troubles} from '../../../base/mechanisms/troubles.js';
import {SingleFlight} from '../../../base/mechanisms/single-flight.js';
import type {Enforced} from '../../../firewall/enforced.js';
import type {Variant} from '../../../firewall/iptables-calls.js';
import {
  type AnyKeeper,
  type AtEnd,
  FamilyKeepers,
  type RulesEnd,
} from '../../../firewall/live/family-keepers.js';
import {Keeper, type KeeperTools, type KeeperWords} from '../../../firewall/live/keeper.js';
import type {Family} from '../../../net/address.js';
import type {Connection} from '../../connection.js';
import {egressChainBackend} from '../chain.js';
import {Batch} from './batch.js';
import {type EgressFormer, egressLeftovers} from './leftovers.js';
import {egressTableBackend} from '../nftables.js';
import {Overflow} from '../overflow.js';
import {EgressIntent, mostReleases} from '../releases.js';
import {type EgressMode, holdSwitchSeconds, isKeepingUp} from '../rules.js';
import {allowedUids, dryRunText, type EgressSettings, fixedRules, modeOf} from '../settings.js';
import {monotonicMs, nowMs} from '../../../sys/run/clock.js';

interface EgressSurroundings extends KeeperTools {
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

const words: KeeperWords = {part: 'egress guard', waiting: () => 'trying again'};

const unwatched = 'what is held back is not looked at in time: nothing is held until it is';

export class EgressGuard {
  readonly #settings: EgressSettings;
  readonly #surroundings: EgressSurroundings;
  readonly #families: readonly Family[];
  readonly #switchSeconds: number;
  readonly #goals: ReadonlyMap<Family, EgressIntent>;
  readonly #keepers: FamilyKeepers;
  readonly #batch = new Batch(() => this.#enforce());
  readonly #overflow = new Overflow();
  readonly #troubles: Troubles;
  readonly #cleaning = new SingleFlight(() => this.#tryLeftovers());
  #renewal: NodeJS.Timeout | undefined;
  /** A command that only asks never starts it: then nothing in the kernel is its own. */
  #hasStarted = false;
  #isStopped = false;
  /** When the watch last looked, by the monotonic clock. Ms; undefined: no watch has begun. */
  #lastLookMs: number | undefined;

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
    this.#troubles = new Troubles(surroundings.say);
    this.#switchSeconds = switchSeconds;
    this.#goals = this.#makeGoals();
    const keepers = [...this.#goals].map(
      ([family, goal]) => [family, makeKeeper(settings, family, goal, surroundings)] as const,
    );
    this.#keepers = new FamilyKeepers(new Map(keepers), surroundings);
  }

  /** `none`: there are no rules; what an earlier setting has made goes. */
  get mode(): EgressMode | 'none' {
    return modeOf(this.#settings);
  }

  /** By family; the counts are of ports. */
  get enforced(): ReadonlyMap<Family, Enforced> {
    return this.#keepers.enforced;
  }

  /** Puts the rules in force, and removes what earlier settings have left. Never fails. */
  async start(): Promise<void> {
    this.#hasStarted = true;
    const {mode} = this;
    if (mode !== 'none' && this.#families.length === 0) {
      this.#surroundings.say('notice', dryRunText(this.#settings, mode, this.#uids()));
    }
    if (this.#goals.size > 0) {
      // Known before anything is made: a crash between would leave a chain of which nobody knows.
      this.#surroundings.former.note(this.#settings.outboundChainName);
      this.#surroundings.save();
      await this.#enforce();
    }
    if (mode === 'hold' && this.#goals.size > 0 && !this.#isStopped) {
      // A timer of its own: the checks may be an hour apart.
      const renew = (): void => void this.#enforce();
      this.#renewal = setInterval(renew, (this.#switchSeconds * 1000) / 3);
    }
    await this.#cleaning.join();
  }

  /**
   * Lets the connection pass when TCP asks again. Concerns `hold` only; a connection of another network
   * namespace meets none of our rules, and is passed over. Ends when the release is in force, or will be
   * tried again. Where too many are released already, this one is not, and may be asked for again.
   */
  release(connection: Connection): Promise<void> {
    const goal = this.#goalOf(connection);
    if (goal === undefined) return Promise.resolve();
    const released = goal.release(connection, nowMs());
    if (released === 'full') {
      this.#overflow.note(connection, goal.releases.size >= mostReleases ? 'all' : 'user');
      this.#reportOverflow();
    }
    return released === 'released' ? this.#batch.soon() : Promise.resolve();
  }

  /** The connection stands or has ended: a later one of the same ports is held again. */
  withdraw(connection: Connection): Promise<void> {
    const end = this.#goalOf(connection)?.withdraw(connection);
    return end === 'withdrawn' ? this.#batch.soon() : Promise.resolve();
  }

  /**
   * The watch has looked at what is held. From the first look on, `hold` ends by itself when the looks
   * come too rarely (`isKeepingUp`).
   *
   * @param atMs by the monotonic clock
   */
  noteLook(atMs: number): void {
    this.#lastLookMs = atMs;
  }

  /** Looks again for what earlier settings have left: another tool may have restored it. */
  lookForLeftovers(): Promise<void> {
    return this.#cleaning.join();
  }

  /** Compares with the kernel, and repairs. */
  async check(): Promise<void> {
    if (this.#isStopped || this.#isAbandoned()) return;
    // What was left of the minute, when the flood is over.
    this.#reportOverflow();
    const uids = this.#uids();
    for (const goal of this.#goals.values()) goal.allow(uids);
    // First what we ourselves have changed: it is no repair.
    await this.#enforce();
    await this.#keepers.check();
    await this.#cleaning.join();
  }

  /** Only looks, for commands that ask how things stand. */
  look(): Promise<void> {
    return this.#keepers.look();
  }

  /** What is held does not outlive us, but for a next life: nobody would release anything. */
  async stop(end: AtEnd): Promise<RulesEnd> {
    this.#isStopped = true;
    clearInterval(this.#renewal);
    const holds = this.mode === 'hold' && this.#hasStarted;
    const ending = this.#keepers.stop(end === 'leave' && holds ? 'remove' : end);
    await this.#cleaning.settled();
    return ending;
  }

  #makeGoals(): ReadonlyMap<Family, EgressIntent> {
    const {mode} = this;
    if (mode === 'none') return new Map();
    const uids = this.#uids();
    const goals = this.#families.map((family) => {
      const rules = fixedRules(this.#settings, mode, family, uids, this.#switchSeconds);
      return [family, new EgressIntent(rules)] as const;
    });
    return new Map(goals);
  }

  #goalOf({network, local, remotePort}: Connection): EgressIntent | undefined {
    const isOurs = this.mode === 'hold' && network === this.#surroundings.network;
    const isGuarded = this.#settings.outboundPorts.includes(remotePort);
    return isOurs && isGuarded ? this.#goals.get(local.family) : undefined;
  }

  async #enforce(): Promise<void> {
    if (this.#isStopped || this.#isAbandoned()) return;
    for (const goal of this.#goals.values()) goal.forgetEnded(nowMs());
    await this.#keepers.enforce('remove');
  }

  #uids(): number[] {
    return allowedUids(this.#settings.allowedSenders, this.#surroundings.uidOf);
  }

  /** Nobody would release what is held, so the dead man's switch is not renewed. */
  #isAbandoned(): boolean {
    const isLookedAt = isKeepingUp(this.#lastLookMs, monotonicMs());
    const isAbandoned = this.mode === 'hold' && !isLookedAt;
    if (isAbandoned) this.#troubles.begin('watch', `egress guard: ${unwatched}`, 'warning');
    else this.#troubles.end('watch');
    return isAbandoned;
  }

  #reportOverflow(): void {
    const message = this.#overflow.report(nowMs());
    if (message !== undefined) this.#surroundings.say('warning', `egress guard: ${message}`);
  }

  async #tryLeftovers(): Promise<void> {
    const {former, otherVariant} = this.#surroundings;
    if (this.#families.length === 0 || former.chains().length === 0) return;
    // Not before ours stands.
    if (!this.#keepers.isInOrder) return;
    const place = {...this.#settings, mode: this.mode, families: this.#families};
    this.#keepers.expectLeftovers(egressLeftovers(place, await otherVariant(), former));
    await this.#keepers.removeLeftovers();
  }
}

function makeKeeper(
  {backend, outboundChainName: chain, hookPlace}: EgressSettings,
  family: Family,
  goal: EgressIntent,
  tools: KeeperTools,
): AnyKeeper {
  const task = {family, goal, words};
  return backend === 'nftables'
    ? new Keeper({...task, backend: egressTableBackend(chain, family)}, tools)
    : new Keeper({...task, backend: egressChainBackend(chain, family, hookPlace)}, tools);
}
