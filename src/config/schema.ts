/**
 * Every setting, once: flags, configuration file, sample and help are made from this table. A setting
 * `blockTime` is the flag `--block-time` and the key `block_time`. A new setting goes into the file of
 * its subject (`config/settings`), which adds it to the table.
 */
import {contact} from './settings/complaints/contact.js';
import {complained} from './settings/complaints/complained.js';
import {complaint} from './settings/complaints/complaint.js';
import {daemon} from './settings/daemon.js';
import {chain, firewall} from './settings/firewall.js';
import {greeting} from './settings/greeting.js';
import {judging} from './settings/judging.js';
import {mailer} from './settings/mailer.js';
import type {obsolete} from './settings/obsolete.js';
import {outgoing} from './settings/outgoing.js';
import {ownLog} from './settings/own-log.js';
import {sessions} from './settings/sessions.js';
import {submission} from './settings/submission.js';
import {warnings} from './settings/warnings.js';
import type {Setting} from './settings/setting.js';

/**
 * In the order of the sample and the help. First come the nine flags of the old program, unchanged,
 * then what it kept in global variables.
 */
export const settings = {
  ...mailer,
  ...chain,
  ...ownLog,
  ...firewall,
  ...judging,
  ...greeting,
  ...sessions,
  ...outgoing,
  ...submission,
  ...warnings,
  ...contact,
  ...complained,
  ...complaint,
  ...daemon,
} as const;

export type SettingName = keyof typeof settings;
/** A setting of an earlier version: it decides nothing, and is in no `Config`. */
export type ObsoleteName = keyof typeof obsolete;
type ValueOf<S> = S extends Setting<infer Value> ? Value : never;

/** Checked values; times in seconds. */
export type Config = {readonly [Name in SettingName]: ValueOf<(typeof settings)[Name]>};

export const settingNames = Object.keys(settings) as SettingName[];

/** `blockTime` → `block_time`, the key in the file. */
export const keyOf = (name: SettingName | ObsoleteName): string => words(name).join('_');

/** `blockTime` → `--block-time`. */
export const flagOf = (name: SettingName | ObsoleteName): string => `--${words(name).join('-')}`;

const words = (name: string): string[] => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
