/**
 * Notices clients that begin sessions although they are blocked (`blocks/effect.ts`). Looks at the process
 * while it lives. Before it believes a disproof it has the firewall checked: another program may just have
 * removed the rule.
 */
import {ClockSteps} from '../../base/clocks/clock-steps.js';
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import type {Say} from '../../base/say.js';
import {type Block, passes} from '../../blocks/block.js';
import {
  blocksAround,
  disproofOf,
  type EffectMargins,
  inForceSinceMs,
  SessionsHeard,
  type SessionSign,
} from '../../blocks/effect.js';
import {type EffectView, latelyMs, type Passages, type PassageWay} from '../../blocks/passage.js';
import type {Enforced} from '../../firewall/enforced.js';
import type {LogRecord} from '../../log/record.js';
import {sameHost} from '../../log/syslog.js';
import type {OnePerClient} from '../../mail/dialect.js';
import type {Evidence} from '../../mail/evidence.js';
import type {Address, Family} from '../../net/address.js';
import {passageText} from '../../report/effect-text.js';
import type {SessionProcess} from '../../sys/proc/session-process.js';
import {clocksNow, monotonicMs, sleptMs} from '../../sys/run/clock.js';

interface EffectSurroundings {
  readonly margins: EffectMargins;
  readonly blockOf: (network: string) => Block | undefined;
  readonly isExempt: (client: Address) => boolean;
  readonly enforced: () => ReadonlyMap<Family, Enforced>;
  /** Compares the firewall with the desired state. */
  readonly check: () => Promise<void>;
  /** When a line said that the process began to serve this client, ms since the epoch; undefined: none did. */
  readonly connectedMs: (record: LogRecord, client: Address) => number | undefined;
  readonly envelopeBegan: OnePerClient['envelopeBegan'];
  readonly processOf: (record: LogRecord) => SessionProcess | undefined;
  readonly ownHost: string;
  /** The ports at which clients are served here. */
  readonly ports: readonly number[];
  readonly now: () => number;
  readonly say: Say;
}

/** The shortest pause between two checks because of disproofs. Ms. */
const betweenChecksMs = 5000;
/** Disproofs that wait for a check. A count. */
const mostWaiting = 100;
/** Blocks whose bypasses are remembered. A count. */
const mostRemembered = 1000;
/** Sessions that have counted already. A count. */
const mostCounted = 10_000;

interface Disproof {
  readonly session: string;
  readonly client: string;
  readonly network: string;
  readonly beganMs: number;
  readonly way: PassageWay;
}

/** One family's firewall when it was last found in order. */
interface InOrder {
  readonly sinceMs: number;
  readonly repairs: number;
}

export class EffectWatch {
  readonly #around: EffectSurroundings;
  readonly #heard = new SessionsHeard();
  readonly #inOrder = new Map<Family, InOrder>();
  readonly #checks = new SingleFlight(() => this.#confirm());
  readonly #clockSteps = new ClockSteps(clocksNow(), sleptMs());
  #waiting: Disproof[] = [];
  readonly #counted = new BoundedMap<string, true>(mostCounted);
  readonly #byBlock = new BoundedMap<string, Passages>(mostRemembered);
  readonly #told = new Set<PassageWay>();
  #nextCheckMs = Number.NEGATIVE_INFINITY;
  #sessions = 0;
  #last: (Disproof & {readonly foundMs: number}) | undefined;

  constructor(around: EffectSurroundings) {
    this.#around = around;
  }

