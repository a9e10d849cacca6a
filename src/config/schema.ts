/**
 * Every setting, once: flags, configuration file, sample and help are made from this table. A
 * setting `blockTime` is the flag `--block-time` and the key `block_time`. The first nine are the
 * flags of the old program, unchanged; what it kept in global variables follows.
 */
import * as kind from './kinds.js';
import type {Kind} from './kinds.js';

export interface Setting<Value> {
  readonly kind: Kind<Value>;
  readonly standard: Value;
  /** One sentence: what it decides and why the default is as it is. */
  readonly meaning: string;
}

function setting<Value>(kind: Kind<Value>, standard: Value, meaning: string): Setting<Value> {
  return {kind, standard, meaning};
}

const hostName = kind.text(
  /^[A-Za-z0-9._:-]{0,255}$/,
  'a host name as the syslog writes it',
  'NAME',
);
const programName = kind.text(
  /^[^\s[\]:]{1,64}$/,
  'a program name as the syslog writes it',
  'NAME',
);

/** iptables(8) allows 28 characters; a chain named like a target or an option would be one. */
const chainName = kind.text(
  /^(?!(?:INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING|ACCEPT|DROP|RETURN|QUEUE|REJECT|LOG)$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,27}$/,
  'a chain of its own: 1 to 28 letters, digits, _ . or -, and none of the built-in names',
  'NAME',
);

/**
 * A count. Of so many IPv6 blocks on two cores the slowest call (iptables, a tree) takes 9 of the 20 s
 * it has (`sys/run/netfilter.ts`), and the longest listing 22 of 64 MB (`sys/run/command.ts`). What goes
 * beyond either would be killed and begun again for ever.
 */
const mostBlocks = 200_000;

/** `root:/usr/sbin/exim4`, `backup:*`, `1001:/opt/mailer`; no commas, which stand between them. */
const sender =
  /^(?:[a-z_][a-z0-9_.-]{0,31}\$?|Debian-[a-z-]{1,24}|\d{1,10}):(?:\*|\/[^\0\n,]{0,4094})$/;

/** How the mail transfer agents of Debian and its relatives run while they deliver. */
const mailers = [
  'root:/usr/libexec/sendmail/sendmail',
  'smmsp:/usr/libexec/sendmail/sendmail',
  'root:/usr/sbin/sendmail.sendmail',
  'smmsp:/usr/sbin/sendmail.sendmail',
  'postfix:/usr/lib/postfix/sbin/smtp',
  'postfix:/usr/libexec/postfix/smtp',
  'root:/usr/sbin/exim4',
  'Debian-exim:/usr/sbin/exim4',
];

