/**
 * Prints the reference of all settings that `docs/configuration.md` shows, from the schema. What it says
 * of a setting is the schema's; here is only the order, and which page has more.
 */
import type {Kind} from '../src/config/kinds/kind.js';
import {obsoleteNames} from '../src/config/obsolete.js';
import {obsolete} from '../src/config/settings/obsolete.js';
import {flagOf, keyOf, type SettingName, settingNames, settings} from '../src/config/schema.js';

/** The page of docs/ that tells more of a setting. */
const pageOf: Readonly<Record<SettingName, string>> = {
  whiteList: 'how-it-decides',
  syslogMsgsFile: 'install',
  mailerIp: 'how-it-decides',
  mailerPort: 'firewall',
  mailerSyslogHost: 'install',
  mailerSyslogName: 'install',
  iptablesChainName: 'firewall',
  debug: 'monitoring',
  debugToSyslog: 'monitoring',
  logFile: 'monitoring',
  backend: 'firewall',
  mailerPorts: 'firewall',
  hookChains: 'firewall',
  flatChainMax: 'firewall',
  hookPlace: 'firewall',
  cutSessions: 'firewall',
  checkInterval: 'firewall',
  threshold: 'how-it-decides',
  ipv6Prefix: 'how-it-decides',
  trustedRelays: 'how-it-decides',
  attribution: 'how-it-decides',
  blockTime: 'how-it-decides',
  blockTimeMax: 'how-it-decides',
  blocksMax: 'how-it-decides',
  blocksPerMinute: 'how-it-decides',
  greeting: 'greeting',
  greetingWait: 'greeting',
  greetingWaitStress: 'greeting',
  greetingPort: 'greeting',
  greetingMax: 'greeting',
  greetingMaxPerClient: 'greeting',
  greetingMaxPerNetwork: 'greeting',
  greetingChildrenMax: 'greeting',
  greetingChildrenPerSecond: 'greeting',
  greetingPassed: 'greeting',
  greetingCommand: 'greeting',
  maxRuntimeCmdRead: 'stuck-sessions',
  idleCmdRead: 'stuck-sessions',
  reapSchedule: 'stuck-sessions',
  outbound: 'outgoing-mail',
  outboundPorts: 'outgoing-mail',
  outboundInterval: 'outgoing-mail',
  outboundChainName: 'egress-rules',
  allowedSenders: 'outgoing-mail',
  allowedDestinations: 'outgoing-mail',
  outgoingMail: 'outgoing-mail',
  mailPerHour: 'outgoing-mail',
  mailPerDay: 'outgoing-mail',
  rcptPerMessage: 'outgoing-mail',
  mailQueueAlarm: 'outgoing-mail',
  mailExempt: 'outgoing-mail',
  warnInterval: 'warnings',
  warnMail: 'warnings',
  warnCommand: 'warnings',
  mailActionCommand: 'outgoing-mail',
  warnWebhook: 'warnings',
  warnUser: 'warnings',
  digestMail: 'report',
  digestSchedule: 'report',
  rdapBootstrap: 'contacts',
  contactZone: 'contacts',
  complaintVirusNames: 'complained-mail',
  clamdSocket: 'complained-mail',
  complainedFolder: 'complained-mail',
  contactlessFolder: 'complained-mail',
  complaints: 'complaints',
  complaintFrom: 'complaints',
  complaintAfter: 'complaints',
  complaintClients: 'complaints',
  complaintDelay: 'complaints',
  complaintsPerDay: 'complaints',
  complaintLetters: 'complaints',
  cleanseSchedule: 'operating',
  stateDir: 'operating',
  controlSocket: 'operating',
  metricsFile: 'monitoring',
  dryRun: 'operating',
  flushOnExit: 'firewall',
};

/** Settings by the page that tells more of them, in the order in which the pages are read. */
const topics: readonly {readonly page: string; readonly title: string}[] = [
  {page: 'install', title: 'What is followed'},
  {page: 'how-it-decides', title: 'Who is blocked, and for how long'},
  {page: 'firewall', title: 'The firewall'},
  {page: 'greeting', title: 'Who speaks before the greeting'},
  {page: 'stuck-sessions', title: 'Stuck sessions'},
  {page: 'outgoing-mail', title: 'Outgoing mail'},
  {page: 'egress-rules', title: 'Rules for outgoing mail'},
  {page: 'warnings', title: 'Warnings'},
  {page: 'report', title: 'The report'},
  {page: 'contacts', title: 'Whom complaints go to'},
  {page: 'complained-mail', title: 'Complaints about messages'},
  {page: 'complaints', title: 'Complaints'},
  {page: 'monitoring', title: 'Log and metrics'},
  {page: 'operating', title: 'State, commands, dry run'},
];

/** The file in docs/ that must mention the setting. */
export const topicPageOf = (name: SettingName): string => `${pageOf[name]}.md`;

export const [beginOfSettings, endOfSettings] = [
  '<!-- settings: printed by test/docs.test.ts -->\n',
  '<!-- end of settings -->\n',
];

export function settingsReference(): string {
  const parts = topics.map(({page, title}) => {
    const names = settingNames.filter((name) => pageOf[name] === page);
    return `## ${title}\n\nMore: [${page}.md](${page}.md).\n\n${names.map(entry).join('\n')}`;
  });
  return `${beginOfSettings}\n${parts.join('\n')}\n${noLongerUsed()}\n${endOfSettings}`;
}

/** So that an old link leads somewhere, and a reader who looks for a setting finds why it went. */
function noLongerUsed(): string {
  const head =
    'A file or a command line that still has one of these is accepted. Its value is ignored, and the daemon names it at its start.';
  const entries = obsoleteNames.map((name) => `### \`${keyOf(name)}\`\n\n${obsolete[name]}.\n`);
  return `## No longer used\n\n${head}\n\n${entries.join('\n')}`.replaceAll(
    /\n\n([a-z])/g,
    (_, first: string) => `\n\n${first.toUpperCase()}`,
  );
}

function entry(name: SettingName): string {
  const {kind, standard, meaning} = settings[name];
  const {placeholder, bounds, write} = kind as Kind<unknown>;
  // The default is of the same setting as the kind; the union of all settings hides that.
  const written = write(standard);
  const flag = placeholder === undefined ? flagOf(name) : `${flagOf(name)}=${placeholder}`;
  const rows = [
    `- Flag: \`${flag}\``,
    `- Default: ${written === '""' ? 'empty' : `\`${written}\``}`,
    `- Expected: ${bounds}`,
  ];
  return `### \`${keyOf(name)}\`\n\n${meaning}\n\n${rows.join('\n')}\n`;
}
