/** The pure rooms, in the order of their imports. */
import type {Room} from '../rooms.js';

export const pure: readonly Room[] = [
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
    folder: 'tally',
    purpose: 'Sums of what came of the log, by hour and by score, and when a digest went.',
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
    folder: 'overview',
    purpose: 'The report on some days: one set of values, its sections, and its text.',
  },
  {folder: 'overview/page', purpose: 'The same as one page of HTML, with plots as SVG.'},
  {
    folder: 'replay',
    purpose: 'What old logs would have brought, under one policy or under two side by side.',
  },
  {folder: 'control', purpose: 'What an operator may ask of the daemon, and the answer.'},
];
