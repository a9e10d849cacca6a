/**
 * Carries out the guard's decisions in this order: the kernel, the log, the disk, the open sessions of
 * blocked clients. `wanted-blocks.ts` knows which blocks should be in force. Decides no block
 * (`guard/`) and no rule (`blocks/`). A daemon has one instance for as long as it runs; a command
 * without a daemon has one for its request.
 */
import {AtMostEvery} from '../../base/mechanisms/elapsed.js';
import {isTranslated, submissionsOf} from '../../blocks/chain/spec.js';
import {passes} from '../../blocks/block.js';
import {noteOf} from '../../blocks/noted.js';
import type {DropsBeside} from '../../blocks/beside.js';
import {Committer} from './committer.js';
import {type WantedParts, WantedBlocks} from './wanted-blocks.js';
import type {Unwanted} from '../../firewall/backend.js';
import type {Enforced} from '../../firewall/enforced.js';
import type {AtEnd} from '../../firewall/live/family-keepers.js';
import type {Guard} from '../../guard/guard.js';
import {mendFuture} from '../../guard/clock-mend.js';
import {endBlocks, liftExempt, liftSince} from '../../guard/lifting.js';
import type {Outcome} from '../../guard/outcome.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import type {Address, Family} from '../../net/address.js';
import type {Network} from '../../net/network.js';
import {clockSetText} from '../../report/clock-text.js';
import {Digest} from '../../report/digest.js';
import type {Exemptions} from '../../score/exempt.js';
import {gatePorts, seenKey, sessionPorts} from '../../sessions/served-ports.js';
import {Cutter, type CutterView, type Serving} from '../../sessions/live/cutter.js';
import {SessionCuts} from '../../sessions/live/session-cuts.js';
import type {NotesFile} from '../../sys/disk/notes-file.js';

export interface EnforcementParts extends WantedParts {
  readonly guard: Guard;
  readonly exemptions: () => Exemptions;
  /** Saves the state; throws if it cannot. */
  readonly commit: () => void;
  /**
   * What happens to unwanted rules, and to blocks whose time is over. `keep`: they stay until the log
   * has been caught up with (`caughtUp`), because its lines may renew them.
   */
  readonly unwanted: Unwanted;
  /** What happens to the open sessions of clients whose block is in force. */
  readonly sessions: 'cut' | 'leave';
  /** Notes blocks that are about to be made, and are not saved yet. Default: nothing is cut first. */
  readonly notes?: Pick<NotesFile, 'add'> | undefined;
  readonly onOutcomes?: (outcomes: readonly Outcome[]) => void;
}

/**
 * How often the check looks for what other backends left. Ms: a search runs seven programs. At each check that was
 * half of what an idle daemon costs. A leftover rule is rare, but it may keep an innocent out for so long.
 */
const othersSearchMs = 60_000;

export class Enforcement {
  readonly #parts: EnforcementParts;
  readonly #wanted: WantedBlocks;
  readonly #digest: Digest;
  readonly #committer: Committer;
  readonly #cuts: SessionCuts | undefined;
  readonly #othersSearch = new AtMostEvery(othersSearchMs);
  #unwanted: Unwanted;

