/** A status of a daemon that runs well, with changes. */
import {nobodyListens, type SourceView} from '../../src/hearing/view.js';
import type {CrowdView} from '../../src/judge/view.js';
import {blocksByRule, type FamilyStatus, type Status} from '../../src/report/status.js';

export const nowMs = Date.UTC(2026, 10, 21, 12);
export const quietCrowd: CrowdView = {
  wave: {kind: 'off'},
  listLoss: {kind: 'off'},
  learning: {kind: 'off'},
  remembered: {clients: 3, records: 1, networks: 2, names: 40},
};
export const listLost = {
  ...quietCrowd,
  listLoss: {kind: 'on', sinceMs: nowMs - 60_000, names: 8, networks: 3},
} as const satisfies CrowdView;
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
  blocksByRule: {...blocksByRule([]), row: 9, wave: 2, operator: 1},
  crowd: quietCrowd,
  trial: {kind: 'none'},
  unsaved: undefined,
  outcomes: {counted: 20, block: 12},
  hearing: nobodyListens,
  settings: {},
  ...changes,
});

/** A log in which another program writes the most. */
export const sourceOf = (changes: Partial<SourceView> = {}): SourceView => ({
  ...{
    source: '/var/log/mail.log',
    verdict: 'hears',
    why: '',
    notes: [],
    sinceMs: nowMs - 3_600_000,
  },
  ...{lines: 428, mailerLines: 28, understood: 20, signs: 3},
  ignored: {noFrame: 0, otherProgram: 400, otherHost: 0, otherWriter: 0, piece: 0, noClient: 8},
  programs: [{name: 'dovecot', lines: 400, own: 0}],
  hosts: [],
  ...{lastLineMs: nowMs - 5000, lastSignMs: nowMs - 60_000, newestStampMs: nowMs - 6000},
  behindBytes: 0,
  ...changes,
});
