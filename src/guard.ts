/**
 * The pipeline, from a line of the log to what should stand in the firewall:
 *
 *     Line ─syslog─▶ LogRecord ─sendmail─▶ MailEvent ─sessions─▶ Evidence ─exempt─▶ Offender
 *                                              ▲                                       │ judge
 *                                 the machine's answer (`Ask`)            Verdict ─▶ Block ─▶ State
 *
 * Pure: it reads no clock and touches no machine; what it wants to know of the machine it asks
 * through a function it is given, and what it decides comes back as outcomes. `run` and `replay`
 * are this code over two kinds of lines.
 */
import type {Block} from './firewall/block.js';
import {mostBlocks} from './firewall/block.js';
import type {LogRecord} from './log/record.js';
import {parseSendmail, readQueueId} from './log/sendmail.js';
import {type JoinOutcome, Sessions} from './log/sessions.js';
import {sameHost} from './log/syslog.js';
import type {Address} from './net/address.js';
import {type Network, parseNetwork} from './net/network.js';
import type {Evidence, Proof} from './score/evidence.js';
import type {Exemption, Exemptions} from './score/exempt.js';
import {afterBlock, judge} from './score/judge.js';
import {
  addEvidence,
  isForgettable,
  mostCountedRecipients,
  mostOffenders,
  type Offender,
} from './score/offender.js';
import type {Policy} from './score/policy.js';
import type {State} from './state/state.js';

export interface GuardSettings {
  readonly policy: Policy;
  /** Whose lines count, by the name of the program in the syslog. */
  readonly mailerName: string;
  /** Whose lines count, by host; undefined: every host's. */
  readonly mailerHost: string | undefined;
  /** This machine's name: only about lines from here can the machine be asked. */
  readonly ownHost: string;
}

/** Who is behind this envelope, as this machine sees it now? */
export type Ask = (question: {
  readonly pid: number;
  readonly queueId: string;
  /** When the envelope began, by its queue id. Ms since the epoch. */
  readonly envelopeMs: number;
}) => MachineAnswer | undefined;

export interface MachineAnswer {
  readonly client: Address;
  readonly proof: Proof;
}

export type Outcome =
  | {readonly kind: 'counted'; readonly evidence: Evidence; readonly score: number}
  | {readonly kind: 'exempt'; readonly evidence: Evidence; readonly exemption: Exemption}
  | {readonly kind: 'block'; readonly block: Block; readonly repeat: number}
  | {readonly kind: 'noRoom'; readonly network: string}
  | {readonly kind: 'lifted'; readonly block: Block; readonly why: 'ended' | 'exempt' | 'operator'}
  | Exclude<JoinOutcome, {kind: 'evidence'}>;

export class Guard {
  readonly #settings: GuardSettings;
  readonly #state: State;
  readonly #sessions: Sessions;

  constructor(settings: GuardSettings, state: State) {
    this.#settings = settings;
    this.#state = state;
    this.#sessions = new Sessions(state.sessions, mostCountedRecipients);
  }

