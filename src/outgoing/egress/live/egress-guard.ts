/**
 * The egress guard: keeps the rules for outgoing mail in both families as the settings demand, releases
 * the connections that the watch has seen, and renews the dead man's switch of `hold` while the watch
 * keeps up. Others find the owner of a connection, and decide what is reported.
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
  /** The network namespace in which our rules are: `net:[4026531840]`. */
  readonly network: string;
  /** Names under which rules of ours may be in the kernel. */
  readonly former: EgressFormer;
  /** Saves `former`; called before the first rule is made. */
  readonly save: () => void;
  /** The other of the two programs called iptables, if it may hold rules. */
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
  /** A command that only shows the state never starts the guard. Then no rule in the kernel is ours to remove. */
  #hasStarted = false;
  #isStopped = false;
  /** When the watch last looked, by the monotonic clock. Ms; undefined: no watch has begun. */
  #lastLookMs: number | undefined;

  /**
   * @param families none in a dry run: then the firewall is not touched
   * @param switchSeconds the time of the dead man's switch of `hold`; for tests
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

  /** `none`: no rules are wanted, and those of an earlier setting are removed. */
  get mode(): EgressMode | 'none' {
    return modeOf(this.#settings);
  }

  /** What is in force, by family. The counts are of ports. */
  get enforced(): ReadonlyMap<Family, Enforced> {
    return this.#keepers.enforced;
  }

  /** Puts the rules in force, and removes rules that earlier settings have left. Never fails. */
  async start(): Promise<void> {
    this.#hasStarted = true;
    const {mode} = this;
    if (mode !== 'none' && this.#families.length === 0) {
      this.#surroundings.say('notice', dryRunText(this.#settings, mode, this.#uids()));
    }
    if (this.#goals.size > 0) {
      // Saved before the chain is made: after a crash between the two, an unknown chain would stay.
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
   * Lets a held connection through: its next SYN passes. Does nothing without `hold`, or for a connection of another
   * network namespace, where we have no rules. If too many connections are released already, this one is not, and the
   * caller may ask again. Resolves when the release is in force, or will be tried again.
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

  /** Ends a release: the connection is established, or has ended. A later one with the same ports is held again. */
  withdraw(connection: Connection): Promise<void> {
    const end = this.#goalOf(connection)?.withdraw(connection);
    return end === 'withdrawn' ? this.#batch.soon() : Promise.resolve();
  }

  /**
   * Notes that the watch has looked at the held connections. After the first look, `hold` ends by itself if the next
   * looks come too rarely (`isKeepingUp`).
   *
   * @param atMs by the monotonic clock
   */
  noteLook(atMs: number): void {
    this.#lastLookMs = atMs;
  }

  /** Looks again for rules that earlier settings have left: another tool may have restored them. */
  lookForLeftovers(): Promise<void> {
    return this.#cleaning.join();
  }

  /** Compares the rules with the kernel, and repairs them. */
  async check(): Promise<void> {
    if (this.#isStopped || this.#isAbandoned()) return;
    // The flood may be over. This reports the rest of its last minute.
    this.#reportOverflow();
    const uids = this.#uids();
    for (const goal of this.#goals.values()) goal.allow(uids);
    // Our own changes first, so that the check does not count them as repairs.
    await this.#enforce();
    await this.#keepers.check();
    await this.#cleaning.join();
  }

  /** Reads the kernel and changes nothing, for commands that show the state. */
  look(): Promise<void> {
    return this.#keepers.look();
  }

  /** Ends the hold, unless another run of the daemon follows: without a daemon nothing would release connections. */
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

  /** Whether the watch does not keep up. Then nothing releases connections, and the dead man's switch is not renewed. */
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
    // Other rules go only when ours are in force.
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
