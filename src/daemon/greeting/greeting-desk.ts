/**
 * The daemon's side of the greeting: receives the gate's reports and the early talk that the kernel
 * saw, keeps the list of clients that never wait, and updates the rules that lead clients to the
 * gate (`greeting/way.ts`). The judge decides what an act weighs, `greeting/passed.ts` how long a
 * client passes. Blocks no client by itself.
 *
 * A block of a client ends its pass: a client that waited like a mailer and then guessed waits
 * again when the block is over.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {MessageAnswer} from '../../control/protocol.js';
import {GreetedClients} from '../../greeting/greeted.js';
import {Passed} from '../../greeting/passed.js';
import type {GateReport, GateVisit} from '../../greeting/report.js';
import {Tally} from '../../greeting/tally.js';
import type {GreetingView, WaitingView} from '../../greeting/view.js';
import type {GateWay} from '../../greeting/way.js';
import type {Guard} from '../../guard/guard.js';
import type {Outcome} from '../../guard/outcome.js';
import type {State} from '../../guard/state.js';
import {isVerified, type Proof} from '../../mail/evidence.js';
import {type Address, parseAddress} from '../../net/address.js';
import type {Exemptions} from '../../score/exempt.js';
import {programsAtPort} from '../../sys/proc/sockets/port-programs.js';
import {GatePort} from './gate-port.js';
import {NeverWaiting} from './never-waiting.js';

interface GreetingParts {
  readonly config: Pick<Config, 'greeting' | 'greetingPassed' | 'greetingPort' | 'attribution'>;
  readonly state: State;
  readonly guard: Pick<Guard, 'spokeEarly' | 'known'>;
  readonly exemptions: () => Exemptions;
  readonly way: GateWay;
  readonly say: Say;
  /** Default: looks at this machine. */
  readonly programsAtPort?: typeof programsAtPort;
  /** The time by which blocks begin and end. Ms since the epoch. */
  readonly now: () => number;
  /** Enforces decisions. */
  readonly carryOut: (outcomes: readonly Outcome[]) => Promise<void>;
}

/**
 * How often the kernel's observations are fetched. Ms: a client that talks early has not asked for
 * anything yet.
 */
const lookMs = 2000;

export class GreetingDesk {
  readonly #parts: GreetingParts;
  readonly #tally = new Tally();
  readonly #passed: Passed;
  readonly #greeted: GreetedClients;
  readonly #never: NeverWaiting;
  readonly #gatePort: GatePort;
  readonly #troubles: Troubles;
  readonly #looking = new SingleFlight(() => this.#look());
  /** Ends when the rules are in force. */
  #beginning: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #seenEarly = 0;

  constructor(parts: GreetingParts) {
    const {state, config, say} = parts;
    this.#parts = parts;
    this.#passed = new Passed(state.passed, config.greetingPassed);
    this.#greeted = new GreetedClients(state.greeted);
    this.#never = new NeverWaiting(parts);
    this.#troubles = new Troubles(say);
    const find = parts.programsAtPort ?? programsAtPort;
    this.#gatePort = new GatePort(config.greetingPort, parts.way, this.#troubles, find);
  }

  /** Clients that passed before the daemon ended pass again. */
  start(): void {
    const {way, config} = this.#parts;
    // With "off", what an earlier setting left must still be removed.
    if (config.greeting === 'off') return void way.start();
    for (const [client, untilMs] of this.#passed.standing(this.#parts.now())) {
      way.pass(client, untilMs);
    }
    this.#never.refresh('all');
    this.#beginning = this.#begin();
    this.#timer = setInterval(() => void this.#looking.join(), lookMs);
  }

  /** Looks first: a rule at the port of another program would keep that program's clients out. */
  async #begin(): Promise<void> {
    if (isGated(this.#parts.config)) await this.#gatePort.look();
    await this.#parts.way.start();
  }

  async stop(end: 'left' | 'removed'): Promise<'left' | 'removed' | 'failed'> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#beginning;
    await this.#looking.settled();
    return this.#parts.way.stop(end);
  }

