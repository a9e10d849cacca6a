/**
 * The pipeline, from a log line to the blocks that the firewall should hold:
 *
 *     Line ─syslog─▶ LogRecord ─dialect──▶ MailEvent ─sessions─▶ Evidence ─exempt─▶ Judge
 *                                              ▲                                      │
 *                                 the kernel's answer (`Ask`)    BlockVerdict ─▶ Block ─▶ State
 *
 * `joining.ts` does everything up to the evidence. Pure: it reads no clock, and returns what it decides. `run`
 * and `replay` both use it, and parse the frames of the lines before.
 */
import {AtMostEvery} from '../base/mechanisms/elapsed.js';
import {type Block, isCovered} from '../blocks/block.js';
import {mendFuture} from './clock-mend.js';
import {endBlocks, liftLate} from './lifting.js';
import type {Outcome, ReadRecord} from './outcome.js';
import {type Ask, askNobody, type Joined, Joining} from './joining.js';
import {Logins} from './logins.js';
import {Sentences} from './sentences.js';
import type {GuardSettings} from './settings.js';
import type {State} from './state.js';
import {Judge} from '../judge/judge.js';
import {judgedBy, knownBy} from '../judge/shown.js';
import type {BlockVerdict} from '../judge/verdict.js';
import type {Judged, KnownClients} from '../judge/view.js';
import {GreetedClients} from '../greeting/greeted.js';
import type {LogRecord} from '../log/record.js';
import {type Evidence, isVerified, type Proof} from '../mail/evidence.js';
import type {Delivery, EndedEnvelope, JoinOutcome, SessionView} from '../mail/join-outcome.js';
import type {Address} from '../net/address.js';
import type {Exemptions} from '../score/exempt.js';
import {stuckEvidence, type Stuck, stuckSinceMs} from '../sessions/reap.js';

/** How long before the relay lost its users a block is already suspect. Ms: 15 minutes. */
const lateMs = 15 * 60_000;

/** How often the log repeats that judging is suspended. Ms. */
const lossReminderMs = 10 * 60_000;

/** When something happened, for a block that follows from it. Ms since the epoch. */
interface Moment {
  /** When the client became known, which may be long after the sign: no block begins earlier. */
  readonly knownMs: number;
  readonly nowMs: number;
}

/** Nearly always nothing follows; spreading empty lists takes longer than judging. */
function followedBy(first: Outcome, ...rest: readonly (readonly Outcome[])[]): Outcome[] {
  const all = [first];
  for (const outcomes of rest) for (const outcome of outcomes) all.push(outcome);
  return all;
}

export class Guard {
  /** What the judge knows about clients, for people. */
  readonly judged: Judged;
  readonly known: KnownClients;
  readonly #settings: GuardSettings;
  readonly #state: State;
  readonly #joining: Joining;
  readonly #judge: Judge;
  readonly #sentences: Sentences;
  readonly #logins: Logins;
  /** What the log last said about the wave; undefined: nothing since the start. */
  #waveReported: 'on' | 'off' | undefined;
  readonly #lossReminder = new AtMostEvery(lossReminderMs);
  #piecesTold = 0;
  /** The exemptions for the latest line. */
  #exemptions: Exemptions | undefined;

