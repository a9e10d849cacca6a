/** What the daemon does about local programs that connect to mail ports. */
import {list, networks, ports} from '../kinds/lists.js';
import {chainName} from '../kinds/chain-names.js';
import {duration, choice} from '../kinds/scalars.js';
import {setting} from './setting.js';

/**
 * `root:/usr/sbin/exim4`, `backup:*`, `1001:/opt/mailer`. No commas, which separate the entries.
 */
const sender =
  /^(?:[a-z_][a-z0-9_.-]{0,31}\$?|Debian-[a-z-]{1,24}|\d{1,10}):(?:\*|\/[^\0\n,]{0,4094})$/;

/**
 * The users and programs with which the mail transfer agents of Debian and its relatives deliver.
 */
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

export const outgoing = {
  outbound: setting(
    choice('off', 'observe', 'warn', 'hold', 'reject'),
    'warn',
    'What the daemon does about local programs that open connections to mail ports of other machines. off: nothing; observe: it counts them; warn: it also warns you; hold: it also holds each connection for a moment until it knows the program; reject: it rejects all but allowed senders and destinations.',
  ),
  outboundPorts: setting(
    ports,
    [25],
    'The mail ports to watch. Mail programs submit mail with a password at 465 and 587.',
  ),
  outboundInterval: setting(
    duration('1s', '1h'),
    2,
    'How often the daemon looks at the sockets. It sees at once what the kernel reports by itself.',
  ),
  outboundChainName: setting(
    chainName,
    'BLOCKSMTP_OUT',
    'The chain that holds or rejects connections, in iptables and in ip6tables. Only blocksmtp may use it.',
  ),
  allowedSenders: setting(
    list(sender, 64, 'senders as USER:PROGRAM (a path, or * for any)', 'SENDERS'),
    mailers,
    'Senders that may open such connections without a warning: a user and a program, whose file must be the one at that path. The rules of `hold` and `reject` know users only.',
  ),
  allowedDestinations: setting(
    networks,
    [],
    'Destinations to which every program may open such connections: the smarthost.',
  ),
} as const;
