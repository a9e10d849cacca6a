/**
 * What the watch keeps over a reload, so that a connection counts once, a program leads to one warning
 * in an interval, and a program allowed by hand stays allowed. A restart begins with nothing.
 */
import type {AllowedSender} from '../allowed.js';
import {SeenConnections} from '../seen-connections.js';
import {WarningLimits} from '../warn/limits.js';

export class OutgoingMemory {
  readonly seen = new SeenConnections();
  readonly limits = new WarningLimits();
  /** Programs that an operator or a user has allowed by hand. */
  readonly allowedByHand: AllowedSender[] = [];
}
