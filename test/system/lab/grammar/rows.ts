/**
 * The rows of the grammar, ordered by function of sendmail: each has a pattern that its lines
 * match, and the least LogLevel at which sendmail writes it. The list shows which lines the scenarios
 * produce. It is no parser: the patterns do not distinguish the client's text from sendmail's.
 */
export type Row = {readonly row: string; readonly pattern: RegExp; readonly from?: 10 | 15};

const CLIENT = String.raw`(?:\S+ )?\S*\[[\w.:]+\](?: \(may be forged\))?`;
const line = (text: string): RegExp =>
  new RegExp(String.raw`(?:sm-mta|sendmail)\[\d+\]: ${text.replace('CLIENT', CLIENT)}`);
/** After a queue id. */
const envelope = (text: string): RegExp => line(String.raw`[0-9A-Za-z]{14,}: ${text}`);

export const rows: readonly Row[] = [
  // 1.1 unknown recipients
  {row: 'User unknown', pattern: envelope(String.raw`<anna0@.*\.\.\. User unknown$`)},
  {row: 'No such user here', pattern: envelope(String.raw`<nosuch@.*\.\.\. No such user here$`)},
  {
    row: 'check_rcpt 5.1.1',
    pattern: envelope('ruleset=check_rcpt, .* reject=550 5.1.1 .*unknown$'),
  },
  {
    row: 'check_rcpt 5.2.1',
    pattern: envelope('ruleset=check_rcpt, .* reject=550 5.2.1 .*disabled'),
  },
  {row: 'Milter: to=', pattern: envelope('Milter: to=<.*>, reject=550 5.1.1 User unknown$')},
  {row: 'to= of a next hop', pattern: envelope('to=<ghost.* relay=.*dsn=5.1.1, reply=.*unknown$')},
  {
    row: 'to= of an alias',
    pattern: envelope('to=goneuser, ctladdr=.*dsn=5.1.1, .*stat=User unknown$'),
  },
  {row: 'DSN', pattern: envelope(String.raw`\w{14,}: DSN: User unknown$`)},
  {row: 'syntax', pattern: envelope(String.raw`<x@y@z>\.\.\. Invalid route address$`)},
  {row: 'unbalanced', pattern: envelope(String.raw`.*\.\.\. Unbalanced '"'$`)},
  {row: 'non-printable', pattern: envelope('Syntax error in mailbox address ".*" .non-printable')},
  // 1.2 who the client is
  {row: 'connect from', pattern: line('NOQUEUE: connect from CLIENT$'), from: 10},
  {row: 'from=', pattern: envelope('from=<.*>, size=.* relay=CLIENT$')},
  {
    row: 'from= without a client',
    pattern: envelope('from=alice, .* relay=localhost .*UNIX: localhost'),
  },
  {row: 'RCPT flood', pattern: envelope('CLIENT: Possible SMTP RCPT flood, throttling.$')},
  {row: 'lost input', pattern: envelope('lost input channel from CLIENT to MTA-v. after rcpt$')},
  {row: 'did not issue', pattern: envelope('CLIENT did not issue MAIL/EXPN/VRFY/ETRN during')},
  {row: 'AUTH=server', pattern: line('AUTH=server, relay=CLIENT, authid=alice@.*, mech=PLAIN')},
  {row: 'STARTTLS=server', pattern: line('STARTTLS=server, relay=CLIENT, version=TLS')},
  {
    row: 'timeout',
    pattern: envelope(String.raw`timeout waiting for input from \S+ during server cmd`),
  },
  {
    row: 'unexpected close',
    pattern: envelope('collect: relay=.*, from=<.*>, info=unexpected close$'),
  },
  {row: 'premature EOM', pattern: envelope('collect: premature EOM: unexpected close$')},
  {
    row: 'read timeout',
    pattern: envelope(String.raw`SYSERR\(root\): collect: relay=.*, info=read timeout$`),
  },
  {
    row: 'bare line feed',
    pattern: envelope('collect: relay=.*, info=Bare linefeed .LF. not allowed'),
  },
  // 1.4 other abuse
  {
    row: 'pre-greeting',
    pattern: envelope('rejecting commands from CLIENT due to pre-greeting traffic'),
  },
  {
    row: 'early HELO',
    pattern: envelope('rejecting server EHLO from CLIENT due to traffic before resp'),
  },
  {
    row: 'relaying denied',
    pattern: envelope('ruleset=check_rcpt, .* reject=550 5.7.1 .*Relaying denied$'),
  },
  {row: 'possibly forged', pattern: envelope(String.raw`ruleset=check_rcpt, .*possibly forged \[`)},
  {
    row: 'check_mail domain',
    pattern: envelope('ruleset=check_mail, .* reject=553 5.1.8 .*does not exist$'),
  },
  {
    row: 'check_mail access',
    pattern: envelope('ruleset=check_mail, .* reject=550 5.7.1 .*Access denied$'),
  },
  {
    row: 'check_mail name',
    pattern: envelope('ruleset=check_mail, .* reject=553 5.5.4 .*Domain name req'),
  },
  {
    row: 'check_relay access',
    pattern: line('ruleset=check_relay, arg1=.* relay=CLIENT, reject=550 5.7.1'),
  },
  {
    row: 'check_relay rate',
    pattern: line('ruleset=check_relay, .*reject=452 4.3.2 Connection rate limit'),
  },
  {
    row: 'check_relay open',
    pattern: line('ruleset=check_relay, .*reject=452 4.3.2 Too many open conn'),
  },
  {row: 'discard', pattern: envelope('ruleset=check_rcpt, .* relay=CLIENT, discard$')},
  {
    row: 'quarantine',
    pattern: envelope('ruleset=check_mail, .* relay=CLIENT, quarantine=held back$'),
  },
  {row: 'attack NOOP', pattern: envelope('CLIENT: possible SMTP attack: command=NOOP, count=20$')},
  {
    row: 'attack HELO',
    pattern: envelope('CLIENT: possible SMTP attack: command=HELO/EHLO, count=3$'),
  },
  {row: 'attack VRFY', pattern: envelope('CLIENT: possible SMTP attack: command=VRFY, count=6$')},
  {row: 'attack AUTH', pattern: envelope('CLIENT: possible SMTP attack: command=AUTH, count=4$')},
  {
    row: 'AUTH failure',
    pattern: envelope(String.raw`AUTH failure \(PLAIN\): .*, user=root, relay=CLIENT$`),
  },
  {row: 'AUTH decode64', pattern: envelope('AUTH decode64 error .*, relay=CLIENT$')},
  {row: 'STARTTLS error', pattern: line('STARTTLS=server, error: accept failed=.*, relay=CLIENT$')},
  {row: 'VRFY', pattern: envelope('CLIENT: VRFY nobody0')},
  {row: 'EXPN rejected', pattern: envelope(String.raw`CLIENT: eXpN root \[rejected\]$`)},
  {row: 'open proxy', pattern: envelope('CLIENT: probable open proxy: command=GET / HTTP/1.0')},
  {row: 'input too long', pattern: envelope('CLIENT: SMTP violation, input too long: 12287$')},
  {row: 'wiz', pattern: envelope(String.raw`"wiz" command from CLIENT \(192\.0\.2\.\d+\)$`)},
  {row: 'invalid domain name', pattern: envelope('invalid domain name .*from CLIENT$'), from: 10},
  {row: 'authwarnings', pattern: envelope("Authentication-Warning: .* CLIENT didn't use HELO")},
  {row: 'tcpwrappers', pattern: line(String.raw`NOQUEUE: tcpwrappers \(unknown, .*\) rejection$`)},
  {
    row: 'Milter: connect',
    pattern: envelope('Milter: connect: host=.*, addr=.*, rejecting commands$'),
  },
  {row: 'Milter: helo=', pattern: envelope('Milter: helo=milter-helo.example, reject=554 5.7.1')},
  {row: 'Milter: from=', pattern: envelope('Milter: from=<milter-from.*>, reject=554 5.7.1')},
  {row: 'Milter: data', pattern: envelope('Milter: cmd=data, reject=554 5.7.1')},
  {row: 'Sending to Milter', pattern: envelope('Sending "WIZ.*" to Milter$'), from: 10},
  // 1.5 accepted recipients
  {row: 'nrcpts', pattern: envelope('from=<.*>, size=[1-9].*, nrcpts=2, msgid=<')},
  {row: 'Sent', pattern: envelope('to=<.*>,<.*>, delay=.* dsn=2.0.0, stat=Sent')},
  {row: 'Deferred', pattern: envelope('to=<later@.* stat=Deferred: Connection refused by')},
  {row: 'aborted by sender', pattern: envelope('to=<.*>, .*stat=aborted by sender$'), from: 10},
  {row: 'discarded', pattern: envelope('(?:to=.* stat=)?discarded$')},
  {row: 'done', pattern: envelope('done; delay=.*, ntries=1$'), from: 10},
  // 1.6 what clients and sendmail say, word for word
  {row: 'a command', pattern: envelope('<-- RCPT TO:<anna0@example.net>$'), from: 15},
  {row: 'an answer', pattern: envelope('--- 550 5.1.1 <anna0@.*unknown$'), from: 15},
  // 1.9 long lines
  {row: 'first part', pattern: line(String.raw`\w{14,}\[1\]: ruleset=check_rcpt, arg1=<"`)},
  {row: 'second part', pattern: line(String.raw`\w{14,}\[2\]: .*Relaying (?:temporarily )?denied`)},
];