export const settings = {
  whiteList: setting(
    kind.path,
    '/etc/blocksmtp.whitelist',
    'File of networks that are never blocked, one a line; changes take effect within seconds.',
  ),
  syslogMsgsFile: setting(
    kind.logSources,
    ['auto'],
    'The log of the mailer: files (`*` and `?` in the last part), `journal`, or several with commas between them; auto: /var/log/mail.log or maillog if somebody writes to it, else the journal, and the journal first where attribution is verified.',
  ),
  mailerIp: setting(
    kind.optionalAddress,
    undefined,
    'Address of the mailer; it is never blocked. This machine never is either.',
  ),
  mailerPort: setting(
    kind.number(1, 65_535, 'whole', 'PORT'),
    25,
    'The port that blocked clients can no longer reach.',
  ),
  mailerSyslogHost: setting(
    hostName,
    '',
    "Only this host's lines in the log count; empty: every host's.",
  ),
  mailerSyslogName: setting(
    programName,
    'sm-mta',
    "Only this program's lines count: sm-mta on Debian, sendmail elsewhere.",
  ),
  iptablesChainName: setting(
    chainName,
    'SPAM_UNAME_GUESSERS',
    'The chain that holds the blocks, in iptables and in ip6tables; it belongs to blocksmtp alone.',
  ),
  debug: setting(
    kind.number(0, 4, 'whole', 'LEVEL'),
    2,
    'How much is said: 0 errors, 1 warnings, 2 decisions, 3 evidence, 4 the log line that tied it to its client.',
  ),
  debugToSyslog: setting(kind.onOff, false, 'Say it to the syslog too (facility daemon).'),
  logFile: setting(kind.optionalPath, '', 'Say it to this file too; empty: to none.'),
  backend: setting(
    kind.oneOf('iptables', 'ipset', 'nftables'),
    'iptables',
    'What holds the blocks: one iptables rule each; an ipset that one rule of the chain matches; or a table of nftables of that name. With sets the kernel ends blocks itself, and packets pay nothing for many.',
  ),
  flatChainMax: setting(
    kind.number(1, 50_000, 'whole', 'COUNT'),
    1000,
    'With more blocks than this the rules of the backend iptables stand in sub-chains by address, for every packet is compared with every rule of a flat chain.',
  ),
  hookPlace: setting(
    kind.oneOf('first', 'any'),
    'first',
    'Where the hook stands. first: before every rule that could accept a packet, so that open sessions are cut too; any: wherever the administrator puts it.',
  ),
  cutSessions: setting(
    kind.oneOf('both', 'sockets', 'processes', 'none'),
    'both',
    'What ends the open sessions of a client that is blocked, besides the rule: its sockets are destroyed (`ss -K`), the sendmail processes that serve it get SIGTERM, both, or none; so that none waits for it.',
  ),
  checkInterval: setting(
    kind.duration('1s', '1h'),
    10,
    'How often the firewall is compared with what should be, and repaired.',
  ),
  threshold: setting(
    kind.number(2, 1000, 'whole', 'COUNT'),
    10,
    'Distinct unknown recipients at which a client is blocked. Nobody mistypes ten names in a row.',
  ),
  leastUnknownShare: setting(
    kind.number(0, 100, 'whole', 'PERCENT'),
    20,
    'A client is blocked only if so many percent of its recipients were unknown: a large sender has some wrong names in every thousand; 0 asks for none.',
  ),
  attribution: setting(
    kind.oneOf('any', 'verified'),
    'any',
    'What must say who the client was: any proof, or a verified one, which no log line can forge (the kernel, or a journal entry written by sendmail).',
  ),
  leakTime: setting(
    kind.duration('1s', '7d'),
    600,
    'One unknown recipient is forgiven each so long: six an hour are taken for mistakes for ever.',
  ),
  blockTime: setting(
    kind.duration('1s', '365d'),
    3600,
    'How long the first block of a client lasts.',
  ),
  blockTimeFactor: setting(
    kind.number(1, 100, 'any', 'RATIO'),
    2,
    'Each further block of the same client lasts so many times as long as the one before.',
  ),
  blockTimeMax: setting(
    kind.duration('1s', '365d'),
    7 * 86_400,
    'No block lasts longer: an address changes hands, and a cleaned machine may send again.',
  ),
  repeatMemory: setting(
    kind.duration('1s', '3650d'),
    30 * 86_400,
    'After so long without a block a client is a first offender again.',
  ),
  blocksMax: setting(
    kind.number(1, mostBlocks, 'whole', 'COUNT'),
    50_000,
    'No more blocks stand at once: more would be a mistake, or an attack on us; no backend was shown to work with more than 200000.',
  ),
  blocksPerMinute: setting(
    kind.number(1, 1_000_000, 'whole', 'COUNT'),
    1000,
    'No more blocks are made in a minute; who is left out is blocked at his next sign.',
  ),
  goodSendersMax: setting(
    kind.number(0, 1000, 'whole', 'COUNT'),
    3,
    'Blocking stops, and waits for `blocksmtp resume`, when so many clients that had delivered mail lately would be blocked within ten minutes: then not they are wrong, but our list of users; 0 never stops.',
  ),
  maxRuntimeCmdRead: setting(
    kind.duration('0s', '7d'),
    86_400,
    'A sendmail process that is this old and waits in `cmd read` is ended, however busy it is: a mailer may keep a connection and work in it for hours; 0: never for its age.',
  ),
  idleCmdRead: setting(
    kind.duration('0s', '7d'),
    600,
    'A sendmail process that waits in `cmd read`, and on whose connection nothing was moved for so long, is ended: RFC 5321 (4.5.3.2.7) asks for five minutes, sendmail itself waits an hour; 0: never for that.',
  ),
  reapSchedule: setting(kind.schedule, '*/5 * * * *', 'When to look for such processes.'),
  outbound: setting(
    kind.oneOf('off', 'observe', 'warn', 'hold', 'reject'),
    'warn',
    'What is done about local programs that open connections to mail ports of other machines: counted; told of; held back for a moment until it is known who it is; or, but for allowed senders and destinations, rejected.',
  ),
  outboundPorts: setting(
    kind.ports,
    [25],
    'The mail ports; 465 and 587 are where mail programs hand in mail with a password.',
  ),
  outboundInterval: setting(
    kind.duration('1s', '1h'),
    2,
    'How often the sockets are looked at; what the kernel reports of itself is seen at once.',
  ),
  outboundChainName: setting(
    chainName,
    'BLOCKSMTP_OUT',
    'The chain that holds back or rejects, in iptables and in ip6tables; it belongs to blocksmtp alone.',
  ),
  allowedSenders: setting(
    kind.list(sender, 64, 'senders as USER:PROGRAM (a path, or * for any)', 'SENDERS'),
    mailers,
    'Who may open such connections and is not told of: the user and the program, whose file must be the one at that path. The rules of `hold` and `reject` know users only.',
  ),
  allowedDestinations: setting(
    kind.networks,
    [],
    'Where everybody may open such connections to: the smarthost.',
  ),
  warnInterval: setting(
    kind.duration('1s', '7d'),
    3600,
    'One warning in so long for each program and destination.',
  ),
  warnMail: setting(
    kind.text(
      /^(?:[A-Za-z0-9._+-]{1,64}(?:@[A-Za-z0-9.-]{1,253})?)?$/,
      'a mail address',
      'ADDRESS',
    ),
    '',
    'Send warnings to this address too, through the mailer at port 25 of this machine; empty: to nobody.',
  ),
  warnCommand: setting(
    kind.optionalPath,
    '',
    'Run this program for each warning, which it reads as JSON; empty: none.',
  ),
  warnWebhook: setting(
    kind.text(
      /^(?:https?:\/\/[^\s\0]{1,2000})?$/,
      'an address that begins with http:// or https://',
      'URL',
    ),
    '',
    'Send each warning to this address as JSON (POST); empty: to none.',
  ),
  warnUser: setting(
    kind.text(/^(?:auto|[a-z_][a-z0-9_.-]{0,31})?$/, 'a user name, or auto', 'USER'),
    '',
    'Show warnings on the desktop of this user, who may end the program there; auto: of whoever sits at the machine; empty: of nobody.',
  ),
  cleanseSchedule: setting(
    kind.schedule,
    '* * * * *',
    'When to forget old offenders and sessions.',
  ),
  stateDir: setting(
    kind.path,
    '/var/lib/blocksmtp',
    'Directory for what must outlive a restart: blocks, offenders, place in the log.',
  ),
  controlSocket: setting(
    kind.path,
    '/run/blocksmtp/control.sock',
    'Where the commands reach the running daemon.',
  ),
  metricsFile: setting(
    kind.optionalPath,
    '',
    'Write figures for Prometheus to this file at each check, for the text file collector of its node exporter; empty: to none.',
  ),
  dryRun: setting(
    kind.onOff,
    false,
    'Change nothing: no firewall, no process, no state; only say what would be done.',
  ),
  flushOnExit: setting(
    kind.onOff,
    false,
    'On exit remove the chain and its hook; else the blocks stay in force while the daemon is away.',
  ),
} as const;

export type SettingName = keyof typeof settings;
type ValueOf<S> = S extends Setting<infer Value> ? Value : never;

/** Checked values; times in seconds. */
export type Config = {readonly [Name in SettingName]: ValueOf<(typeof settings)[Name]>};

export const settingNames = Object.keys(settings) as SettingName[];

/** `blockTime` → `block_time`, its key in the file. */
export const keyOf = (name: SettingName): string => words(name).join('_');

/** `blockTime` → `--block-time`. */
export const flagOf = (name: SettingName): string => `--${words(name).join('-')}`;

const words = (name: string): string[] => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
