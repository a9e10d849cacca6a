/**
 * What talk before the greeting weighs, if it weighs more than once: its witnesses report at
 * different times, so time separates one act from the next. `judge/judge.ts` decides what follows
 * from it.
 */
import type {PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import type {Table} from '../../base/mechanisms/table.js';
import {type Greeted, GreetedClients} from '../../greeting/greeted.js';
import {type Evidence, isEarlyTalk} from '../../mail/evidence.js';
import type {Address} from '../../net/address.js';
import type {Policy} from '../../score/policy.js';
import {earlyTalkWeight} from '../../score/weights.js';
import type {Friends} from '../crowd/friends.js';
import {standingOf} from '../memory/client-record.js';

interface Around {
  readonly clients: PackedTable;
  readonly friends: Pick<Friends, 'has'>;
  /** How a client is called. */
  readonly textOf: (client: Address) => string;
}

export class EarlyTalk {
  readonly #policy: Pick<Policy, 'earlyTalk' | 'threshold'>;
  readonly #greeted: GreetedClients;
  readonly #around: Around;

  constructor(
    policy: Pick<Policy, 'earlyTalk' | 'threshold'>,
    greeted: Table<Greeted>,
    around: Around,
  ) {
    this.#policy = policy;
    this.#greeted = new GreetedClients(greeted);
    this.#around = around;
  }

  /** The mailer has no more to say of such a client: nothing is awaited of it. */
  isWhole(kind: Evidence['kind']): boolean {
    return isEarlyTalk(kind) && this.#policy.earlyTalk !== 'once';
  }

  /**
   * One session. Witnesses of one act report at different times: lines of the mailer, the kernel,
   * the gate. For a client with a record, or to which our users write, it is a thing of its own
   * that an honest mailer does each time, so it weighs once for ever.
   *
   * @returns undefined: it is weighed like all else
   */
  act(
    slot: Slot,
    {kind, client, submitter}: Evidence,
    atMs: number,
  ): {readonly weight: number} | undefined {
    const {earlyTalk, threshold} = this.#policy;
    const {clients, friends, textOf} = this.#around;
    if (!this.isWhole(kind)) return undefined;
    if (submitter === 'own') return {weight: 0};
    const text = textOf(client);
    if (standingOf(clients, slot) === 'record' || friends.has(text)) return undefined;
    if (this.#greeted.spokeEarly(text, atMs) === 'sameAct') return {weight: 0};
    return {weight: earlyTalk === 'blocks' ? threshold : earlyTalkWeight};
  }

  sweep(nowMs: number): void {
    this.#greeted.sweep(nowMs);
  }
}
