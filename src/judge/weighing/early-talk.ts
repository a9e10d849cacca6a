/**
 * How much talk before the greeting counts, if it counts more than once. Its witnesses report at
 * different times, so time separates one act from the next. `judge/judge.ts` decides what follows.
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
  /** The key of a client. */
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

  /** The mailer logs nothing more about such a client, so there is no end to wait for. */
  isWhole(kind: Evidence['kind']): boolean {
    return isEarlyTalk(kind) && this.#policy.earlyTalk !== 'once';
  }

  /**
   * Counts one session. The witnesses of one act (lines of the mailer, the kernel, the gate) report
   * at different times. For a client with a record, or to which our users write, it is a
   * peculiarity that an honest mailer shows each time, so it counts only once, for ever.
   *
   * @returns undefined: it is weighed like other signs
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
