/** The weight of a sign in names, before it is known whether the sign is new. */
import type {PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import type {Evidence} from '../../mail/evidence.js';
import {customerWeight, secondChanceFactor, staleWeight, weights} from '../../score/weights.js';
import {addU16, field, flag, has, isInSecondChance} from '../memory/client-record.js';

/** A bounce that was expected is expected no longer, whatever it counts. */
export function weightOf(
  clients: PackedTable,
  slot: Slot,
  {kind, submitter}: Evidence,
  known: 'never' | 'stale' | 'thisWeek',
  sec: number,
): number {
  if (kind === 'undeliverable') {
    addU16(clients, slot, field.awaited, -1);
    if (submitter === 'own') return 0;
  }
  // A stranger can reach only us; if many other hosts accept its mail, it is a customer of ours.
  const isCustomer = kind === 'undeliverable' && has(clients, slot, flag.isCustomer);
  const full = isCustomer ? customerWeight : weights[kind];
  const weight = known === 'stale' ? full * staleWeight : full;
  return isInSecondChance(clients, slot, sec) ? weight * secondChanceFactor : weight;
}
