/**
 * Remembers which clients logged in recently, and decides whether an action of such a client came
 * from a user of ours. `blocks/passes.ts` decides what a login opens; the caller decides whether
 * the login is proved.
 */
import type {Table} from '../base/mechanisms/table.js';
import {loginMs, mostSubmitters, type Submitter} from '../blocks/passes.js';
import {type Evidence, isEarlyTalk} from '../mail/evidence.js';

export class Logins {
  readonly #table: Table<Submitter>;

  constructor(table: Table<Submitter>) {
    table.limitTo(mostSubmitters);
    this.#table = table;
  }

  /** @param client by the judge's key */
  note(client: string, atMs: number): void {
    this.#table.set(client, {lastMs: atMs});
  }

  /**
   * Adds that a client which talked early has logged in: a user's program may do so, and is no guesser.
   */
  withSubmitter(client: string, evidence: Evidence): Evidence {
    const login = isEarlyTalk(evidence.kind) ? this.#table.get(client) : undefined;
    const isUser = login !== undefined && evidence.atMs - login.lastMs < loginMs;
    return isUser ? {...evidence, submitter: 'own'} : evidence;
  }

  sweep(nowMs: number): void {
    for (const [client, {lastMs}] of this.#table.entries()) {
      if (lastMs <= nowMs - loginMs) this.#table.delete(client);
      // Noted while the clock was ahead.
      else if (lastMs > nowMs) this.#table.replace(client, {lastMs: nowMs});
    }
  }
}