  /**
   * @param nowMs not before the line was written: the clock, or for an old log its last change; no
   *   block begins later
   */
  take(parsed: LogRecord, nowMs: number, exemptions: Exemptions, ask: Ask): Outcome[] {
    if (!this.#counts(parsed)) return [];
    // Nothing was logged later than now; a clock that is ahead would hold a score up for years.
    const record = {...parsed, atMs: Math.min(parsed.atMs, nowMs)};
    const event = parseSendmail(record.message);
    if (event === undefined) return [];
    const joined = [
      // Asked before the log has its say: the kernel cannot be forged, and must not come too late.
      ...(event.kind === 'unknownRecipient' ? this.#learn(record, event.queueId, ask) : []),
      ...this.#sessions.take(record, event),
    ];
    return joined.flatMap((outcome) =>
      outcome.kind === 'evidence' ? this.#weigh(outcome.evidence, nowMs, exemptions) : [outcome],
    );
  }

  /** What time alone brings about: blocks end, offenders and sessions are forgotten. */
  sweep(nowMs: number): Outcome[] {
    this.#mendFuture(nowMs);
    for (const [client, offender] of this.#state.offenders.entries()) {
      if (isForgettable(offender, this.#settings.policy, nowMs)) {
        this.#state.offenders.delete(client);
      }
    }
    const unresolved = this.#sessions.forgetSilent(nowMs);
    return [...this.endBlocks(nowMs), ...unresolved.filter((o) => o.kind !== 'evidence')];
  }

  /** What was noted while the clock was ahead begins now instead: an hour's block lasts an hour. */
  #mendFuture(nowMs: number): void {
    const {blocks, offenders} = this.#state;
    for (const block of [...blocks.values()].filter(({fromMs}) => fromMs > nowMs)) {
      const untilMs = nowMs + (block.untilMs - block.fromMs);
      blocks.set(block.network, {...block, fromMs: nowMs, untilMs});
    }
    for (const [client, offender] of offenders.entries()) {
      const aheadMs = offender.scoredMs - nowMs;
      if (aheadMs <= 0) continue;
      const [firstMs, lastMs] = [offender.firstMs, offender.lastMs].map((ms) =>
        Math.min(ms, nowMs),
      );
      offenders.set(client, {
        ...offender,
        scoredMs: nowMs,
        firstMs: firstMs!,
        lastMs: lastMs!,
        blockedUntilMs: Math.max(0, offender.blockedUntilMs - aheadMs),
      });
    }
  }

  /** Lifts the blocks that are over. */
  endBlocks(nowMs: number): Outcome[] {
    const over = [...this.#state.blocks.values()].filter((block) => block.untilMs <= nowMs);
    return over.map((block) => this.#lift(block, 'ended', nowMs));
  }

  /** Lifts the blocks of those who have become exempt. */
  liftExempt(exemptions: Exemptions, nowMs: number): Outcome[] {
    const exempt = [...this.#state.blocks.values()].filter((block) => {
      return exemptions.ofNetwork(networkOf(block)) !== undefined;
    });
    return exempt.map((block) => this.#lift(block, 'exempt', nowMs));
  }

  /** Sets a block, or sets it anew. The caller has asked about exemptions and refusals. */
  block(block: Block, repeat: number): Outcome {
    const {blocks, history} = this.#state;
    if (blocks.size >= mostBlocks && blocks.get(block.network) === undefined) {
      return {kind: 'noRoom', network: block.network};
    }
    blocks.set(block.network, block);
    const {network, fromMs: atMs, reason} = block;
    history.push({atMs, network, event: 'blocked', reason});
    return {kind: 'block', block, repeat};
  }

  /** @returns undefined when no such block stands */
  unblock(network: string, nowMs: number): Outcome | undefined {
    const block = this.#state.blocks.get(network);
    // A client that the operator lets go begins anew, or its old score would block it again.
    this.#state.offenders.delete(network);
    return block && this.#lift(block, 'operator', nowMs);
  }

  #counts({program, host}: LogRecord): boolean {
    const {mailerName, mailerHost} = this.#settings;
    return program === mailerName && (mailerHost === undefined || sameHost(host, mailerHost));
  }

  /** Asks the machine who is behind an envelope, if it can know and nobody else has told yet. */
  #learn(record: LogRecord, queueId: string, ask: Ask): JoinOutcome[] {
    if (!this.#sessions.needsClient(record, queueId)) return [];
    if (!sameHost(record.host, this.#settings.ownHost)) return [];
    const facts = readQueueId(queueId, record.atMs);
    // Another process than the envelope's writes about it later; its sockets are not the client's.
    if (facts?.pid !== record.pid) return [];
    const answer = ask({pid: record.pid, queueId, envelopeMs: facts.atMs});
    if (answer === undefined) return [];
    return this.#sessions.learn(record, queueId, answer.client, answer.proof);
  }

  #weigh(evidence: Evidence, nowMs: number, exemptions: Exemptions): Outcome[] {
    const {client, atMs} = evidence;
    const exemption = exemptions.of(client);
    if (exemption !== undefined) return [{kind: 'exempt', evidence, exemption}];
    const standing = this.#state.blocks.get(client.text);
    if (standing !== undefined && atMs < standing.untilMs) return [];
    const {policy} = this.#settings;
    const offender = addEvidence(this.#state.offenders.get(client.text), evidence, policy);
    this.#remember(client, offender);
    const counted: Outcome = {kind: 'counted', evidence, score: offender.score};
    const verdict = judge(offender, policy, offender.lastMs);
    if (verdict.kind === 'watch') return [counted];
    const fromMs = Math.min(offender.lastMs, nowMs);
    const untilMs = fromMs + verdict.seconds * 1000;
    const {reason, repeat} = verdict;
    const origin = 'evidence';
    const outcome = this.block({network: client.text, fromMs, untilMs, reason, origin}, repeat);
    if (outcome.kind === 'block') this.#remember(client, afterBlock(offender, repeat, untilMs));
    return [counted, outcome];
  }

  #remember(client: Address, offender: Offender): void {
    const {offenders} = this.#state;
    offenders.set(client.text, offender);
    if (offenders.size > mostOffenders) offenders.delete(offenders.oldestKey() ?? '');
  }

  #lift(block: Block, why: 'ended' | 'exempt' | 'operator', nowMs: number): Outcome {
    this.#state.blocks.delete(block.network);
    const event = why === 'ended' ? 'ended' : 'unblocked';
    this.#state.history.push({atMs: nowMs, network: block.network, event, reason: why});
    return {kind: 'lifted', block, why};
  }
}

function networkOf(block: Block): Network {
  const network = parseNetwork(block.network);
  if (network === undefined) throw new Error(`a block holds ${block.network} as its network`);
  return network;
}
