/**
 * Decides which mailboxes and networks get no complaint any more: mailboxes that bounced, for a time;
 * mailboxes and networks that the operator excluded, for good. Knows no clock.
 */
import type {Table} from '../../base/mechanisms/table.js';
import type {Address} from '../../net/address.js';
import {contains, parseNetwork} from '../../net/network.js';
import type {Contact} from '../contact/answer.js';

/** Plain data, saved unchanged under the mailbox in lower case, or under the network. */
export type LeftOut =
  | {readonly kind: 'dead'; readonly untilMs: number; readonly why: string}
  | {readonly kind: 'forgotten'; readonly sinceMs: number}
  | {readonly kind: 'never'; readonly sinceMs: number};

/** A mailbox that bounced gets no mail for so long. Ms. */
const deadMs = 30 * 86_400_000;
/** At most so many mailboxes and networks are remembered. A count. */
export const mostLeftOut = 10_000;

/** Host names ignore case. A mailbox that does not is rare, and both spellings would reach the same desk. */
const keyOf = (mailbox: string): string => mailbox.toLowerCase();

export function markDead(table: Table<LeftOut>, mailbox: string, why: string, nowMs: number): void {
  if (table.get(keyOf(mailbox))?.kind === 'forgotten') return;
  table.set(keyOf(mailbox), {kind: 'dead', untilMs: nowMs + deadMs, why});
}

export const forget = (table: Table<LeftOut>, mailbox: string, nowMs: number): void =>
  void table.set(keyOf(mailbox), {kind: 'forgotten', sinceMs: nowMs});

export const never = (table: Table<LeftOut>, network: string, nowMs: number): void =>
  void table.set(network, {kind: 'never', sinceMs: nowMs});

/** Whether we may write to the mailbox. */
export function isAlive(table: Table<LeftOut>, mailbox: string, nowMs: number): boolean {
  const row = table.get(keyOf(mailbox));
  // Even after the clock was set back, a mailbox counts as dead for no longer than `deadMs`.
  const isDead = row?.kind === 'dead' && nowMs < row.untilMs && row.untilMs <= nowMs + deadMs;
  return row?.kind !== 'forgotten' && !isDead;
}

/** The surest contact to which we may write. A mail has one recipient, so that a bounce shows which mailbox is dead. */
export const firstAlive = (
  table: Table<LeftOut>,
  contacts: readonly Contact[],
  nowMs: number,
): Contact | undefined => contacts.find(({mailbox}) => isAlive(table, mailbox, nowMs));

/** Whether the address is in a network that the operator excluded. */
export function isNever(table: Table<LeftOut>, address: Address | undefined): boolean {
  if (address === undefined) return false;
  for (const [key, {kind}] of table.entries()) {
    const network = kind === 'never' ? parseNetwork(key) : undefined;
    if (network !== undefined && contains(network, address)) return true;
  }
  return false;
}

export function sweepLeftOut(table: Table<LeftOut>, nowMs: number): void {
  for (const [key, row] of [...table.entries()]) {
    if (row.kind === 'dead' && nowMs >= row.untilMs) table.delete(key);
  }
}
