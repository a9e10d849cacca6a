/** What is done about local programs that connect to mail ports. */
import {list, networks, ports} from '../kinds/lists.js';
import {chainName, duration, choice} from '../kinds/scalars.js';
import {setting} from './setting.js';

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

export const outgoing = {
  outbound: setting(
    choice('off', 'observe', 'warn', 'hold', 'reject'),
    'warn',
    'What is done about local programs that open connections to mail ports of other machines: counted; told of; held back for a moment until it is known who it is; or, but for allowed senders and destinations, rejected.',
  ),
  outboundPorts: setting(
    ports,
    [25],
    'The mail ports; 465 and 587 are where mail programs hand in mail with a password.',
  ),
  outboundInterval: setting(
    duration('1s', '1h'),
    2,
    'How often the sockets are looked at; what the kernel reports of itself is seen at once.',
  ),
  outboundChainName: setting(
    chainName,
    'BLOCKSMTP_OUT',
    'The chain that holds back or rejects, in iptables and in ip6tables; it belongs to blocksmtp alone.',
  ),
  allowedSenders: setting(
    list(sender, 64, 'senders as USER:PROGRAM (a path, or * for any)', 'SENDERS'),
    mailers,
    'Who may open such connections and is not told of: the user and the program, whose file must be the one at that path. The rules of `hold` and `reject` know users only.',
  ),
  allowedDestinations: setting(
    networks,
    [],
    'Where everybody may open such connections to: the smarthost.',
  ),
} as const;
