/**
 * What the watch knows over a reload: a connection counts once, a program leads to one warning in
 * an interval, and what was allowed by hand stays so, however often the configuration is read. A
 * restart begins with nothing.
 */
import type {AllowedSender} from '../allowed.js';
import {SeenConnections} from '../seen-connections.js';
import {WarningLimits} from '../warn/limits.js';

export class OutgoingMemory {
  readonly seen = new SeenConnections();
  readonly limits = new WarningLimits();
  /** On somebody's word. */
  readonly allowedByHand: AllowedSender[] = [];
}
