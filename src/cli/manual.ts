/**
 * What a command's help and manual page say beyond the table's one sentence: details, and example
 * calls. Decides nothing. `test/pages` prints the pages.
 */

interface ManualEntry {
  /** Whole sentences. */
  readonly details?: string;
  /** Calls that work, with what each does. */
  readonly examples?: readonly (readonly [call: string, does: string])[];
}

/** By the command's name; a command without an entry has only its sentence. */
export const manual: Readonly<Record<string, ManualEntry>> = {
  run: {
    details:
      'The daemon. It keeps what it knows in state_dir, and the other commands reach it through control_socket. Under systemd the unit starts it, under a classic init blocksmtp-respawn.',
    examples: [
      [
        'blocksmtp --dry-run --debug=3',
        'watch it decide; it changes nothing, and needs only a log that it may read',
      ],
    ],
  },
  replay: {
    details:
      'Reads files packed by gzip too, and by xz, bzip2, zstd and lz4 with their programs; - is standard input, journal is the journal of this machine. Lines from the time of a block weigh nothing, and are counted separately. With --against a second configuration judges the same lines, and a table compares both: clients that were blocked and sent good mail come first. With --html it also writes a page with plots, as report does. Exit 1: no line of the mailer was understood.',
    examples: [
      ['blocksmtp replay /var/log/mail.log.1', 'what would it have blocked yesterday?'],
      ['blocksmtp replay journal', 'the same where there is only the journal'],
      ['blocksmtp replay --threshold=5 /var/log/mail.log.1', 'and with another setting?'],
      [
        'blocksmtp replay --against new.toml /var/log/mail.log.1',
        'what would a new configuration change?',
      ],
      ['blocksmtp replay --html week.html /var/log/mail.log*', 'the same to look at'],
    ],
  },
  tune: {
    details:
      'Reads the files once, as replay does, and has nine policies judge them: thresholds around the one in force, a shorter and a longer first block. It chooses on the first part of the log and checks the choice on the rest. Fewest blocked clients that sent good mail come first, then fewest answers for guessers; in doubt it keeps what is in force. A tighter setting needs seven days and many good senders. A looser one may cost at most 1.5 times the answers; else it names the clients for the whitelist. It asks no daemon and changes none. Exit 1: no line of the mailer was understood, or --write had nothing to write.',
    examples: [
      ['blocksmtp tune /var/log/mail.log*', 'would other settings suit this relay better?'],
      [
        'blocksmtp tune --write new.toml /var/log/mail.log*',
        'write the proposal into a file, to be copied from',
      ],
    ],
  },
  explain: {
    details:
      'For each line it shows the record, the event, the client, the weight, the score after it, the scores at which the client is blocked, and whether it was blocked then; or why the line does not count. A line "User unknown" does not name its client, so give it the whole log. Exit 1: no line of the mailer was understood.',
    examples: [
      ['blocksmtp explain /var/log/mail.log', 'why did a line count, or not count?'],
      [
        'blocksmtp explain /var/log/mail.log | grep -F -A4 203.0.113.7',
        'the lines about one client',
      ],
    ],
  },
  list: {
    details:
      'It shows the end of each block, the name of the host, the last names it asked for, and the rule. It asks the DNS for at most a hundred names.',
    examples: [['blocksmtp list', 'which clients are blocked now?']],
  },
  why: {
    details:
      'It also tells the score and the bars that it is held against, its past, other rules that drop it, and whether blocking is stopped. Of a host or a domain (also of a mailbox in it) it looks for addresses in the DNS (A, AAAA, MX, SPF), in the log of the last week and among the blocks, and tells of each how it stands, what was refused, and what to do. What it could not look up it names. An address is a hint, and no proof.',
    examples: [
      ['blocksmtp why 203.0.113.7', 'everything about one address'],
      ['blocksmtp why partner.example', 'why does mail from partner.example not arrive?'],
    ],
  },
  block: {
    details:
      'The largest block is an IPv4 /16 or an IPv6 /32. With the backend iptables a daemon must run to end the block.',
    examples: [['blocksmtp block 203.0.113.7 --for 1h', 'block by hand']],
  },
  unblock: {
    details: 'It keeps what the client delivered.',
    examples: [['blocksmtp unblock 203.0.113.7', 'let an address in now']],
  },
  allow: {
    details:
      'Every other byte of the file stays. A running daemon reads the file within seconds, and ends the block.',
    examples: [
      ["blocksmtp allow 203.0.113.7 --comment 'our partner'", 'let an address in for ever'],
    ],
  },
  disallow: {
    details: 'A larger entry that covers it stays, and the output names it.',
    examples: [['blocksmtp disallow 203.0.113.7', 'judge that address again']],
  },
  resume: {
    details:
      'Blocking stops when the relay refuses users that it had. It begins again by itself when the relay knows its users. First check whether it does.',
    examples: [
      ['blocksmtp resume', 'block again at once, without waiting until the relay knows its users'],
    ],
  },
  check: {
    details:
      'A running daemon answers with the list in force; without one the whitelist file and the configuration answer. The output says which of the two answered, and where they differ. Exit 1: it is not exempt.',
    examples: [['blocksmtp check 203.0.113.7', 'is this address exempt, and by which entry?']],
  },
  status: {
    details:
      'It exits with 1 also when blocking is stopped, when the mailer is not heard, and when the configuration file is not in force because nobody confirmed it.',
    examples: [
      ['blocksmtp status', 'is all well?'],
      ['blocksmtp status --json', 'the same for scripts'],
    ],
  },
  report: {
    details:
      'The likely false positives stand on top, with what speaks for them. It comes from the memory of the daemon: counts of each hour and the history of blocks are kept for 90 days, outgoing mail for three. The page is one file, loads nothing and runs no script; only who asked for it may read it. Members of the group that may ask can use it too. With --html or --mail the text is not printed. Exit 69: nobody answers, or the page or the mail did not go.',
    examples: [
      ['blocksmtp report', 'what came of the last week?'],
      ['blocksmtp report --since 24h --html report.html', 'the last day, with plots'],
      ['blocksmtp report --mail postmaster', 'the same to somebody by mail'],
    ],
  },
  doctor: {
    details:
      'It looks at programs, rights, the firewall, the whitelist and the logs. It changes nothing, except that without a daemon opening a state forgets history older than 90 days and puts a damaged database aside. Unless outbound is off it measures coverage too, for seven seconds.',
    examples: [['blocksmtp doctor', 'what is wrong, and what to do?']],
  },
  greeting: {
    examples: [['blocksmtp greeting advise', "the lines for sendmail's own pause"]],
  },
  flush: {
    details: 'Without a daemon it removes chain, hook, sets and tables of every backend.',
    examples: [['blocksmtp flush', 'lift all blocks']],
  },
  reload: {
    details:
      'Where nothing in the configuration has changed, only the whitelist is read anew, and is in force when the command ends. With --confirm the configuration before comes back, and the blocks made since are lifted, unless `blocksmtp confirm` comes in time. What nobody confirmed comes back neither by a restart nor by SIGHUP, until the file is another one or a plain reload is asked for. Exit 1: refused.',
    examples: [
      ['blocksmtp reload --confirm 5m', 'try a configuration, and not be locked out by it'],
    ],
  },
  confirm: {
    details: 'Exit 1: nothing is on trial.',
    examples: [['blocksmtp confirm', 'keep the configuration on trial']],
  },
  watch: {
    details:
      'It needs no daemon. Without root it names only your own programs. Without tracefs it misses a program that ends between two looks; a notice says so.',
    examples: [['blocksmtp watch', 'what connects to mail ports now?']],
  },
  senders: {
    details: 'The worst is on top. It counts whole hours.',
    examples: [
      ['blocksmtp senders', 'which program or user sends spam?'],
      ['blocksmtp senders --by auth --since 1h', 'which logins sent mail in the last hour?'],
    ],
  },
  coverage: {
    details:
      'It measures with the socket tables, with the events of the kernel, and with hold. It needs an empty network namespace, and makes the other machine itself. Nothing leaves the machine, and nothing stays.',
    examples: [['unshare --net blocksmtp coverage', 'how much does it see?']],
  },
  gate: {
    details:
      'A client that speaks before the greeting gets 554. The unit blocksmtp-gate.service starts it.',
  },
  greet: {
    details:
      'It drops a client that speaks early or leaves, without a word. This machine, and networks in the file of --exempt, do not wait. It ends with the exit code of COMMAND.',
    examples: [['blocksmtp greet -- /usr/sbin/sendmail -bs', 'in a line of inetd.conf']],
  },
  queue: {
    details:
      'It searches all queues that sendmail.cf and submit.cf name; it takes no lock and opens no file for writing. A message must match all filters. A text may occur anywhere; with * in it, it must match the whole. A ? behind the sender: only a header names it. Held messages stay in the queue, are not tried and do not bounce. Exit 1 of hold and release: some messages are unchanged; each is named.',
    examples: [
      ['blocksmtp queue --count', 'who fills the queue?'],
      ['blocksmtp queue hold --uid www-data', 'stop the mail of one user'],
    ],
  },
  contact: {
    details:
      'It asks the registry of the address (RDAP), then the abuse-contact zone of the DNS, and last guesses from the reverse name. It sends nothing to the contact. Exit 1: there is no contact; 69: no source answered. With --from-message it prints only the domain, for scripts, even if our log does not confirm the client: then it says so on standard error.',
    examples: [
      ['blocksmtp contact 198.51.100.7', 'who is responsible for this address?'],
      ['blocksmtp contact --from-message spam.eml', 'the domain of those who sent this'],
    ],
  },
  complain: {
    details:
      'A message accuses the client that handed it in: by the one Received header that our mailer wrote, if our own log has the same queue id, client and time. In a Maildir clamd says which messages hold a listed virus, and all work runs as the owner of the Maildir; with --move, messages that are done go to folders of their own. Exit 1: for one of them no client can be accused.',
    examples: [
      [
        'blocksmtp complain message spam.eml',
        'which client would this accuse, and what would the complaint say?',
      ],
      [
        "blocksmtp complain maildir /home/ann/Maildir --virus='Win.*'",
        'the same of each infected message',
      ],
      ['blocksmtp complain headers spam.eml', 'the header, unchanged'],
    ],
  },
  trace: {
    details:
      'It goes by the first Received of this machine in the message, and by the log, its rotated files and the journal.',
    examples: [['blocksmtp trace complaint.eml', 'which user here sent this?']],
  },
  'test-warning': {
    details:
      'A mail goes to warn_mail, a program gets JSON, a webhook a request. It does not try a window of warn_user: doctor says whether there is a desktop.',
    examples: [['blocksmtp test-warning', 'do the warnings arrive?']],
  },
  'check-config': {
    details:
      'It shows line, key, what is there, what is expected and what was probably meant. Paths that cannot work are advice. It asks no daemon. The systemd unit runs it before a reload.',
    examples: [['blocksmtp check-config', 'may I reload?']],
  },
  'sample-config': {
    examples: [['blocksmtp sample-config > /tmp/sample.toml', 'see every setting']],
  },
};

/** What `blocksmtp COMMAND --help` prints below the options. */
export function helpOf(name: string): string {
  const {details, examples = []} = manual[name] ?? {};
  const shown = examples.map(([call, does]) => `  ${call}\n      ${does}`);
  const parts = [details, shown.length === 0 ? undefined : ['Examples:', ...shown].join('\n')];
  return parts
    .filter((part) => part !== undefined)
    .map((part) => `\n${part}`)
    .join('\n');
}
