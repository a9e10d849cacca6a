/** Which settings differ between two configurations. */
import {describe, expect, test} from '@jest/globals';
import {changedSettings} from '../../src/config/compare.js';
import type {Raw} from '../../src/config/kinds/kind.js';
import {obsoleteNames} from '../../src/config/obsolete.js';
import {parseConfig} from '../../src/config/parse.js';
import {type Config, keyOf, type SettingName, settingNames} from '../../src/config/schema.js';

function parsed(table: Readonly<Record<string, unknown>>): Config {
  const sources = {flags: {}, file: 'test', table, isSchedule: () => true};
  const result = parseConfig(sources);
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.problems));
  return result.config;
}

/** Another value than the default, and the same value in other words. */
const others: Readonly<Record<SettingName, readonly [Raw, Raw]>> = {
  whiteList: ['/w', '/w'],
  syslogMsgsFile: ['/a.log,journal', '/a.log,journal'],
  mailerIp: ['2001:db8::1', '2001:DB8:0::1'],
  mailerPort: [2525, '2525'],
  mailerSyslogHost: ['relay', 'relay'],
  mailerSyslogName: ['sendmail', 'sendmail'],
  iptablesChainName: ['GUESSERS', 'GUESSERS'],
  debug: [3, '3'],
  debugToSyslog: [true, true],
  logFile: ['/l', '/l'],
  backend: ['ipset', 'ipset'],
  mailerPorts: ['25,587', '587, 25'],
  hookChains: ['INPUT,FORWARD', 'INPUT, FORWARD'],
  flatChainMax: [7, '7'],
  hookPlace: ['any', 'any'],
  cutSessions: ['none', 'none'],
  checkInterval: ['1m', 60],
  threshold: [11, '11'],
  ipv6Prefix: [56, '56'],
  trustedRelays: ['192.0.2.25,2001:db8::/64', '192.0.2.25, 2001:DB8::1/64'],
  attribution: ['verified', 'verified'],
  blockTime: ['2h', '120m'],
  blockTimeMax: ['2d', '48h'],
  blocksMax: [9, '9'],
  blocksPerMinute: [9, '9'],
  greeting: ['observe', 'observe'],
  greetingWait: ['30s', 30],
  greetingWaitStress: ['2s', 2],
  greetingPort: [2600, '2600'],
  greetingMax: [1000, '1000'],
  greetingMaxPerClient: [30, '30'],
  greetingMaxPerNetwork: [200, '200'],
  greetingChildrenMax: [50, '50'],
  greetingChildrenPerSecond: [10, '10'],
  greetingPassed: ['7d', '168h'],
  greetingCommand: ['/usr/sbin/sendmail -bs -Am', '/usr/sbin/sendmail -bs -Am'],
  maxRuntimeCmdRead: ['0s', 0],
  idleCmdRead: ['1h', '60m'],
  reapSchedule: ['* * * * *', '* * * * *'],
  outbound: ['hold', 'hold'],
  outboundPorts: ['25,587', '25, 587,25'],
  outboundInterval: ['3s', 3],
  outboundChainName: ['OUT', 'OUT'],
  allowedSenders: ['root:*', 'root:*'],
  allowedDestinations: ['192.0.2.0/24', '192.0.2.7/24'],
  outgoingMail: ['warn', 'warn'],
  mailPerHour: [9, '9'],
  mailPerDay: [9, '9'],
  rcptPerMessage: [9, '9'],
  mailQueueAlarm: [9, '9'],
  mailExempt: ['uid:list,auth:news=9', 'uid:list, auth:news=9'],
  warnInterval: ['1m', '60s'],
  warnMail: ['root', 'root'],
  warnCommand: ['/c', '/c'],
  mailActionCommand: ['/c', '/c'],
  warnWebhook: ['https://example.org/', 'https://example.org/'],
  digestMail: ['root', 'root'],
  digestSchedule: ['0 7 * * 1', '0 7 * * 1'],
  warnUser: ['auto', 'auto'],
  rdapBootstrap: ['/r/', '/r/'],
  contactZone: ['abuse.example.net', 'abuse.example.net'],
  complaintVirusNames: ['Win.*,Eicar-Test-Signature', 'Win.*, Eicar-Test-Signature'],
  clamdSocket: ['/run/clamd', '/run/clamd'],
  complainedFolder: ['.Done', '.Done'],
  contactlessFolder: ['.Nobody', '.Nobody'],
  complaints: ['preview', 'preview'],
  complaintFrom: ['abuse@example.org', 'abuse@example.org'],
  complaintAfter: [3, '3'],
  complaintClients: [4, '4'],
  complaintDelay: ['1h', '60m'],
  complaintsPerDay: [9, '9'],
  complaintLetters: ['/l', '/l'],
  cleanseSchedule: ['*/2 * * * *', '*/2 * * * *'],
  stateDir: ['/s', '/s'],
  controlSocket: ['/c', '/c'],
  metricsFile: ['/m', '/m'],
  dryRun: [true, true],
  flushOnExit: [true, true],
};

describe('a setting that has changed is found, and only that one', () => {
  test.each(settingNames)('%s', (name) => {
    const [one, same] = others[name];
    const [changed, again] = [parsed({[keyOf(name)]: one}), parsed({[keyOf(name)]: same})];
    // The old word for the other.
    const also = name === 'mailerPort' ? ['mailerPorts'] : [];
    expect(changedSettings(parsed({}), changed)).toEqual([name, ...also]);
    expect(changedSettings(changed, again)).toEqual([]);
  });
});

test('a default that is written down is no change', () => {
  expect(changedSettings(parsed({}), parsed({threshold: 10, block_time: '60m'}))).toEqual([]);
});

test('settings that decide nothing any more are no change', () => {
  const table = Object.fromEntries(obsoleteNames.map((name) => [keyOf(name), 'anything']));
  expect(changedSettings(parsed({}), parsed(table))).toEqual([]);
});
