/**
 * The settings that decide which clients are blocked: options of every command that judges a log.
 */
import type {SettingName} from '../../config/schema.js';

export const exemptSettings: readonly SettingName[] = ['whiteList', 'mailerIp', 'trustedRelays'];

export const judgingSettings: readonly SettingName[] = [
  ...exemptSettings,
  'mailerSyslogHost',
  'mailerSyslogName',
  'threshold',
  'ipv6Prefix',
  'attribution',
  'greeting',
  'blockTime',
  'blockTimeMax',
  'debug',
];
