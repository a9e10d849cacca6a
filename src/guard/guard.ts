/**
 * The pipeline, from a line of the log to what should stand in the firewall:
 *
 *     Line ─syslog─▶ LogRecord ─dialect──▶ MailEvent ─sessions─▶ Evidence ─exempt─▶ Offender
 *                                              ▲                                       │ judge
 *                                 the machine's answer (`Ask`)            Verdict ─▶ Block ─▶ State
 *
 * Pure: it reads no clock, asks of the machine only through a function it is given, and returns what
 * it decides. `run` and `replay` are this code over two kinds of lines, whose frame is known before.
 */
import {type Block, isCovered} from '../blocks/block.js';
import {mendFuture} from './clock-mend.js';
import {endBlocks, lift, networkOf} from './lifting.js';
import type {Outcome, ReadRecord} from './outcome.js';
import type {GuardSettings} from './settings.js';
import type {State} from './state.js';
import type {LogRecord} from '../log/record.js';
import {sameHost} from '../log/syslog.js';
import {Envelopes} from '../mail/envelopes.js';
import {type Evidence, isVerified} from '../mail/evidence.js';
import type {SessionView} from '../mail/join-outcome.js';
import type {MailEvent} from '../mail/mail-event.js';
import type {MachineAnswer} from '../mail/pending-evidence.js';
import type {PieceJoiner} from '../mail/pieces.js';
import type {Address} from '../net/address.js';
import {Brake, type Suspect} from '../score/brake.js';
import type {Exemptions} from '../score/exempt.js';
import {afterBlock, judge, type Verdict} from '../score/judge.js';
import {
  addAccepted,
  addEvidence,
  isForgettable,
  mostCountedRecipients,
  mostOffenders,
} from '../score/offender.js';
import type {Question} from '../sessions/attribute.js';
import {questionAbout} from '../sessions/question.js';
import {stuckEvidence, type Stuck, stuckSinceMs} from '../sessions/reap.js';

/** Who is behind this envelope, as this machine sees it now? */
export type Ask = (question: Question) => MachineAnswer | undefined;

/** The machine that is asked in a replay: those processes are long gone. */
export const askNobody: Ask = () => undefined;

export class Guard {
  readonly #settings: GuardSettings;
  readonly #state: State;
  readonly #sessions: Envelopes;
  readonly #pieces: PieceJoiner;
  readonly #brake: Brake;
  #piecesTold = 0;

  constructor(settings: GuardSettings, state: State) {
    this.#settings = settings;
    state.offenders.limitTo(mostOffenders);
    this.#state = state;
    const {authorshipOf, pieces} = settings.dialect;
    this.#sessions = new Envelopes(state, mostCountedRecipients, authorshipOf);
    this.#pieces = pieces.join(state.openMessages);
    this.#brake = new Brake(settings.brakes, state);
  }

  /**
   * @param nowMs not before the line was written: the clock, or for an old log its last change; no
   *   block begins later
   */
  take(line: LogRecord, nowMs: number, exemptions: Exemptions, ask: Ask): Outcome[] {
    const reading = this.read(line);
    return reading.kind === 'ignored' ? [] : this.follow(reading, nowMs, exemptions, ask);
  }

  /** What a record says, and why it is of no interest if it is not. Each is read once, in order. */
  read(line: LogRecord): ReadRecord {
    const {program, host} = line;
    const {mailerName, mailerHost, dialect} = this.#settings;
    if (program !== mailerName) return {kind: 'ignored', why: `not of ${mailerName}`};
    if (mailerHost !== undefined && !sameHost(host, mailerHost)) {
      return {kind: 'ignored', why: `not of the host ${mailerHost}`};
    }
    if (line.writer !== undefined && dialect.authorshipOf(line.writer) === 'other') {
      return {kind: 'ignored', why: 'the journal says that no mailer wrote it'};
    }
    const record = this.#pieces.take(line);
    if (record === 'held' || record === undefined) {
      const which = record === 'held' ? 'of which more comes' : 'that is not whole';
      return {kind: 'ignored', why: `a piece of a message ${which}`};
    }
    const event = dialect.read(record);
    if (event === undefined) return {kind: 'ignored', why: 'nothing in it about a client'};
    return {kind: 'event', event, record};
  }

