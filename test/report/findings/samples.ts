/** A machine on which all is well, and what the doctor finds where something is not. */
import {settingNames, settings, type Config} from '../../../src/config/schema.js';
import {diagnose} from '../../../src/report/findings/diagnosis.js';
import type {Facts} from '../../../src/report/findings/facts.js';
import {nobodyListens} from '../../../src/hearing/view.js';
import {blocksByRule, type Status} from '../../../src/report/status.js';
import {quietCrowd} from '../status-samples.js';

export const standard = Object.fromEntries(
  settingNames.map((name) => [name, settings[name].standard]),
) as unknown as Config;

export const statusWith = (blocks: number): Status => ({
  sinceMs: 1,
  backend: 'iptables',
  families: [
    {family: 4, wanted: blocks, standing: blocks, readMs: 1, repairs: 0, failure: undefined},
  ],
  egress: {mode: 'warn', families: []},
  blocks,
  blocksByRule: blocksByRule([]),
  crowd: quietCrowd,
  trial: {kind: 'none'},
  unsaved: undefined,
  outcomes: {},
  hearing: nobodyListens,
  settings: {},
});

export const well: Facts = {
  config: standard,
  file: 'good',
  differences: [],
  nowMs: 2,
  families: [4, 6],
  programs: new Map(
    ['iptables', 'ip6tables', 'ipset', 'nft', 'ss'].map((name) => [name, `${name} 1.0`]),
  ),
  lackingRights: [],
  savedSets: [],
  status: statusWith(3),
  whitelist: {kind: 'read', file: '/etc/blocksmtp.whitelist', entries: 2, badLines: 0},
  sources: [{name: '/var/log/mail.log', trouble: undefined}],
  sendmails: 2,
  unknownUsers: [],
  warnTroubles: [],
  coverage: [],
};

export const without = (...names: string[]): Facts['programs'] =>
  new Map([...well.programs].filter(([name]) => !names.includes(name)));

/** What is not good, as `verdict: what`. */
export const troubles = (changes: Partial<Facts>, settingsOf: Partial<Config> = {}): string[] =>
  diagnose({...well, config: {...standard, ...settingsOf}, ...changes})
    .filter(({verdict}) => verdict !== 'good')
    .map(({verdict, what}) => `${verdict}: ${what}`);