  constructor(parts: EnforcementParts) {
    const {say} = parts;
    this.#parts = parts;
    this.#unwanted = parts.unwanted;
    this.#wanted = new WantedBlocks(parts, {
      onEnd: () => this.#endBlocks(),
      onClockSet: (stepMs) => {
        say('notice', clockSetText(stepMs));
        if (!this.isStopped) this.noteChange('counted');
      },
    });
    this.#digest = new Digest(say);
    this.#committer = new Committer(parts.commit, say);
    this.#cuts = parts.sessions === 'cut' ? this.#makeCuts() : undefined;
  }

  /** The clock by which blocks begin and end. Ms since the epoch. */
  now(): number {
    return this.#wanted.now();
  }

  /**
   * Puts the saved blocks into the kernel. Does not wait for the firewall.
   *
   * @param liftSinceMs blocks made on evidence since then are lifted instead; default: none
   */
  start(liftSinceMs = Number.POSITIVE_INFINITY): void {
    const {state} = this.#parts;
    const undone = liftSince(state, liftSinceMs, this.now());
    // The clock may have been set back while no daemon ran; a block of some seconds must still end in
    // some seconds.
    mendFuture(state, this.now());
    const lifted = [...undone, ...liftExempt(state, this.#parts.exemptions(), this.now())];
    const ended = this.#unwanted === 'remove' ? endBlocks(state, this.now()) : [];
    this.#tell([...lifted, ...ended]);
    // One by one: unwanted rules stay until the log has been caught up with.
    this.#wanted.follow(lifted);
    this.#wanted.renew();
    this.#wanted.noteChain();
    // Saved before anything is made, so that the next start knows the chain even after a crash.
    this.save();
    void this.#enforce().then(() => this.cutStanding());
  }

  /** The log has been caught up with: expired blocks end, and leftovers are removed. */
  caughtUp(): void {
    if (this.#unwanted === 'remove') return;
    this.#unwanted = 'remove';
    this.#tell(endBlocks(this.#parts.state, this.now()));
    this.#wanted.renew();
    void this.#enforce().then(() => this.#wanted.replaceOthers());
  }

  /**
   * Looks again for what other backends left: another tool may have restored it, or the variant of
   * iptables may have changed. Before the log has been caught up with this does nothing, because
   * `caughtUp` will do it.
   */
  lookForOthers(): Promise<void> {
    return this.#unwanted === 'remove' ? this.#wanted.replaceOthers() : Promise.resolve();
  }

  /** Whether the client logged in recently, so that its block does not hold at the submission ports. */
  letsPass(client: Address): boolean {
    return this.#wanted.passes.has(client);
  }

  /** Drops expired state, and logs what was counted since the last call. */
  sweep(): void {
    // Until the log has been caught up with, its lines may renew what seems to be over.
    if (this.#unwanted === 'remove') void this.carryOut(this.#parts.guard.sweep(this.now()));
    this.noteChange('counted');
    this.#digest.tell();
  }

  /**
   * Ends the process that was just shown to serve a client of new blocks, before it does anything else
   * about them: each answer to a guesser is one too many. `carryOut` must follow in the same turn.
   *
   * @returns `left`: the process is left to the search for sessions
   */
  cutFirst(outcomes: readonly Outcome[], shown: () => Serving | undefined): 'cut' | 'left' {
    const blocks = outcomes.flatMap((each) => (each.kind === 'block' ? each.block.network : []));
    if (blocks.length === 0 || this.isStopped || this.#parts.notes === undefined) return 'left';
    const serving = shown();
    return (serving && this.#cuts?.cutFirst(blocks, serving)) ?? 'left';
  }

  /** Ends when the decisions are in force, or will be retried. */
  async carryOut(outcomes: readonly Outcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    const blocked = this.#wanted.follow(outcomes);
    // A client that became exempt inside a blocked network now passes (`guard/lifting.ts`).
    if (outcomes.some((each) => each.kind === 'lifted' && each.why === 'exempt')) {
      this.#wanted.renew();
    }
    // The kernel comes before the log and the disk: each answer that a guesser still gets is one too
    // many.
    const changesFirewall = outcomes.some(({kind}) => kind === 'block' || kind === 'lifted');
    const enforced = changesFirewall ? this.#enforce() : undefined;
    this.#tell(outcomes);
    await enforced;
    this.#cuts?.cut(blocked);
  }

  /** Compares the firewall with the desired state, and repairs it. */
  async check(): Promise<void> {
    this.#wanted.renew();
    await this.#wanted.rules.check();
    // Only a search that can remove something begins the next minute.
    const mayRemove = this.#unwanted === 'remove' && this.#wanted.rules.isInOrder;
    if (mayRemove && this.#othersSearch.take(this.now())) await this.lookForOthers();
  }

  /** Reads the firewall and changes nothing: for a command that only asks. */
  async look(): Promise<void> {
    this.#wanted.renew();
    this.#wanted.stopTimer();
    await this.#wanted.rules.look();
  }

  /**
   * Cuts the sessions of clients whose block had to wait for the firewall, or whose rule was gone for a
   * while.
   */
  cutStanding(): void {
    const {config, state} = this.#parts;
    if (config.dryRun) return;
    this.#cuts?.cutStanding(() => [...state.blocks.values()].map(({network}) => network));
  }

  /** Saves the state now; if the disk refuses, it is tried again. */
  save(): 'saved' | 'failed' {
    this.#committer.now();
    return this.unsaved === undefined ? 'saved' : 'failed';
  }

  /** The state, or only the position in the log, has changed: it is saved soon. */
  noteChange(change: 'counted' | 'moved'): void {
    this.#committer.after(change);
  }

  /** Why the state could not be saved; undefined: it was. */
  get unsaved(): string | undefined {
    return this.#committer.failure;
  }

  /** The number of outcomes of each kind. */
  get outcomes(): Readonly<Record<string, number>> {
    return this.#digest.outcomes;
  }

  get enforced(): ReadonlyMap<Family, Enforced> {
    return this.#wanted.rules.enforced;
  }

  /** Whether the firewall holds everything decided for the network's family. */
  isEnforced(network: string): boolean {
    return this.#wanted.rules.isEnforced(network);
  }

  /** Rules that drop the network and are not blocks of ours; undefined: none known. */
  dropsBeside(network: Network, block: 'stands' | 'none'): Promise<DropsBeside | undefined> {
    return this.#wanted.dropsBeside(network, block);
  }

  /** The ports at which blocks hold, in ascending order. */
  get ports(): readonly number[] {
    return this.#wanted.ports;
  }

  get isStopped(): boolean {
    return this.#wanted.isStopped;
  }

  /** From now on nothing more is enforced, and no session is ended. */
  async halt(): Promise<void> {
    this.#wanted.halt();
    await this.#cuts?.stop();
  }

  /** Leaves our rules in the kernel or removes them, logs what was counted, and saves. */
  async stop(firewall: AtEnd): Promise<'left' | 'removed' | 'failed'> {
    await this.halt();
    const end = await this.#wanted.rules.stop(firewall);
    this.#digest.tell();
    this.save();
    this.#committer.stop();
    return end;
  }

  #makeCuts(): SessionCuts {
    const {config, state, exemptions, say} = this.#parts;
    const {ports: guarded, passes: passList} = this.#wanted;
    const all = [...guarded, ...gatePorts(config)];
    const relay = all.filter((port) => !submissionsOf(guarded).includes(port));
    const view: CutterView = {
      stands: (network) => (state.blocks.get(network)?.untilMs ?? 0) > this.now(),
      passes: (client, network) => passes(client, state.blocks.get(network) ?? {}),
      isExempt: (client) => exemptions().of(client) !== undefined,
      isServedAt: (client, port) => !relay.includes(port) && passList.has(client),
      isRelayPort: (port) => relay.includes(port),
      save: () => this.save(),
      note: (networks) => this.#note(networks),
      say,
    };
    // The mailer can listen at ports other than those that clients call only if packets are translated.
    const seen = isTranslated(this.#wanted.spec) ? state.mailerPorts.get(seenKey) : [];
    const ports = sessionPorts(all, seen);
    const cutter = new Cutter({...config, ports}, view, sendmail);
    return new SessionCuts(cutter, this.#wanted.rules);
  }

  #note(networks: readonly string[]): void {
    const {state, notes} = this.#parts;
    const blocks = networks.flatMap((network) => state.blocks.get(network) ?? []);
    notes?.add(blocks.map(noteOf).join(''));
  }

  #tell(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) this.#digest.hear(outcome, this.now());
    this.#parts.onOutcomes?.(outcomes);
    this.noteChange('counted');
  }

  #enforce(): Promise<void> {
    return this.#wanted.enforce(this.#unwanted);
  }

  #endBlocks(): void {
    if (this.#unwanted === 'keep') return;
    void this.carryOut(endBlocks(this.#parts.state, this.now()));
    this.#wanted.expectEnd();
  }
}
