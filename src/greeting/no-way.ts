/**
 * A `GateWay` that does nothing, for a dry run or when `greeting` is off: it redirects no client, and
 * sees no early talk.
 */
import type {Family} from '../net/address.js';
import type {GateWay} from './way.js';

export const noWay = (families: readonly Family[]): GateWay => ({
  start: () => Promise.resolve(),
  renew: () => undefined,
  gateEnds: () => undefined,
  pass: () => undefined,
  end: () => undefined,
  exempt: () => undefined,
  atPort: () => undefined,
  early: () => Promise.resolve([]),
  check: () => Promise.resolve(),
  lookForLeftovers: () => Promise.resolve(),
  standing: () => new Map(families.map((family) => [family, 'off'])),
  unruled: () => 0,
  stop: (end) => Promise.resolve(end),
});