  /** What follows from what was read. */
  follow(
    {event, record: read}: Extract<ReadRecord, {kind: 'event'}>,
    nowMs: number,
    exemptions: Exemptions,
    ask: Ask,
  ): Outcome[] {
    // Nothing was logged later than now; a clock that is ahead would hold a score up for years.
    const record = read.atMs <= nowMs ? read : {...read, atMs: nowMs};
    // Asked before the log has its say: the kernel cannot be forged, and must not come too late.
    const answer = this.#answer(record, event, ask);
    const joined = this.#sessions.take(record, event, answer);
    // The line that tells whose the unknown recipients were may tell of accepted ones, too.
    let accepted = joined.reduce((sum, o) => sum + (o.kind === 'accepted' ? o.recipients : 0), 0);
    return joined.flatMap((outcome) => {
      if (outcome.kind === 'evidence') {
        const credit = accepted;
        accepted = 0;
        return this.#weigh(outcome.evidence, credit, nowMs, exemptions);
      }
      // Until the judge hears of them.
      if (outcome.kind === 'envelopeEnded' || outcome.kind === 'delivered') return [];
      if (outcome.kind !== 'accepted') return [outcome];
      this.#credit(outcome.client, accepted);
      this.#brake.accepted(outcome.client.text, record.atMs);
      return [];
    });
  }

  /**
   * Hears what an old log tells of who delivered what to whom, and of nothing else: what speaks against
   * a client is dropped, for it may be weeks old.
   *
   * @returns how many recipients took mail. A count
   */
  learn(line: LogRecord, nowMs: number): number {
    const reading = this.read(line);
    if (reading.kind === 'ignored') return 0;
    const {event, record: read} = reading;
    const record = read.atMs <= nowMs ? read : {...read, atMs: nowMs};
    const joined = this.#sessions.take(record, event, undefined);
    return joined.filter(({kind}) => kind === 'delivered' || kind === 'accepted').length;
  }

  /** The old logs have been read: envelopes that they leave open are no news. */
  hasLearnt(nowMs: number): void {
    this.#sessions.forgetSilent(nowMs);
  }