  async check(): Promise<void> {
    if (this.#parts.config.greeting !== 'off') this.#passed.sweep(this.#parts.now());
    await this.#parts.way.check();
  }

  /** Looks again for what other settings, or other tools, left. */
  lookForLeftovers(): Promise<void> {
    return this.#parts.way.lookForLeftovers();
  }

  /** The whitelist or the machine's addresses have changed. */
  exemptionsChanged(): void {
    if (this.#timer !== undefined) this.#never.refresh('all');
  }

  /** Takes a report of the gate. */
  greet(report: GateReport): MessageAnswer {
    const {greeting: mode, greetingPort: port} = this.#parts.config;
    if (!isGated({greeting: mode})) {
      return refused(`greeting is "${mode}": no client is led to a gate`);
    }
    if (report.port !== port) {
      const why = `the gate listens at port ${report.port}, expected greeting_port, which is ${port}: start the gate anew`;
      this.#troubles.begin('port', `greeting: ${why}; nobody is led to it`);
      return refused(why);
    }
    this.#troubles.end('port', 'greeting: the gate listens where clients are led to');
    this.#gatePort.heard();
    const nowMs = this.#parts.now();
    for (const visit of this.#tally.take(report, nowMs)) this.#visited(visit, nowMs);
    if (report.state === 'takes') this.#parts.way.renew();
    if (report.state === 'ends') this.#parts.way.gateEnds();
    return {kind: 'done', message: 'taken'};
  }

  /** Takes what was decided: delivered mail prolongs a pass, a block ends it. */
  hear(outcomes: readonly Outcome[]): void {
    if (this.#passed.size === 0) return;
    for (const outcome of outcomes) {
      if (outcome.kind === 'delivered') this.#delivered(outcome);
      if (outcome.kind === 'block') this.#end(outcome.block.network);
    }
  }

  get view(): GreetingView {
    const {config, way} = this.#parts;
    const {gate, fates, waits} = this.#tally;
    return {
      mode: config.greeting,
      gate,
      taken: this.#gatePort.taken,
      fates,
      seenEarly: this.#seenEarly,
      waits,
      passed: this.#passed.size,
      exempt: this.#never.size,
      ...(way.unruled() > 0 && {unruled: way.unruled()}),
      rules: [...way.standing()].map(([family, state]) => ({family, state})),
    };
  }

  get waiting(): WaitingView {
    return this.#tally.waiting;
  }

  /** Ignores a visit whose address cannot be parsed. */
  #visited({fate, client: text, atMs: saidMs, said}: GateVisit, nowMs: number): void {
    const address = parseAddress(text);
    if (address === undefined) return;
    const atMs = Math.min(saidMs, nowMs);
    const client = this.#textOf(address);
    switch (fate) {
      case 'handed':
      case 'unwaited':
        this.#pass(client, this.#passed.note(client, passOf[fate], atMs));
        return;
      case 'early':
        this.#early(address, atMs);
        if (said !== undefined) this.#greeted.heard(client, said);
        return;
      case 'left':
        this.#greeted.left(client, atMs);
        return;
      case 'refused':
    }
  }

  #early(client: Address, atMs: number): void {
    const {guard, exemptions, now, carryOut} = this.#parts;
    void carryOut(guard.spokeEarly(client, atMs, now(), exemptions()));
  }

  #delivered({client, proof, atMs}: Extract<Outcome, {kind: 'delivered'}>): void {
    if (client === undefined || !this.#suffices(proof)) return;
    const text = this.#textOf(client);
    this.#pass(text, this.#passed.delivered(text, Math.min(atMs, this.#parts.now())));
  }

  /** Whether the proof is good enough; credit needs the same. */
  #suffices(proof: Proof): boolean {
    return this.#parts.config.attribution === 'any' || isVerified(proof);
  }

  #pass(client: string, untilMs: number | undefined): void {
    if (untilMs !== undefined) this.#parts.way.pass(client, untilMs);
  }

  #end(client: string): void {
    if (this.#passed.end(client) === 'ended') this.#parts.way.end(client);
  }

  #textOf(client: Address): string {
    return this.#parts.guard.known.textOf(client);
  }

  async #look(): Promise<void> {
    this.#never.refresh('due');
    if (isGated(this.#parts.config)) await this.#gatePort.look();
    const early = await this.#parts.way.early().catch(() => []);
    const nowMs = this.#parts.now();
    for (const text of early) {
      const client = parseAddress(text);
      if (client === undefined) continue;
      this.#seenEarly += 1;
      this.#early(client, nowMs);
    }
  }
}

const isGated = ({greeting}: Pick<Config, 'greeting'>): boolean =>
  greeting === 'gate' || greeting === 'strict';

const passOf = {handed: 'waited', unwaited: 'unwaited'} as const;

const refused = (message: string): MessageAnswer => ({kind: 'refused', message});