  /** Takes a client's sign, as this record says. */
  hear(record: LogRecord, evidence: Evidence): void {
    const {client, kind, proof, atMs} = evidence;
    // These concern mail or a process from long before, not a session that has just begun.
    if (kind === 'undeliverable' || kind === 'stuckSession') return;
    this.#heedClock();
    const session = `${record.host} ${record.pid}`;
    const heard = this.#heard.note({session, atMs});
    const familySinceMs = this.#inOrder.get(client.family)?.sinceMs;
    const block = familySinceMs === undefined ? undefined : this.#blockOf(client);
    if (familySinceMs === undefined || block === undefined || this.#counted.has(session)) return;
    const force = {sinceMs: inForceSinceMs(block, familySinceMs), untilMs: block.untilMs};
    // Most signs of a blocked client come from earlier sessions, for which no process needs to be looked at.
    if (heard.firstMs < force.sinceMs || this.#around.isExempt(client)) return;
    const process = this.#around.processOf(record);
    if (process === undefined && proof === 'kernel') return; // The process has just ended: the next line will do.
    const sign = this.#signOf(record, evidence, session, process);
    const beganMs = disproofOf(sign, heard, force, this.#around.margins);
    if (beganMs === undefined || this.#waiting.length >= mostWaiting) return;
    const way = this.#wayOf(record, process);
    this.#waiting.push({session, client: client.text, network: block.network, beganMs, way});
    this.look();
  }

  /**
   * Checks whether the firewall is in order, and whether waiting disproofs can be confirmed. Called each
   * second.
   */
  look(): void {
    this.#heedClock();
    for (const [family, each] of this.#around.enforced()) {
      const before = this.#inOrder.get(family);
      const isNow = each.failure === undefined && each.standing === each.wanted;
      if (!isNow || (before !== undefined && before.repairs !== each.repairs)) {
        this.#inOrder.delete(family);
      } else if (before === undefined) {
        this.#inOrder.set(family, {sinceMs: this.#around.now(), repairs: each.repairs});
      }
    }
    if (this.#waiting.length > 0 && monotonicMs() >= this.#nextCheckMs) void this.#checks.join();
  }

  get view(): EffectView {
    if (this.#last === undefined) return {kind: 'undisputed'};
    const {client, network, way, foundMs, beganMs} = this.#last;
    const kind = monotonicMs() - foundMs < latelyMs ? 'lately' : 'earlier';
    return {kind, sessions: this.#sessions, lastMs: beganMs, client, network, way};
  }

  passagesOf(network: string): Passages | undefined {
    return this.#byBlock.get(network);
  }

  /** Accepts no more; ends when what was begun is done. */
  async stop(): Promise<void> {
    this.#waiting = [];
    await this.#checks.settled();
  }

  /** Times before and after a clock change cannot be compared. */
  #heedClock(): void {
    if (this.#clockSteps.take(clocksNow(), sleptMs) === 0) return;
    this.#inOrder.clear();
    this.#waiting = [];
  }

  /** The block that keeps this client out; undefined: none does, or the block has an exception for it. */
  #blockOf(client: Address): Block | undefined {
    for (const block of blocksAround(client, this.#around.blockOf)) {
      if (!passes(client, block)) return block;
    }
    return undefined;
  }

  #signOf(
    record: LogRecord,
    {client, atMs, envelope}: Evidence,
    session: string,
    process: SessionProcess | undefined,
  ): SessionSign {
    const queueId = envelope?.split(' ').at(-1);
    const connectedMs = this.#around.connectedMs(record, client);
    // A process that began later than the line has the pid of one that has ended.
    const startedMs =
      process !== undefined && process.startedMs <= atMs + 1000 ? process.startedMs : undefined;
    const known = [startedMs, connectedMs].filter((ms) => ms !== undefined);
    return {
      ...{session, atMs},
      beganMs: known.length === 0 ? undefined : Math.min(...known),
      envelopeMs: queueId === undefined ? undefined : this.#around.envelopeBegan(record, queueId),
    };
  }

  #wayOf({host}: LogRecord, process: SessionProcess | undefined): PassageWay {
    const {ownHost, ports} = this.#around;
    if (process === undefined) {
      return host !== '' && !sameHost(host, ownHost) ? 'otherHost' : 'unknown';
    }
    if (process.network === 'other') return 'container';
    const {localPorts} = process;
    return localPorts.length > 0 && !localPorts.some((port) => ports.includes(port))
      ? 'otherPort'
      : 'unknown';
  }

  async #confirm(): Promise<void> {
    this.#nextCheckMs = monotonicMs() + betweenChecksMs;
    const [waiting, before] = [this.#waiting, new Map(this.#inOrder)];
    this.#waiting = [];
    await this.#around.check();
    const now = this.#around.enforced();
    for (const disproof of waiting) {
      const family = disproof.client.includes(':') ? 6 : 4;
      const [then, after] = [before.get(family), now.get(family)];
      const isInOrder = after?.failure === undefined && after?.standing === after?.wanted;
      if (isInOrder && then !== undefined && then.repairs === after?.repairs) this.#count(disproof);
    }
  }

  #count(disproof: Disproof): void {
    const {session, client, network, way, beganMs} = disproof;
    if (this.#counted.has(session)) return;
    this.#counted.set(session, true);
    this.#sessions += 1;
    this.#last = {...disproof, foundMs: monotonicMs()};
    const sessions = (this.#byBlock.get(network)?.sessions ?? 0) + 1;
    this.#byBlock.set(network, {sessions, lastMs: beganMs, way});
    if (this.#told.has(way)) return;
    this.#told.add(way);
    this.#around.say('error', passageText(client, network, way));
  }
}