  /** Asks the machine who is behind a line, if it can know and nobody else has told. */
  #answer(record: LogRecord, event: MailEvent, ask: Ask): MachineAnswer | undefined {
    if (ask === askNobody) return undefined;
    const {ownHost, attribution, dialect} = this.#settings;
    const question = questionAbout(record, event, dialect, ownHost, (queueId) =>
      this.#sessions.needsClient(record, queueId, attribution),
    );
    return question && ask(question);
  }

  /** @param accepted recipients of mail that was taken with it, a count */
  #weigh(evidence: Evidence, accepted: number, nowMs: number, exemptions: Exemptions): Outcome[] {
    const {client, atMs} = evidence;
    const exemption = exemptions.of(client);
    if (exemption !== undefined) return [{kind: 'exempt', evidence, exemption}];
    if (this.#settings.attribution === 'verified' && !isVerified(evidence.proof)) {
      this.#credit(client, accepted);
      return [{kind: 'unproven', evidence}];
    }
    const standing = this.#state.blocks.get(client.text);
    const before = this.#state.offenders.get(client.text);
    // What led to a block, or came while it stood, has been paid for, however late it is read.
    if (atMs < Math.max(standing?.untilMs ?? 0, before?.blockedUntilMs ?? 0)) return [];
    const {policy} = this.#settings;
    const offender = addAccepted(addEvidence(before, evidence, policy), accepted);
    this.#state.offenders.set(client.text, offender);
    const counted: Outcome = {kind: 'counted', evidence, score: offender.score};
    const verdict = judge(offender, policy, offender.lastMs);
    if (verdict.kind === 'watch') return [counted];
    const wasDue = before !== undefined && judge(before, policy, before.lastMs).kind === 'block';
    const sign = wasDue ? 'further' : 'first';
    const blockMs = Math.min(offender.lastMs, nowMs);
    const suspect: Suspect = {client: client.text, offender, atMs: blockMs, sign};
    return [counted, ...this.#punish(suspect, verdict, nowMs, exemptions)];
  }

  /** Only of clients against whom something speaks: of all others nothing need be known. */
  #credit(client: Address, recipients: number): void {
    const offender = this.#state.offenders.get(client.text);
    if (offender === undefined || offender.score === 0) return;
    this.#state.offenders.set(client.text, addAccepted(offender, recipients));
  }

  /** Makes the block that the evidence asks for, if no brake holds it back. */
  #punish(
    suspect: Suspect,
    {seconds, repeat, reason}: Extract<Verdict, {kind: 'block'}>,
    nowMs: number,
    exemptions: Exemptions,
  ): Outcome[] {
    const {client: network, offender, atMs: fromMs, sign} = suspect;
    const decision = this.#brake.decide(suspect, nowMs, (client) => {
      return exemptions.ofNetwork(networkOf(client)) !== undefined;
    });
    if (decision.kind === 'heldBack') {
      return sign === 'first' ? [{kind: 'heldBack', network, why: decision.why}] : [];
    }
    if (decision.kind === 'stop') {
      const {stop} = decision;
      const wave = stop.clients.flatMap((client) => this.#state.blocks.get(client) ?? []);
      const ofEvidence = wave.filter(({origin}) => origin === 'evidence');
      const lifted = ofEvidence.map((block) => lift(this.#state, block, 'brake', nowMs));
      return [...lifted, {kind: 'stopped', when: 'now', ...stop}];
    }
    const untilMs = fromMs + seconds * 1000;
    const made = {madeMs: nowMs, origin: 'evidence'} as const;
    const outcome = this.block({network, fromMs, untilMs, reason, ...made}, repeat);
    if (outcome.kind === 'block') {
      this.#state.offenders.set(network, afterBlock(offender, repeat, untilMs));
    }
    return [outcome];
  }

  /** Sets a block, or sets it anew. The caller has asked about exemptions and refusals. */
  block(block: Block, repeat: number): Outcome {
    const {blocks, history} = this.#state;
    if (blocks.size >= this.#settings.brakes.blocksMax && blocks.get(block.network) === undefined) {
      return {kind: 'noRoom', network: block.network};
    }
    blocks.set(block.network, block);
    const {network, fromMs: atMs, reason} = block;
    history.push({atMs, network, event: 'blocked', reason});
    return {kind: 'block', block, repeat};
  }

  /** The reaper has ended a process: that speaks against its client, unless it was our doing. */
  reaped(stuck: Stuck, nowMs: number, exemptions: Exemptions): Outcome[] {
    const told: Outcome = {kind: 'reaped', stuck};
    const evidence = stuckEvidence(stuck, nowMs);
    if (evidence === undefined) return [told];
    const {offenders, blocks} = this.#state;
    const {client} = evidence;
    const blockedUntilMs = offenders.get(client.text)?.blockedUntilMs ?? 0;
    const isOurs =
      blockedUntilMs > stuckSinceMs(stuck, nowMs) || isCovered(client, blocks.values());
    return isOurs ? [told] : [told, ...this.#weigh(evidence, 0, nowMs, exemptions)];
  }

  /** What is known of the envelope that was spoken of, for people. */
  session({event, record}: Extract<ReadRecord, {kind: 'event'}>): SessionView | undefined {
    const queueId = 'queueId' in event ? event.queueId : undefined;
    return queueId === undefined ? undefined : this.#sessions.view(record, queueId);
  }

  /** What time alone brings about: blocks end, offenders and sessions are forgotten. */
  sweep(nowMs: number): Outcome[] {
    mendFuture(this.#state, nowMs);
    for (const [client, offender] of this.#state.offenders.entries()) {
      if (isForgettable(offender, this.#settings.policy, nowMs)) {
        this.#state.offenders.delete(client);
      }
    }
    const pieces = this.#pieces.lost - this.#piecesTold;
    this.#piecesTold += pieces;
    const broken: Outcome[] = pieces === 0 ? [] : [{kind: 'broken', pieces}];
    const stop = this.#brake.sweep(nowMs);
    const stopped: Outcome[] =
      stop === undefined ? [] : [{kind: 'stopped', when: 'still', ...stop}];
    const silent = this.#sessions.forgetSilent(nowMs);
    return [...endBlocks(this.#state, nowMs), ...silent, ...broken, ...stopped];
  }

  /** Blocks are made again, each at the next sign of its client. @returns undefined: they are made */
  resume(nowMs: number): Outcome | undefined {
    const stop = this.#brake.resume(this.#state.offenders, nowMs);
    return stop && {kind: 'resumed', ...stop};
  }
}
