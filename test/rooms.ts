/**
 * The rooms of the house: the folders of `src` in the order of their imports. A file may import from
 * its own room and from rooms above it. `house.test.ts` holds `src` to this table and prints it into
 * `docs/architecture.md`.
 */
import {pure} from './rooms/pure.js';

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

const machine: readonly Room[] = [
  {folder: 'sys/run', purpose: 'Starts programs, waits, locks, tells the time.'},
  {folder: 'sys/firewall', purpose: 'Calls the tools of the firewall.'},
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
    purpose: 'Reads once what the logs and the journal already hold.',
  },
  {
    folder: 'sys/queue',
    purpose:
      "The mailer's queues: their messages are read, and held or released through the mailer.",
  },
  {folder: 'sys/complained', purpose: 'A Maildir, worked on as its owner, and the scanner.'},
  {
    folder: 'sys/contact',
    purpose: 'Asks registries and name servers for the abuse contact of an address.',
  },
  {
    folder: 'sys/complaint',
    purpose: 'A keyed hash, and the letters in a folder of the administrator.',
  },
  {
    folder: 'sys/talk',
    purpose:
      'The ways to and from the daemon: log, syslog, mail, webhook, desktop, DNS, control socket.',
  },
];

const live: readonly Room[] = [
  {folder: 'score/live', purpose: 'Keeps the exemptions current while the daemon runs.'},
  {
    folder: 'hearing/live',
    purpose:
      'Checks while the daemon runs whether it hears the mailer: counts, looks elsewhere, warns.',
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
    purpose: 'Delivers warnings to people, and carries out their answers.',
  },
  {
    folder: 'greeting/rules/live',
    purpose: 'Keeps these rules in force, and asks the kernel which clients spoke too early.',
  },
  {
    folder: 'greeting/live',
    purpose: 'Makes clients wait for the greeting, and hands them to the mailer.',
  },
  {
    folder: 'submission/live',
    purpose:
      'Counts the mail of senders while the daemon runs, warns about them, quarantines their mail.',
  },
  {
    folder: 'complaint/contact/live',
    purpose: 'Asks one source after the other for a contact, no faster than each of them allows.',
  },
  {
    folder: 'hosts/live',
    purpose: 'Asks the DNS which addresses a host or a domain of mail has.',
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
    purpose: 'Carries out decisions: in the kernel, in the log, on the disk, at open sessions.',
  },
  {
    folder: 'daemon/alarms',
    purpose: 'Mails: when the daemon guards nothing, or not all that it should; and the digest.',
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
    purpose: 'Carries out a reload or a trial: reads files, sets timers, ends lives.',
  },
  {folder: 'cli/face', purpose: 'What the process gives to its commands, and their answers.'},
  {
    folder: 'cli/inspect',
    purpose: 'What commands look at without the daemon: files, and why a daemon does not answer.',
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
    folder: 'cli/report',
    purpose: 'Where a report goes: to the terminal, into a page, by mail.',
  },
  {
    folder: 'cli/replay',
    purpose: 'Reads old logs once, and lets each policy judge them.',
  },
  {folder: 'cli/commands', purpose: 'One file for each command.'},
  {
    folder: 'cli/host',
    purpose: 'The command that tells why mail of a host or a domain does not arrive.',
  },
  {
    folder: 'cli/contact',
    purpose: 'The command that shows the abuse contact of an address.',
  },
  {folder: 'cli/complained', purpose: 'The commands that file complaints about single messages.'},
  {
    folder: 'cli/complaint',
    purpose: 'The commands about complaints to abuse contacts.',
  },
  {folder: 'cli/edit', purpose: "Commands that edit the administrator's files."},
  {folder: 'cli/rows', purpose: 'Each command as a row: its words, its options, and what it does.'},
  {
    folder: 'cli/tune',
    purpose: 'Has several policies judge old logs, and proposes one of them.',
  },
  {
    folder: 'cli',
    purpose: 'The command line: the commands, and their help.',
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
