/** Pins what users rely on: names and defaults. A change here is a change of the interface. */
import {describe, expect, test} from '@jest/globals';
import {flagOf, keyOf, type SettingName, settingNames, settings} from '../../src/config/schema.js';
import type {Kind, Raw} from '../../src/config/kinds/kind.js';

const day = 86_400;

describe('settings', () => {
  test('defaults: changing one is a visible decision', () => {
    const standards = settingNames.map((name) => [keyOf(name), settings[name].standard]);
    expect(Object.fromEntries(standards)).toEqual({
      white_list: '/etc/blocksmtp.whitelist',
      syslog_msgs_file: ['auto'],
      mailer_ip: undefined,
      mailer_port: 25,
      mailer_syslog_host: '',
      mailer_syslog_name: ['auto'],
      iptables_chain_name: 'SPAM_UNAME_GUESSERS',
      mailer_ports: 'auto',
      hook_chains: ['INPUT'],
      backend: 'iptables',
      flat_chain_max: 1000,
      hook_place: 'first',
      cut_sessions: 'both',
      check_interval: 10,
      debug: 2,
      debug_to_syslog: false,
      log_file: '',
      threshold: 10,
      ipv6_prefix: 64,
      trusted_relays: [],
      attribution: 'any',
      block_time: 3600,
      block_time_max: 4 * day,
      blocks_max: 50_000,
      blocks_per_minute: 1000,
      max_runtime_cmd_read: 86_400,
      idle_cmd_read: 600,
      reap_schedule: '*/5 * * * *',
      outbound: 'warn',
      outbound_ports: [25],
      outbound_interval: 2,
      outbound_chain_name: 'BLOCKSMTP_OUT',
      allowed_senders: [
        'root:/usr/libexec/sendmail/sendmail',
        'smmsp:/usr/libexec/sendmail/sendmail',
        'root:/usr/sbin/sendmail.sendmail',
        'smmsp:/usr/sbin/sendmail.sendmail',
        'postfix:/usr/lib/postfix/sbin/smtp',
        'postfix:/usr/libexec/postfix/smtp',
        'root:/usr/sbin/exim4',
        'Debian-exim:/usr/sbin/exim4',
      ],
      allowed_destinations: [],
      outgoing_mail: 'observe',
      mail_per_hour: 300,
      mail_per_day: 2000,
      rcpt_per_message: 500,
      mail_queue_alarm: 2000,
      mail_exempt: [],
      mail_action_command: '',
      warn_interval: 3600,
      warn_mail: '',
      warn_command: '',
      warn_webhook: '',
      warn_user: '',
      digest_mail: '',
      digest_schedule: '0 7 * * *',
      rdap_bootstrap: 'https://data.iana.org/rdap/',
      contact_zone: 'abuse-contacts.abusix.zone',
      complaint_virus_names: [],
      clamd_socket: '/run/clamav/clamd.ctl',
      complained_folder: '.Complained',
      contactless_folder: '.NoContact',
      complaints: 'off',
      complaint_from: '',
      complaint_after: 2,
      complaint_clients: 3,
      complaint_delay: 1800,
      complaints_per_day: 50,
      complaint_letters: '',
      cleanse_schedule: '* * * * *',
      state_dir: '/var/lib/blocksmtp',
      control_socket: '/run/blocksmtp/control.sock',
      metrics_file: '',
      dry_run: false,
      flush_on_exit: false,
      greeting: 'off',
      greeting_wait: 6,
      greeting_wait_stress: 1,
      greeting_port: 2500,
      greeting_max: 2000,
      greeting_max_per_client: 20,
      greeting_max_per_network: 100,
      greeting_children_max: 100,
      greeting_children_per_second: 20,
      greeting_passed: 30 * 86_400,
      greeting_command: '',
    });
  });

  test('flags of the old program come first, unchanged', () => {
    expect(settingNames.map(flagOf).slice(0, 9)).toEqual([
      '--white-list',
      '--syslog-msgs-file',
      '--mailer-ip',
      '--mailer-port',
      '--mailer-syslog-host',
      '--mailer-syslog-name',
      '--iptables-chain-name',
      '--debug',
      '--debug-to-syslog',
    ]);
  });

  test('a key is its flag with _ for -', () => {
    for (const name of settingNames) {
      expect(flagOf(name)).toBe(`--${keyOf(name).replaceAll('_', '-')}`);
    }
    expect([keyOf('blockTimeMax'), flagOf('blockTimeMax')]).toEqual([
      'block_time_max',
      '--block-time-max',
    ]);
  });

  test.each(settingNames)('%s: its default is inside its own bounds, and has a meaning', (name) => {
    const {kind, standard, meaning} = settings[name];
    const raw = JSON.parse((kind as Kind<unknown>).write(standard)) as Raw;
    expect(kind.read(raw)).toEqual({ok: true, value: standard});
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  });
});

