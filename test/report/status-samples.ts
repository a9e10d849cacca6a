/** A status of a daemon that runs well, with changes. */
import type {FamilyStatus, Status} from '../../src/report/status.js';

export const nowMs = Date.UTC(2026, 10, 21, 12);
export const family = (changes: Partial<FamilyStatus> = {}): FamilyStatus => ({
  family: 4,
  wanted: 10,
  standing: 10,
  readMs: nowMs - 3000,
  repairs: 2,
  failure: undefined,
  ...changes,
});
export const statusOf = (changes: Partial<Status> = {}): Status => ({
  sinceMs: nowMs - 3_600_000,
  backend: 'iptables',
  families: [family(), family({family: 6, wanted: 0, standing: 0})],
  egress: {mode: 'warn', families: []},
  blocks: 12,
  offenders: 3,
  brake: {kind: 'free'},
  trial: {kind: 'none'},
  unsaved: undefined,
  outcomes: {counted: 20, block: 12},
  ...changes,
});
