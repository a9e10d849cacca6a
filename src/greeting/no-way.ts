/**
 * The way of an unknown client if no client is redirected: `greeting` is off, or in a dry run.
 * Early talk is not seen either.
 */
import type {Family} from '../net/address.js';
import type {GateWay} from './way.js';

export const noWay = (families: readonly Family[]): GateWay => ({
  start: () => Promise.resolve(),
  renew: () => undefined,
  pass: () => undefined,
  end: () => undefined,
  exempt: () => undefined,
  atPort: () => undefined,
  early: () => Promise.resolve([]),
  check: () => Promise.resolve(),
  lookForLeftovers: () => Promise.resolve(),
  standing: () => new Map(families.map((family) => [family, 'off'])),
  stop: (end) => Promise.resolve(end),
});
