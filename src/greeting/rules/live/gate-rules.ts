/**
 * Keeps the way to the gate in the firewall of both families as the settings demand, and asks the
 * kernel which clients spoke too early. Others decide which clients have a pass or are exempt, and
 * note when the gate last reported.
 */
import {Troubles} from '../../../base/mechanisms/troubles.js';
import {SingleFlight} from '../../../base/mechanisms/single-flight.js';
import type {Config} from '../../../config/schema.js';
import type {Variant} from '../../../firewall/iptables-calls.js';
import {type AnyKeeper, FamilyKeepers} from '../../../firewall/live/family-keepers.js';
import {Keeper, type KeeperTools, type KeeperWords} from '../../../firewall/live/keeper.js';
import type {Family} from '../../../net/address.js';
import {parseNetwork} from '../../../net/network.js';
import {Batch} from '../../../outgoing/egress/live/batch.js';
import {nowMs} from '../../../sys/run/clock.js';
import {gateChainsBackend} from '../chains.js';
import {GateIntent} from '../intent.js';
import {gateTableBackend} from '../nftables.js';
import {gateMode, type GateMode, mostKnown, mostKnownRules, unruledOf} from '../spec.js';
import type {GateWay} from '../../way.js';
import {takeEarly} from './early-talkers.js';
import {type GateFormer, gateLeftovers, removeGate} from './leftovers.js';

export type GateSettings = Pick<Config, 'backend' | 'hookPlace' | 'greeting' | 'greetingPort'>;

interface GateSurroundings extends KeeperTools {
  readonly former: GateFormer;
  /** Saves `former`; called before the first rule is made. */
  readonly save: () => void;
  /** The other of the two programs called iptables, if it may hold rules. */
  readonly otherVariant: () => Promise<Variant | undefined>;
}

const words: KeeperWords = {part: 'greeting', waiting: () => 'trying again'};

const noSets =
  'greeting: the backend iptables has no sets: who speaks before the greeting is seen in the log only; backend = "ipset" or "nftables" sees it in the kernel, too';

const full = `greeting: more than ${mostKnown} clients have passed or are exempt: further ones wait again`;

const cut = `greeting: more than ${mostKnownRules} clients have passed or are exempt, and the backend iptables makes no more rules for them: the others wait, also exempt ones; backend = "nftables" or "ipset" has room for all`;

export class GateRules implements GateWay {
  readonly #settings: GateSettings;
  readonly #surroundings: GateSurroundings;
  readonly #families: readonly Family[];
  readonly #goals: ReadonlyMap<Family, GateIntent>;
  readonly #keepers: FamilyKeepers;
  readonly #troubles: Troubles;
  readonly #batch = new Batch(() => this.#enforce());
  readonly #cleaning = new SingleFlight(() => this.#tryLeftovers());
  /** Before `start` no rule is made: another program may have the gate's port. */
  #phase: 'waits' | 'works' | 'stopped' = 'waits';

  /** @param families none in a dry run: then the firewall is not touched */
  constructor(settings: GateSettings, families: readonly Family[], surroundings: GateSurroundings) {
    this.#settings = settings;
    this.#families = families;
    this.#surroundings = surroundings;
    this.#troubles = new Troubles(surroundings.say);
    const mode = this.#mode;
    const goals = mode === 'off' ? [] : families.map((family) => goalOf(settings, family, mode));
    this.#goals = new Map(goals);
    const keepers = goals.map(
      ([family, goal]) => [family, makeKeeper(settings, family, goal, surroundings)] as const,
    );
    this.#keepers = new FamilyKeepers(new Map(keepers), surroundings);
  }