  /** @param joining whose events are judged; default: one of its own */
  constructor(settings: GuardSettings, state: State, joining = new Joining(settings, state)) {
    [this.#settings, this.#state, this.#joining] = [settings, state, joining];
    this.#judge = new Judge(settings.policy, state);
    [this.judged, this.known] = [judgedBy(this.#judge), knownBy(this.#judge)];
    this.#sentences = new Sentences(settings, state, this.#judge);
    this.#logins = new Logins(state.submitters);
  }

  /**
   * @param nowMs not before the line was written: the clock, or for an old log the time of its last change; no
   *   block begins later
   */
  take(line: LogRecord, nowMs: number, exemptions: Exemptions, ask: Ask): Outcome[] {
    const reading = this.read(line);
    return reading.kind === 'ignored' ? [] : this.follow(reading, nowMs, exemptions, ask);
  }

  /** Parses a record; if it does not matter, says why. Each record is read once, in order. */
  read(line: LogRecord): ReadRecord {
    return this.#joining.read(line);
  }

  /** Judges a record that was read. */
  follow(
    reading: Extract<ReadRecord, {kind: 'event'}>,
    nowMs: number,
    exemptions: Exemptions,
    ask: Ask,
  ): Outcome[] {
    return this.judge(this.#joining.join(reading, nowMs, ask), nowMs, exemptions);
  }

  /** Judges what was joined. */
  judge({event, record, outcomes}: Joined, nowMs: number, exemptions: Exemptions): Outcome[] {
    if (event.kind === 'noCommands') this.#left(event.client, record.atMs);
    this.see(exemptions);
    if (outcomes.length === 0) return [];
    const moment = {knownMs: record.atMs, nowMs};
    // Mostly there is one outcome; then no array is built.
    if (outcomes.length === 1) return this.#follow(outcomes[0]!, moment, exemptions);
    const all: Outcome[] = [];
    for (const outcome of outcomes) {
      for (const one of this.#follow(outcome, moment, exemptions)) all.push(one);
    }
    return all;
  }

  #follow(outcome: JoinOutcome, moment: Moment, exemptions: Exemptions): Outcome[] {
    switch (outcome.kind) {
      case 'evidence':
        return this.#weigh(outcome.evidence, moment, exemptions);
      case 'envelopeEnded':
        return followedBy(outcome, this.#ended(outcome, moment, exemptions));
      case 'delivered':
        return followedBy(outcome, this.#delivered(outcome, exemptions));
      case 'loggedIn':
        this.#loggedIn(outcome);
        return [];
      case 'dispute':
        if (outcome.envelope !== undefined) this.#judge.disputed(outcome.envelope);
        return [outcome];
      case 'unheeded':
      case 'unresolved':
        return [outcome];
    }
  }

  /** A login needs the same proof as a sign, because it opens the submission ports (`blocks/passes.ts`). */
  #loggedIn({client, proof, atMs}: Extract<JoinOutcome, {kind: 'loggedIn'}>): void {
    if (this.#suffices(proof)) this.#logins.note(this.#judge.textOf(client), atMs);
  }

  /** An envelope was silent for so long that it counts as ended, although no line says so. */
  #silent(outcome: JoinOutcome, nowMs: number): Outcome[] {
    if (outcome.kind === 'unresolved') return [outcome];
    if (outcome.kind !== 'envelopeEnded' || this.#exemptions === undefined) return [];
    const moment = {knownMs: outcome.atMs, nowMs};
    return [outcome, ...this.#ended(outcome, moment, this.#exemptions)];
  }

  /** Takes over the present exemptions, and which networks are ours. */
  see(exemptions: Exemptions): void {
    this.#exemptions = exemptions;
    this.#judge.scope.ours(exemptions.isOurs);
  }

  /**
   * Learns from an old log which clients delivered mail to which names. Ignores all signs, which may be weeks
   * old.
   *
   * @returns how many recipients took mail. A count
   */
  learn(line: LogRecord, nowMs: number, exemptions: Exemptions): number {
    const reading = this.read(line);
    if (reading.kind === 'ignored') return 0;
    this.see(exemptions);
    const joined = this.#joining.join(reading, nowMs, askNobody).outcomes;
    const delivered = joined.filter((outcome) => outcome.kind === 'delivered');
    for (const delivery of delivered) this.#delivered(delivery, exemptions);
    return delivered.length;
  }

  /** The old logs have been read: drops the envelopes that they left open. */
  hasLearnt(nowMs: number): void {
    this.#joining.forgetSilent(nowMs);
  }

  /**
   * The kernel or the gate has seen a client talk before the greeting.
   *
   * @param atMs when the client did so
   */
  spokeEarly(client: Address, atMs: number, nowMs: number, exemptions: Exemptions): Outcome[] {
    this.see(exemptions);
    const at = Math.min(atMs, nowMs);
    const evidence = {kind: 'pregreet', client, subject: '', atMs: at, proof: 'kernel'} as const;
    return this.#weigh(evidence, {knownMs: at, nowMs}, exemptions);
  }

  /** The client connected and left without a command: shown to people, and never held against it. */
  #left(client: Address | undefined, atMs: number): void {
    const {greeted} = this.#state;
    if (client === undefined || this.#settings.policy.earlyTalk === 'once') return;
    new GreetedClients(greeted).left(this.#judge.textOf(client), atMs);
  }

  #weigh(said: Evidence, moment: Moment, exemptions: Exemptions): Outcome[] {
    const {client, atMs, proof} = said;
    const evidence = this.#logins.withSubmitter(this.#judge.textOf(client), said);
    const exemption = exemptions.of(client);
    if (exemption !== undefined) return [{kind: 'exempt', evidence, exemption}];
    if (!this.#suffices(proof)) return [{kind: 'unproven', evidence}];
    // What came during a block, an operator's too, does not count again.
    const standing = this.#state.blocks.get(this.#judge.textOf(client));
    if (standing !== undefined && atMs < standing.untilMs) return [{kind: 'paid', evidence}];
    const {as, counted, score, row, verdicts, listLoss} = this.#judge.hear(evidence, moment.nowMs);
    if (as === 'paid') return [{kind: 'paid', evidence}];
    const outcome: Outcome = {kind: 'counted', evidence, score, weight: counted, row};
    const lost = listLoss === 'began' ? this.#lostList(atMs, moment.nowMs) : [];
    const wave = this.#waveChange(atMs);
    const blocks = this.#punish(verdicts, proof, atMs, moment, exemptions);
    return followedBy(outcome, lost, wave, blocks);
  }

  /** The envelope is complete, so what was refused in it can be judged. */
  #ended(ended: EndedEnvelope, moment: Moment, exemptions: Exemptions): Outcome[] {
    const {client, proof, atMs} = ended;
    if (exemptions.of(client) !== undefined || !this.#suffices(proof)) return [];
    const {nowMs} = moment;
    const verdicts = this.#judge.envelopeEnded(atMs <= nowMs ? ended : {...ended, atMs: nowMs});
    const wave = this.#waveChange(atMs);
    const blocks = this.#punish(verdicts, proof, atMs, moment, exemptions);
    return wave.length === 0 ? blocks : [...wave, ...blocks];
  }

  /** Credit needs the same proof as blame. */
  #delivered(delivery: Delivery, exemptions: Exemptions): Outcome[] {
    if (!this.#suffices(delivery.proof)) return [];
    const {client} = delivery;
    const isExempt = client !== undefined && exemptions.of(client) !== undefined;
    const loss = this.#judge.listLoss.view();
    const now = this.#judge.delivered(isExempt ? {...delivery, client: undefined} : delivery);
    if (now === 'same' || loss.kind === 'off') return [];
    return [{kind: 'listBack', sinceMs: loss.sinceMs, why: 'itself'}];
  }

  #suffices(proof: Proof): boolean {
    return this.#settings.attribution === 'any' || isVerified(proof);
  }

  /** Suspends judging, and lifts recent blocks: they may come from requests for lost users. */
  #lostList(atMs: number, nowMs: number): Outcome[] {
    const lifted = liftLate(this.#state, atMs - lateMs, nowMs);
    this.#lossReminder.take(nowMs);
    return [...lifted, ...this.#loss('now')];
  }

  #waveChange(atMs: number): Outcome[] {
    const now = this.#judge.wave.isOn(atMs) ? 'on' : 'off';
    const before = this.#waveReported ?? 'off';
    this.#waveReported = now;
    return now === before ? [] : [{kind: 'wave', now}];
  }

  #loss(when: 'now' | 'still'): Outcome[] {
    const {kind, ...loss} = {sinceMs: 0, names: 0, networks: 0, ...this.#judge.listLoss.view()};
    return kind === 'off' ? [] : [{kind: 'listLost', when, ...loss}];
  }

  #punish(
    verdicts: readonly BlockVerdict[],
    proof: Proof,
    atMs: number,
    {knownMs, nowMs}: Moment,
    exemptions: Exemptions,
  ): Outcome[] {
    if (verdicts.length === 0) return [];
    const fromMs = Math.min(Math.max(atMs, knownMs), nowMs);
    return this.#sentences.of(verdicts, proof, {fromMs, nowMs}, exemptions);
  }

  /** Sets a block, or replaces it. The caller has checked exemptions and refusals. */
  block(block: Block, repeat: number): Outcome {
    return this.#sentences.block(block, repeat);
  }

  /** A block that an earlier run made and could not save: its evidence is used up. */
  noted(block: Block): void {
    this.#sentences.noted(block);
  }

  /**
   * The reaper has ended a process. That counts against the client, unless the client could not answer because
   * of our block.
   */
  reaped(stuck: Stuck, nowMs: number, exemptions: Exemptions): Outcome[] {
    const outcome: Outcome = {kind: 'reaped', stuck};
    const evidence = stuckEvidence(stuck, nowMs);
    if (evidence === undefined) return [outcome];
    this.see(exemptions);
    const {blocks} = this.#state;
    const {client} = evidence;
    const blockedUntilMs = this.#judge.blockedUntilMs(client);
    const isOurs =
      blockedUntilMs > stuckSinceMs(stuck, nowMs) || isCovered(client, blocks.values());
    const moment = {knownMs: nowMs, nowMs};
    return isOurs ? [outcome] : [outcome, ...this.#weigh(evidence, moment, exemptions)];
  }

  /** What is known about the event's envelope, for people. */
  session(reading: Extract<ReadRecord, {kind: 'event'}>): SessionView | undefined {
    return this.#joining.session(reading);
  }

  /** What follows from time alone: blocks end, clients and sessions are forgotten. */
  sweep(nowMs: number): Outcome[] {
    return this.sweepAfter(this.#joining.forgetSilent(nowMs), nowMs);
  }

  /** @param over envelopes that the joining has given up */
  sweepAfter(over: readonly JoinOutcome[], nowMs: number): Outcome[] {
    mendFuture(this.#state, nowMs);
    this.#logins.sweep(nowMs);
    // Before clients are forgotten, because the end of a replay forgets all of them.
    const silent = over.flatMap((outcome) => this.#silent(outcome, nowMs));
    const loss = this.#judge.listLoss.view();
    const hasEnded = this.#judge.sweep(nowMs) === 'ended' && loss.kind === 'on';
    const back: Outcome[] = hasEnded
      ? [{kind: 'listBack', sinceMs: loss.sinceMs, why: 'itself'}]
      : [];
    const isDue = this.#judge.listLoss.view().kind === 'on' && this.#lossReminder.take(nowMs);
    const lost = isDue ? this.#loss('still') : [];
    const pieces = this.#joining.lostPieces - this.#piecesTold;
    this.#piecesTold += pieces;
    const broken: Outcome[] = pieces === 0 ? [] : [{kind: 'broken', pieces}];
    const changes = [...broken, ...back, ...lost, ...this.#waveChange(nowMs)];
    return [...endBlocks(this.#state, nowMs), ...silent, ...changes];
  }

  /** Resumes judging by the operator's order. @returns undefined: judging was not suspended */
  resume(): Outcome | undefined {
    const loss = this.#judge.listLoss.view();
    if (loss.kind === 'off' || this.#judge.listLoss.end() === 'same') return undefined;
    return {kind: 'listBack', sinceMs: loss.sinceMs, why: 'operator'};
  }
}
