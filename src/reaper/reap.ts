/**
 * Decides which sendmail processes are ended: SMTP children that wait in `cmd read` and are older
 * than the administrator allows, as the old program did. Judged by executable and title together:
 * anybody may set a title, and only children that serve a client have this one (never the listener,
 * a queue runner, a delivery).
 */
import {isSendmail, type ProcessFacts} from '../log/attribute.js';
import {parseProcessTitle} from '../log/process-title.js';
import type {Address} from '../net/address.js';

export interface Stuck {
  readonly pid: number;
  readonly startedMs: number;
  readonly client: Address;
  readonly ageSeconds: number;
}

/** The beginning of every sendmail process's title. */
export const sendmailTitle = 'sendmail: ';

/** @param longestSeconds how old a child may be that waits for a command */
export function stuckChild(
  facts: ProcessFacts,
  longestSeconds: number,
  nowMs: number,
): Stuck | undefined {
  if (!isSendmail(facts)) return undefined;
  const title = parseProcessTitle(facts.title);
  if (title?.kind !== 'commandRead') return undefined;
  const {pid, startedMs} = facts;
  const ageSeconds = Math.floor((nowMs - startedMs) / 1000);
  if (ageSeconds < longestSeconds) return undefined;
  return {pid, startedMs, client: title.client, ageSeconds};
}

/** Whether the process is still the one that was found: a pid is used again. */
export function isSame(stuck: Stuck, facts: ProcessFacts | undefined): boolean {
  return facts !== undefined && isSendmail(facts) && facts.startedMs === stuck.startedMs;
}