/** For each setting with bounds: values just inside, and values just outside. */
const bounds: readonly (readonly [SettingName, readonly Raw[], readonly Raw[]])[] = [
  ['mailerPort', [1, 65_535], [0, 65_536, 25.5]],
  [
    'mailerPorts',
    ['auto', 25, '587, 25', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15'],
    ['', 0, 65_536, 'auto,25', '25;26', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16'],
  ],
  [
    'hookChains',
    ['INPUT', 'INPUT, DOCKER-USER', 'FORWARD', 'a,b,c,d'],
    ['', 'OUTPUT', 'INPUT,', 'PREROUTING', 'DROP', 'a b', 'a,b,c,d,e', 'x'.repeat(29)],
  ],
  ['debug', [0, 4], [-1, 5]],
  // One unknown recipient is a typing error, so nobody may be blocked for it.
  ['threshold', [2, 1000], [0, 1, 1001]],
  ['ipv6Prefix', [48, 128], [47, 129, 64.5]],
  [
    'trustedRelays',
    ['', '192.0.2.25, 2001:db8::/64'],
    ['mx2.example.net', '0.0.0.0/0', '192.0.2.25,'],
  ],
  ['blockTime', ['1s', '365d'], ['0s', '366d']],
  ['blockTimeMax', ['1s', '365d'], ['0s', '366d']],
  ['blocksMax', [1, 200_000], [0, 200_001]],
  ['maxRuntimeCmdRead', ['0', '1s', '7d'], ['-1s', '8d']],
  ['idleCmdRead', ['0', '1s', '7d'], ['-1s', '8d']],
  ['outbound', ['off', 'observe', 'warn', 'hold', 'reject'], ['', 'on']],
  [
    'outboundPorts',
    [25, '25', '25,465, 587', '1,2,3,4,5,6,7,8'],
    ['', 0, 65_536, '25;26', '1,2,3,4,5,6,7,8,9'],
  ],
  ['outboundInterval', ['1s', '1h'], ['0s', '3601s']],
  [
    'allowedSenders',
    ['', 'root:*', '0:/x', 'Debian-exim:/usr/sbin/exim4, a:*'],
    ['root', 'root:x', ':*', 'a b:*'],
  ],
  [
    'allowedDestinations',
    ['', '192.0.2.25,2001:db8::/32'],
    ['0.0.0.0/0', 'mail.example.net', '192.0.2.25,'],
  ],
  ['warnInterval', ['1s', '7d'], ['0s', '8d']],
  ['warnMail', ['', 'root', 'a.b+c@example.net'], ['a b', '-oQ/tmp@', 'a@b c', '<a@example.net>']],
  [
    'warnWebhook',
    ['', 'http://127.0.0.1:9/x', 'https://example.net/'],
    ['ftp://x', 'example.net', 'http:// x'],
  ],
  ['digestMail', ['', 'root', 'a.b+c@example.net'], ['a b', '-oQ/tmp@', '<a@example.net>']],
  ['digestSchedule', ['0 7 * * *', '0 7 * * 1'], ['', 'daily', '7']],
  ['warnUser', ['', 'auto', 'alice', 'www-data'], ['-x', 'a b', '0']],
  [
    'mailerSyslogName',
    ['auto', 'sm-mta', 'sendmail', 'sm-mta,sendmail', 'sm-mta, sendmail', 'x'.repeat(64)],
    ['', 'a b', 'a[1]', 'x'.repeat(65), 'auto,sm-mta', 'sm-mta,', 'a,b,c,d,e,f,g,h,i'],
  ],
  ['mailerSyslogHost', ['', 'mail1', 'mail1.example.net', '2001:db8::7'], ['a b', 'x'.repeat(256)]],
  [
    'iptablesChainName',
    ['SPAM_UNAME_GUESSERS', 'x'.repeat(28), '0a', '_x', 'a.b-c', 'input', 'INPUT2'],
    ['', 'x'.repeat(29), '-A', '.x', 'INPUT', 'ACCEPT', 'DROP', 'RETURN', 'LOG', 'a b', 'a;b', 'ä'],
  ],
];

describe('bounds of the settings', () => {
  test.each(bounds)('%s takes %j and refuses %j', (name, good, bad) => {
    const {kind} = settings[name];
    for (const raw of good) expect([raw, kind.read(raw).ok]).toEqual([raw, true]);
    for (const raw of bad) expect([raw, kind.read(raw).ok]).toEqual([raw, false]);
  });
});
