/**
 * Which mailboxes and networks get no complaint any more: mailboxes that bounced, for a time;
 * mailboxes and networks that the operator excluded, for good. Knows no clock.
 */
import type {Table} from '../../base/mechanisms/table.js';
import type {Address} from '../../net/address.js';
import {contains, parseNetwork} from '../../net/network.js';
import type {Contact} from '../contact/answer.js';

/** Plain data: it is saved as it is, under the mailbox in small letters, or the network. */
export type LeftOut =
  | {readonly kind: 'dead'; readonly untilMs: number; readonly why: string}
  | {readonly kind: 'forgotten'; readonly sinceMs: number}
  | {readonly kind: 'never'; readonly sinceMs: number};

/** So long nobody writes to a mailbox that bounced. Ms. */
const deadMs = 30 * 86_400_000;
/** Mailboxes and networks remembered. A count. */
export const mostLeftOut = 10_000;

/** A host name knows no capitals; that a mailbox does is rare, and a desk that bounced is the same one. */
const keyOf = (mailbox: string): string => mailbox.toLowerCase();

export function markDead(table: Table<LeftOut>, mailbox: string, why: string, nowMs: number): void {
  if (table.get(keyOf(mailbox))?.kind === 'forgotten') return;
  table.set(keyOf(mailbox), {kind: 'dead', untilMs: nowMs + deadMs, why});
}

export const forget = (table: Table<LeftOut>, mailbox: string, nowMs: number): void =>
  void table.set(keyOf(mailbox), {kind: 'forgotten', sinceMs: nowMs});

export const never = (table: Table<LeftOut>, network: string, nowMs: number): void =>
  void table.set(network, {kind: 'never', sinceMs: nowMs});

/** Whether the mailbox may be written to. */
export function isAlive(table: Table<LeftOut>, mailbox: string, nowMs: number): boolean {
  const row = table.get(keyOf(mailbox));
  // By a clock that was set back a mailbox is dead no longer than the time allows.
  const isDead = row?.kind === 'dead' && nowMs < row.untilMs && row.untilMs <= nowMs + deadMs;
  return row?.kind !== 'forgotten' && !isDead;
}

/** The surest one that may be written to. One mailbox a mail: a bounce tells which one is dead. */
export const firstAlive = (
  table: Table<LeftOut>,
  contacts: readonly Contact[],
  nowMs: number,
): Contact | undefined => contacts.find(({mailbox}) => isAlive(table, mailbox, nowMs));

/** Whether a network of which nobody complains holds the address. */
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
