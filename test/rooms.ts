/**
 * The rooms of the house: the folders of `src` in the order of their imports. A file may import from
 * its own room and from rooms above it. `house.test.ts` holds `src` to this table and prints it into
 * `docs/architecture.md`.
 */
export interface Room {
  /** The folder below `src`; `.` is `src` itself. */
  readonly folder: string;
  /** What the room is for, in one sentence. */
  readonly purpose: string;
}

/** Files in one room, at most. A count: a reader takes in a dozen names at a glance. */
export const mostFiles = 12;

/** One part of the order, with the rule that all its rooms obey. */
export interface Storey {
  readonly title: string;
  readonly rule: string;
  readonly rooms: readonly Room[];
}

const pure: readonly Room[] = [
  {folder: 'base', purpose: 'Values, bounds and text that know neither mail nor machine.'},
  {
    folder: 'base/clocks',
    purpose: 'What the clock that people set and the one that nobody sets tell together.',
  },
  {
    folder: 'base/mechanisms',
    purpose: 'Small machines used everywhere: one at a time, said once, bounded, slower each time.',
  },
  {
    folder: 'net',
    purpose: "Addresses, networks, the whitelist, and the kernel's socket tables as text.",
  },
  {
    folder: 'config/kinds',
    purpose: 'What a value of a setting can be: how it is read, bounded and written.',
  },
  {
    folder: 'config/settings',
    purpose: 'The settings, a file for each subject: kind, default and meaning.',
  },
  {folder: 'config/settings/complaints', purpose: 'The settings of complaints.'},
  {
    folder: 'config',
    purpose: 'One table of settings; flags, file, sample and help come from it.',
  },
  {
    folder: 'course',
    purpose: 'Which configuration comes next: reload, trial, the way back.',
  },
  {
    folder: 'log/rare',
    purpose: 'Stamps, headers and wrappings that few logs have.',
  },
  {
    folder: 'log',
    purpose: 'A line of a log: where it stood, when and by which program it was written.',
  },
  {
    folder: 'log/clock',
    purpose: "How far the stamps of a log are from this machine's clock.",
  },
  {
    folder: 'scan',
    purpose: 'Which lines of an old log can matter, before a string is made of any.',
  },
  {
    folder: 'mail/address',
    purpose: 'An address as a client writes it, and which mailbox that is.',
  },
  {
    folder: 'mail/sight',
    purpose: 'Whether what the kernel shows of a process bears out a line that anybody can write.',
  },
  {
    folder: 'mail/transit',
    purpose: 'What a mailer says of mail on its way.',
  },
  {
    folder: 'mail',
    purpose: 'What any mailer tells of its clients: events, envelopes, and the evidence they give.',
  },
  {
    folder: 'mail/sendmail/recipients',
    purpose: 'A recipient in a line of sendmail, and the words in which it is refused.',
  },
  {folder: 'mail/sendmail', purpose: 'How sendmail says it.'},
  {
    folder: 'queue',
    purpose: "A message in the mailer's queue: what it is, whose it is, and which ones are meant.",
  },
  {
    folder: 'queue/trace',
    purpose:
      'From a message that somebody complained of back to the sender, by its headers and the log.',
  },
  {
    folder: 'hearing',
    purpose:
      'Whether the mailer is heard at all: lines counted by why they do not count, and a verdict.',
  },
  {
    folder: 'greeting',
    purpose:
      'Who waits for the greeting, who has waited, and what clients do before it: values, and what is remembered.',
  },
  {
    folder: 'sessions',
    purpose:
      'Which process of the mailer serves which client, and which process is ended: its client is blocked, or it is stuck.',
  },
  {
    folder: 'score',
    purpose: 'What evidence and deliveries weigh, what a name is, and who is exempt.',
  },
  {
    folder: 'judge/memory',
    purpose:
      'What is remembered of one client: its score, its mail, its blocks, what it asked for.',
  },
  {
    folder: 'judge/crowd',
    purpose: 'What many clients show together: names that took mail, waves of strangers, networks.',
  },
  {folder: 'judge/weighing', purpose: 'What a sign weighs by itself, in names.'},
  {
    folder: 'judge',
    purpose: 'The sequential test between mailer and guesser, and how long a block lasts.',
  },
  {
    folder: 'firewall',
    purpose: 'How a rule set of this machine is read and changed, whatever is in it.',
  },
  {folder: 'blocks', purpose: 'What a block is, and which blocks should be in force.'},
  {folder: 'blocks/chain', purpose: 'Blocks as rules of iptables: one chain, or a tree of chains.'},
  {folder: 'blocks/sets', purpose: 'Blocks as elements of sets: ipset and nftables.'},
  {
    folder: 'outgoing',
    purpose: 'A connection from a local program to a mail port: whose it is, and whether it may.',
  },
  {
    folder: 'outgoing/egress',
    purpose: 'The rules that hold such a connection back, or reject it.',
  },
  {
    folder: 'outgoing/warn',
    purpose: 'Which connections are warned of, how often, in which words, and what may be ended.',
  },
  {
    folder: 'outgoing/watch',
    purpose: 'What follows from a connection that was seen: it is counted, released, or warned of.',
  },
  {
    folder: 'greeting/rules',
    purpose: 'The rules that lead unknown clients to the gate, and see who speaks too early.',
  },
  {
    folder: 'greeting/waiting',
    purpose: 'Who waits at the gate since when, and what becomes of each.',
  },
  {
    folder: 'submission/whose',
    purpose: 'Whose a mail is that leaves through the mailer, joined from the lines of its way.',
  },
  {
    folder: 'submission',
    purpose: 'What a sender usually sends, what is too much, and in which words it is told.',
  },
  {
    folder: 'complaint/contact',
    purpose: 'Whom to write to about an address: what registries and the DNS say of it.',
  },
  {
    folder: 'complaint/contact/rdap',
    purpose:
      'The registries: which one answers for an address, what it says, how often it is asked.',
  },
  {
    folder: 'complaint/spool',
    purpose: 'How far each complaint has come, and what is remembered between two of them.',
  },
  {
    folder: 'guard',
    purpose: 'The pipeline from a line to a block, what comes of it, and the state it keeps.',
  },
  {
    folder: 'complaint/header',
    purpose: 'The header of a message: its fields, and the one that our own mailer wrote.',
  },
  {folder: 'complaint/scan', purpose: 'What a scanner says, and the words of a sweep.'},
  {folder: 'complaint/letter', purpose: 'The letter: text for people, and a report for programs.'},
  {
    folder: 'complaint/returned',
    purpose: 'What comes back: a bounce, an automatic answer, or the answer of a person.',
  },
  {
    folder: 'complaint',
    purpose: 'Who is complained of when, to whom, and how far each complaint has come.',
  },
  {
    folder: 'report/hearing',
    purpose: 'What is heard from each log, as lines and as figures.',
  },
  {
    folder: 'report/complaint',
    purpose: 'How complaints stand, as lines and as figures.',
  },
  {folder: 'report/greeting', purpose: 'How the greeting stands, as lines and as figures.'},
  {
    folder: 'report/mail',
    purpose: 'How mail that leaves through the mailer stands, as lines and as figures.',
  },
  {
    folder: 'report',
    purpose: 'What people and monitoring are told, as text: values in, lines out.',
  },
  {
    folder: 'report/alarms',
    purpose: 'What of a status is worth a mail, and when it is told.',
  },
  {folder: 'report/findings/complaint', purpose: 'What `doctor` finds of complaints.'},
  {folder: 'report/findings', purpose: 'What `doctor` finds, a file for each subject.'},
  {folder: 'report/tables', purpose: 'The same as columns for a terminal.'},
  {
    folder: 'replay',
    purpose: 'What old logs would have brought, under one policy or under two side by side.',
  },
  {folder: 'control', purpose: 'What an operator may ask of the daemon, and the answer.'},
];

