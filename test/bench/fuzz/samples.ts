/** Texts of the kernel, its tools and people, from which the mutations begin. */
import {parseNetwork} from '../../../src/net/network.js';

export const nowMs = Date.UTC(2026, 10, 21, 13);

export const chainSpec = {chain: 'SPAM_UNAME_GUESSERS', ports: [25], hooks: ['INPUT']};

/** A question to foreign rules. */
export const dropQuestion = {
  network: parseNetwork('203.0.113.7')!,
  from: ['INPUT'],
  ports: [25],
  isOurs: () => false,
  inSet: () => undefined,
};

const socketHead =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const socketRow = (slot: number, local: string, remote: string, state: string): string =>
  `   ${slot}: ${local} ${remote} ${state} 00000000:00000000 02:000AFA35 00000000     0        0 ${4711 + slot} 2 0000000000000000 20 4 30 10 -1`;

const connectEvent =
  '         perl-10683   [001] ..... 34024.130933: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=0 dport=25 saddr=192.0.2.1 daddr=192.0.2.25 saddrv6=::ffff:192.0.2.1 daddrv6=::ffff:192.0.2.25 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT';

const set = (name: string, elem: readonly unknown[]): object => ({
  set: {name, family: 'ip', table: 'x', type: 'ipv4_addr', flags: ['timeout'], elem},
});
const element = (val: unknown): object => ({elem: {val, timeout: 3600, expires: 3599}});
const nft = (...items: readonly object[]): string =>
  JSON.stringify({
    nftables: [{metainfo: {version: '1.0.6'}}, {table: {name: 'x'}}, ...items],
  }).replace(':[', ': [');

export const others = {
  addresses: [
    '<anna@example.net>',
    '"a b"@example.net',
    '<@a,@b:c@example.net>',
    'c(x (y) z)d+e@example.net',
    '<"a\\"b"@[192.0.2.1]>',
  ],
  titles: [
    'sendmail: MTA: server mail5.client.example [203.0.113.5] cmd read',
    'sendmail: 6ALBjJc0000152 mail5.client.example [203.0.113.5]: RCPT TO:<a@example.net>',
    'sendmail: MTA: ./6ALBjJc0000152 [IPv6:2001:db8::7]: DATA',
    'sendmail: MTA: accepting connections',
  ],
  requests: [
    '{"command":"list"}',
    '{"command":"why","network":"203.0.113.7"}',
    '{"command":"senders","seconds":3600}',
    '{"command":"block","network":"203.0.113.0/24","seconds":60}',
    '{"command":"unblock","network":"2001:db8::/64"}',
    '{"command":"reload","confirmSeconds":60}',
  ],
  toml: [
    'threshold = 10\nwhite_list = "/etc/x"\nmailer_ports = [25, 465]\n[warn]\na = 1\n',
    'block_time = "1h"\nmailer_ip = ["192.0.2.1"]\ntrusted_relays = ["mx.example.net"]\nx.y.z = 1\n',
  ],
  whitelists: [
    '192.0.2.0/24 # a\n2001:db8::/32\n#b\n\n10.1\n',
    '203.0.113.7\r\n::ffff:192.0.2.7\n',
  ],
  networks: ['192.0.2.0/24', '2001:db8::7/64', '::ffff:192.0.2.7', '[IPv6:2001:db8::7]', '10/8'],
  socketTables: [
    [
      socketHead,
      socketRow(0, '00000000:0019', '00000000:0000', '0A'),
      socketRow(1, '010200C0:0019', '070200C0:D431', '01'),
      socketRow(2, '010200C0:9C41', '190200C0:0019', '02'),
      socketRow(
        3,
        'B80D0120000000000000000001000000:0019',
        'B80D0120000000000000000007000000:D431',
        '01',
      ),
      '',
    ].join('\n'),
  ],
  idleTimes: [
    '0 0 192.0.2.1:25 203.0.113.7:46306 timer:(keepalive,119min,0) ino:17 sk:2e cgroup:/ <-> ts lastsnd:2012 lastrcv:3012 lastack:2\n' +
      '0 0 192.0.2.1:25 203.0.113.8:46306 ino:18 sk:2f cgroup:/ <-> ts lastrcv:12\n',
  ],
  counters: [
    'Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: RtoAlgorithm ActiveOpens PassiveOpens\nTcp: 1 4711 5\n',
  ],
  groups: [
    '0::/system.slice/apache2.service\n',
    '12:pids:/x\n1:name=systemd:/user.slice/user-1000.slice/session-3.scope\n0::/\n',
    `0::/kubepods/besteffort/podx/${'0123456789abcdef'.repeat(4)}\n`,
    '0::/machine.slice/machine-web\\x2d1.scope/payload\n',
  ],
  connectEvents: [
    connectEvent,
    connectEvent.replace('AF_INET', 'AF_INET6'),
    'CPU:1 [LOST 27 EVENTS]',
  ],
  commandLines: [
    '/usr/bin/perl\0-w\0-I\0lib\0x.pl\0a',
    '/usr/bin/python3\0-c\0print(1)',
    '/usr/bin/php-cgi8.2\0-f\0/srv/x.php\0SCRIPT_FILENAME=/srv/www/x.php',
    '/bin/sh\0-c\0mail',
  ],
  nftables: [
    nft(
      set('hosts', ['192.0.2.7', element('203.0.113.7')]),
      set('networks', [
        element({prefix: {addr: '198.51.100.0', len: 24}}),
        element({range: ['a']}),
      ]),
      set('submitters', []),
      {chain: {name: 'input', hook: 'input', prio: -10, policy: 'accept'}},
      {rule: {chain: 'input', handle: 3, expr: [{match: {op: '==', left: {}, right: '@hosts'}}]}},
    ),
    nft(
      set('ports', [element({concat: ['192.0.2.1', 5, '192.0.2.2', 25]})]),
      set('released', [element('192.0.2.1')]),
      {chain: {name: 'output', hook: 'output', prio: 0, policy: 'accept'}},
    ),
  ],
  ipsets: [
    'create SPAM_UNAME_GUESSERS-4 hash:net family inet hashsize 1024 maxelem 2000000 timeout 0\n' +
      'add SPAM_UNAME_GUESSERS-4 192.0.2.1 timeout 3000\n' +
      'add SPAM_UNAME_GUESSERS-4 198.51.100.0/24 timeout 30 nomatch\n',
  ],
} as const;