  async start(): Promise<void> {
    if (this.#phase === 'stopped') return;
    this.#phase = 'works';
    const {former, save, say} = this.#surroundings;
    if (this.#settings.backend === 'iptables' && this.#settings.greeting !== 'off') {
      say('notice', noSets);
    }
    if (this.#goals.size > 0) {
      // Saved before the first rule is made: after a crash between the two, unknown rules would stay.
      former.note();
      save();
      await this.#enforce();
    }
    await this.#cleaning.join();
  }

  renew(): void {
    if (this.#mode !== 'gate') return;
    for (const goal of this.#goals.values()) goal.renew(nowMs());
    this.#soon();
  }

  gateEnds(): void {
    for (const goal of this.#goals.values()) goal.gateEnds();
    this.#soon();
  }

  pass(client: string, untilMs: number): void {
    const goal = this.#goalOf(client);
    if (goal?.pass(client, untilMs) === 'full') this.#troubles.begin('full', full, 'warning');
    this.#soon();
  }

  end(client: string): void {
    this.#goalOf(client)?.end(client);
    this.#soon();
  }

  exempt(networks: ReadonlySet<string>): void {
    for (const goal of this.#goals.values()) {
      if (goal.exemptOnly(networks) > 0) this.#troubles.begin('full', full, 'warning');
    }
    this.#tellCut();
    this.#soon();
  }

  atPort(whose: 'ours' | 'others'): void {
    for (const goal of this.#goals.values()) goal.atPort(whose);
    this.#soon();
  }

  async early(): Promise<readonly string[]> {
    const {backend} = this.#settings;
    if (this.#phase !== 'works' || backend === 'iptables') return [];
    const clients: string[] = [];
    for (const family of this.#goals.keys()) {
      const tool = backend === 'nftables' ? 'nft' : 'ipset';
      const read = await takeEarly(tool, family, this.#surroundings.run);
      const topic = `early ${family}`;
      if (read.kind === 'clients') {
        clients.push(...read.clients);
        this.#troubles.end(topic);
      } else {
        const what = `greeting: who spoke too early (IPv${family}) is not known: ${read.why}`;
        this.#troubles.begin(topic, `${what} (trying again)`, 'warning');
      }
    }
    return clients;
  }

  async check(): Promise<void> {
    if (this.#phase !== 'works') return;
    for (const goal of this.#goals.values()) goal.forgetEnded(nowMs());
    this.#tellCut();
    // Our own changes first, so that the check does not count them as repairs.
    await this.#enforce();
    await this.#keepers.check();
    await this.#cleaning.join();
  }

  lookForLeftovers(): Promise<void> {
    return this.#cleaning.join();
  }

  standing(): ReadonlyMap<Family, 'stands' | 'missing' | 'off'> {
    const {enforced} = this.#keepers;
    return new Map(
      this.#families.map((family) => {
        const stands = enforced.get(family);
        if (stands === undefined) return [family, 'off'];
        const isWhole = stands.standing === stands.wanted && stands.failure === undefined;
        return [family, isWhole ? 'stands' : 'missing'];
      }),
    );
  }

  unruled(): number {
    if (this.#settings.backend !== 'iptables' || this.#mode !== 'gate') return 0;
    return [...this.#goals.values()].reduce((sum, goal) => sum + unruledOf(goal), 0);
  }

  /** `left`: the rules stay, and the kernel ends the redirection after `aliveSeconds`. */
  async stop(end: 'left' | 'removed'): Promise<'left' | 'removed' | 'failed'> {
    this.#phase = 'stopped';
    await this.#keepers.stop('leave');
    await this.#cleaning.settled();
    if (end === 'left') return 'left';
    const {run, say, former, otherVariant} = this.#surroundings;
    if (this.#families.length === 0 || !former.mayStand()) return 'removed';
    const variant = await otherVariant();
    const failures = await removeGate(this.#settings, this.#families, variant, {
      run,
      // The removal is expected here, so its notices are not logged.
      say: (level, message) => (level === 'notice' ? undefined : say(level, message)),
    });
    for (const failure of failures) say('error', failure);
    return failures.length === 0 ? 'removed' : 'failed';
  }

  /** The backend `iptables` has no sets, and cannot observe. */
  get #mode(): GateMode | 'off' {
    const mode = gateMode(this.#settings);
    return mode === 'observe' && this.#settings.backend === 'iptables' ? 'off' : mode;
  }

  #goalOf(client: string): GateIntent | undefined {
    const network = parseNetwork(client);
    return network && this.#goals.get(network.family);
  }

  #tellCut(): void {
    if (this.unruled() > 0) this.#troubles.begin('cut', cut, 'warning');
    else this.#troubles.end('cut', 'greeting: each known client has a rule again');
  }

  #soon(): void {
    if (this.#mode === 'gate' && this.#phase === 'works') void this.#batch.soon();
  }

  async #enforce(): Promise<void> {
    if (this.#phase === 'works') await this.#keepers.enforce('remove');
  }

  async #tryLeftovers(): Promise<void> {
    const {former, otherVariant} = this.#surroundings;
    if (this.#families.length === 0 || !former.mayStand()) return;
    // Other rules go only when ours are in force.
    if (!this.#keepers.isInOrder) return;
    const place = {...this.#settings, mode: this.#mode, families: this.#families};
    this.#keepers.expectLeftovers(gateLeftovers(place, await otherVariant()));
    await this.#keepers.removeLeftovers();
  }
}

const goalOf = ({greetingPort}: GateSettings, family: Family, mode: GateMode) =>
  [family, new GateIntent(family, mode, greetingPort)] as const;

function makeKeeper(
  {backend, hookPlace}: GateSettings,
  family: Family,
  goal: GateIntent,
  tools: KeeperTools,
): AnyKeeper {
  const task = {family, goal, words};
  if (backend === 'nftables')
    return new Keeper({...task, backend: gateTableBackend(family)}, tools);
  const carrier = backend === 'ipset' ? 'sets' : 'rules';
  return new Keeper({...task, backend: gateChainsBackend(family, carrier, hookPlace)}, tools);
}