const machine: readonly Room[] = [
  {folder: 'sys/run', purpose: 'Starts programs, waits, locks, tells the time.'},
  {folder: 'sys/disk', purpose: 'Small files, the unpacking of packed ones, and the database.'},
  {folder: 'sys/proc', purpose: 'Processes and their owners, as /proc shows them.'},
  {
    folder: 'sys/proc/sockets',
    purpose: 'Sockets, as /proc and ss show them: at which ports, and which processes have them.',
  },
  {
    folder: 'sys/outgoing',
    purpose: 'Connections to mail ports, as the kernel reports them and as its tables show them.',
  },
  {
    folder: 'sys/greeting',
    purpose: 'Connections of clients that nobody reads yet, and their hand-over to the mailer.',
  },
  {folder: 'sys/follow', purpose: 'Log files, followed without losing a line.'},
  {folder: 'sys/journal', purpose: 'The systemd journal, followed.'},
  {
    folder: 'sys/old-logs',
    purpose: 'What stands in the logs and the journal already, to be read once.',
  },
  {
    folder: 'sys/queue',
    purpose:
      "The mailer's queues: their messages are read, and held or released through the mailer.",
  },
  {folder: 'sys/complained', purpose: 'A Maildir, worked on as its owner, and the scanner.'},
  {
    folder: 'sys/contact',
    purpose: 'Asks registries and name servers whom to write to about an address.',
  },
  {
    folder: 'sys/complaint',
    purpose: 'A keyed hash, and the letters in a folder of the administrator.',
  },
  {
    folder: 'sys/talk',
    purpose:
      'How the daemon is heard and asked: log, syslog, mail, webhook, desktop, DNS, control socket.',
  },
];

