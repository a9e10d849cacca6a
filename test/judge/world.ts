/** A judge with what it remembers, and short words for what clients do. */
import {note} from '../../src/judge/learning.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {Judge, type Judgement} from '../../src/judge/judge.js';
import type {MemoryLimits} from '../../src/judge/memory/memory.js';
import type {BlockVerdict} from '../../src/judge/verdict.js';
import type {ClientView} from '../../src/judge/view.js';
import {judgedBy} from '../../src/judge/shown.js';
import type {Evidence} from '../../src/mail/evidence.js';
import type {Delivery, EndedEnvelope} from '../../src/mail/join-outcome.js';
import {hostNetwork} from '../../src/net/network.js';
import type {Policy} from '../../src/score/policy.js';
import {address} from '../net/samples.js';
import {policy, startMs} from '../score/samples.js';

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
export {startMs};

export const client = '203.0.113.7';

export interface EnvelopeTold {
  readonly names: readonly string[];
  readonly client?: string;
  readonly sender?: 'null' | 'named';
  readonly accepted?: number;
  readonly message?: 'taken' | 'none';
}

export class World {
  readonly state: State;
  readonly judge: Judge;
  nowMs = startMs;
  #envelopes = 0;
  #names = 0;

  constructor(changed: Partial<Policy> = {}, limits?: MemoryLimits, state = emptyState()) {
    this.state = state;
    this.judge = new Judge({...policy, ...changed}, this.state, limits);
  }

  /** The installation could read no old logs. */
  beginLearning(): void {
    note(this.state.learning, {kind: 'firstDay', sinceMs: this.nowMs});
  }

  wait(ms: number): void {
    this.nowMs += ms;
  }

  /** Names that nobody has asked for before. */
  fresh(count: number): string[] {
    return Array.from({length: count}, () => `<name${++this.#names}@example.net>`);
  }

  hear(subject: string, also: Partial<Evidence> = {}, from = client): Judgement {
    const evidence: Evidence = {
      kind: 'unknownRecipient',
      client: address(from),
      subject,
      atMs: this.nowMs,
      proof: 'kernel',
      ...also,
    };
    return this.judge.hear(evidence, this.nowMs);
  }

  /** Names outside of an envelope, each a second after the other; blocks are made. */
  ask(names: readonly string[], from = client): BlockVerdict[] {
    return names.flatMap((name) => {
      this.wait(second);
      return this.punish(this.hear(name, {}, from).verdicts);
    });
  }

  /** A whole envelope at once; blocks are made. */
  envelope(told: EnvelopeTold): BlockVerdict[] {
    const {names, client: from = client, sender = 'named', message = 'none', accepted = 0} = told;
    const envelope = `relay 1 E${++this.#envelopes}`;
    const heard = names.flatMap((name) => this.punish(this.hear(name, {envelope}, from).verdicts));
    return [...heard, ...this.end({envelope, client: address(from), sender, message, accepted})];
  }

  end(ended: Pick<EndedEnvelope, 'envelope'> & Partial<EndedEnvelope>): BlockVerdict[] {
    return this.punish(
      this.judge.envelopeEnded({
        client: address(client),
        proof: 'kernel',
        sender: 'named',
        accepted: 0,
        message: 'none',
        atMs: this.nowMs,
        ...ended,
      }),
    );
  }

  deliver(names: readonly string[], from = client, also: Partial<Delivery> = {}): 'same' | 'ended' {
    return this.judge.delivered({
      client: address(from),
      proof: 'kernel',
      submitter: 'stranger',
      sender: 'named',
      senderHash: 1,
      recipients: names,
      others: [],
      nextHost: undefined,
      atMs: this.nowMs,
      ...also,
    });
  }

  punish(verdicts: readonly BlockVerdict[]): BlockVerdict[] {
    for (const verdict of verdicts) {
      this.judge.blocked(verdict, this.nowMs + verdict.seconds * second, this.nowMs);
    }
    return [...verdicts];
  }

  view(of = client): ClientView | undefined {
    return judgedBy(this.judge).client(hostNetwork(address(of)), this.nowMs);
  }

  score(of = client): number {
    return this.view(of)?.score ?? 0;
  }
}

export const rules = (verdicts: readonly BlockVerdict[]): string[] =>
  verdicts.map(({because}) => because.rule);

export const seconds = (verdicts: readonly BlockVerdict[]): number[] =>
  verdicts.map((verdict) => verdict.seconds);