const live: readonly Room[] = [
  {folder: 'score/live', purpose: 'Keeps the exemptions current while the daemon runs.'},
  {
    folder: 'hearing/live',
    purpose: 'Listens while the daemon runs: counts, looks elsewhere, and says when it is deaf.',
  },
  {
    folder: 'firewall/live',
    purpose: 'Brings one part of the kernel to the desired state, and keeps it there.',
  },
  {
    folder: 'blocks/live',
    purpose: 'Keeps the blocks of both families in force, and removes what earlier settings left.',
  },
  {
    folder: 'sessions/live',
    purpose: 'Ends the sessions of blocked clients, and the stuck ones.',
  },
  {
    folder: 'outgoing/egress/live',
    purpose: 'Keeps the egress rules in force while the watch runs.',
  },
  {
    folder: 'outgoing/warn/live',
    purpose: 'Carries warnings to people, and does what they answer.',
  },
  {
    folder: 'greeting/rules/live',
    purpose: 'Keeps these rules in force, and asks the kernel who spoke too early.',
  },
  {
    folder: 'greeting/live',
    purpose: 'Has clients wait for the greeting, and hands them to the mailer.',
  },
  {
    folder: 'submission/live',
    purpose:
      'Counts the mail of senders while the daemon runs, warns of them, has their mail held.',
  },
  {
    folder: 'complaint/contact/live',
    purpose: 'Asks one source after the other for a contact, no faster than each of them bears.',
  },
  {
    folder: 'complaint/live',
    purpose: 'Carries complaints from one step to the next while the daemon runs.',
  },
  {folder: 'outgoing/live', purpose: 'Watches this machine for connections to mail ports.'},
];

const composition: readonly Room[] = [
  {
    folder: 'daemon/enforcement',
    purpose:
      'Carries out what was decided: in the kernel, in words, on the disk, at open sessions.',
  },
  {
    folder: 'daemon/alarms',
    purpose: 'Writes to people when nobody is guarded, or not all that should be.',
  },
  {
    folder: 'daemon/greeting',
    purpose: "The daemon's side of the greeting: what the gate reports, and what follows.",
  },
  {
    folder: 'daemon/complaint',
    purpose: "The daemon's side of complaints: what was blocked comes in, answers go out.",
  },
  {
    folder: 'daemon',
    purpose: 'One run of the daemon under one configuration: its parts, its start and its end.',
  },
  {
    folder: 'daemon/course',
    purpose:
      'Carries out what follows from a reload or a trial: reads files, sets timers, ends lives.',
  },
  {folder: 'cli/face', purpose: 'What the process gives its commands, and what they answer.'},
  {
    folder: 'cli/inspect',
    purpose: 'What commands look at by themselves: a file, and a daemon that does not answer.',
  },
  {
    folder: 'cli/greeting',
    purpose: 'The two commands at which clients wait: the gate, and the wait under inetd.',
  },
  {
    folder: 'cli/queue',
    purpose: 'The commands that look into the queue of the mailer, and trace a message.',
  },
  {
    folder: 'cli/replay',
    purpose: 'Reads old logs once, and has each policy judge them.',
  },
  {folder: 'cli/complained', purpose: 'The commands that complain of single messages.'},
  {folder: 'cli/commands', purpose: 'One file for each command.'},
  {
    folder: 'cli/contact',
    purpose: 'The command that tells whom to write to about an address.',
  },
  {
    folder: 'cli/complaint',
    purpose: 'The commands about complaints to those who can end an attack.',
  },
  {folder: 'cli/edit', purpose: "Commands that edit the administrator's files."},
  {
    folder: 'cli',
    purpose: 'The command line: which commands there are, and how wrong words are refused.',
  },
  {folder: '.', purpose: 'The process: arguments in, exit code out.'},
];

export const storeys: readonly Storey[] = [
  {
    title: 'Pure',
    rule: 'Values in, values out; time is an argument. Compiled without the types of Node.',
    rooms: pure,
  },
  {
    title: 'The machine',
    rule: 'The only importer of `node:*` and of packages that touch the machine. Decides nothing.',
    rooms: machine,
  },
  {
    title: 'Live',
    rule: 'The loop of a pure room: keeps state between calls, sets timers, calls `sys`.',
    rooms: live,
  },
  {
    title: 'Composition',
    rule: 'Joins the rooms to a program.',
    rooms: composition,
  },
];
