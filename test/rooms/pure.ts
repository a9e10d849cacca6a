/** The pure rooms, in the order of their imports. */
import type {Room} from '../rooms.js';

export const pure: readonly Room[] = [
  {folder: 'base', purpose: 'Values, bounds and text that know neither mail nor machine.'},
  {
    folder: 'base/clocks',
    purpose: 'Time from two clocks: the wall clock that people set, and the monotonic one.',
  },
  {
    folder: 'base/mechanisms',
    purpose:
      'Small mechanisms used everywhere: one at a time, report once, bounded tables, growing pauses.',
  },
  {
    folder: 'net',
    purpose: "Addresses, networks, the whitelist, and the kernel's socket tables as text.",
  },
  {
    folder: 'config/kinds',
    purpose: 'The kinds of values that a setting can have: how each is read, bounded and written.',
  },
  {
    folder: 'config/settings',
    purpose: 'The settings, a file for each subject: kind, default and meaning.',
  },
  {folder: 'config/settings/complaints', purpose: 'The settings of complaints.'},
  {
    folder: 'config',
    purpose: 'One table of settings, from which flags, file, sample and help come.',
  },
  {
    folder: 'tune',
    purpose: 'Which settings are tried on a log, what each costs, and which one is proposed.',
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
    purpose: 'A line of a log: its place, its time, and the program that wrote it.',
  },
  {
    folder: 'log/clock',
    purpose: "How far the stamps of a log are from this machine's clock.",
  },
  {
    folder: 'scan',
    purpose: 'Picks the bytes of an old log that can matter, before strings are made of them.',
  },
  {
    folder: 'mail/address',
    purpose: 'An address as a client writes it, and which mailbox that is.',
  },
  {
    folder: 'mail/sight',
    purpose:
      'Whether what the kernel shows of a process confirms a log line, which any user could write.',
  },
  {
    folder: 'mail/transit',
    purpose: 'What a mailer logs about mail on its way.',
  },
  {
    folder: 'mail',
    purpose:
      'What any mailer logs about its clients: events, envelopes, and the evidence from them.',
  },
  {
    folder: 'mail/sendmail/recipients',
    purpose: 'A recipient in a line of sendmail, and the words with which sendmail refuses it.',
  },
  {folder: 'mail/sendmail', purpose: 'The lines of sendmail.'},
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
      'Whether the daemon hears the mailer at all: counts of lines and reasons, and a verdict.',
  },
  {
    folder: 'greeting',
    purpose:
      'Clients before the greeting: which wait, which have waited, what they send; values and memory.',
  },
  {
    folder: 'sessions',
    purpose:
      'Which process of the mailer serves which client, and which process is ended: its client is blocked, or it is stuck.',
  },
  {
    folder: 'score',
    purpose:
      'The weight of evidence and deliveries, the meaning of a name, and the exempt clients.',
  },
  {
    folder: 'judge/memory',
    purpose: 'The memory of each client: its score, its mail, its blocks, what it asked for.',
  },
  {
    folder: 'judge/crowd',
    purpose: 'What many clients show together: names that took mail, waves of strangers, networks.',
  },
  {folder: 'judge/weighing', purpose: 'The weight of a single sign, in names.'},
  {
    folder: 'judge',
    purpose: 'The sequential test between mailer and guesser, and how long a block lasts.',
  },
  {
    folder: 'firewall',
    purpose: 'Reads and changes a rule set of this machine, whatever is in it.',
  },
  {folder: 'blocks', purpose: 'What a block is, and which blocks should be in force.'},
  {folder: 'blocks/chain', purpose: 'Blocks as rules of iptables: one chain, or a tree of chains.'},
  {folder: 'blocks/sets', purpose: 'Blocks as elements of sets: ipset and nftables.'},
  {
    folder: 'outgoing',
    purpose:
      'A connection from a local program to a mail port: whose it is, and whether it is allowed.',
  },
  {
    folder: 'outgoing/egress',
    purpose: 'The rules that hold or reject such a connection.',
  },
  {
    folder: 'outgoing/warn',
    purpose:
      'Which connections lead to a warning, how often, its text, and which program may be ended.',
  },
  {
    folder: 'outgoing/watch',
    purpose: 'The consequence of a connection that was seen: a count, a release, or a warning.',
  },
  {
    folder: 'greeting/rules',
    purpose:
      'The rules that redirect unknown clients to the gate, and notice which speak too early.',
  },
  {
    folder: 'greeting/waiting',
    purpose: 'The clients that wait at the gate, since when, and what becomes of each.',
  },
  {
    folder: 'submission/whose',
    purpose: 'The sender of a mail that leaves through the mailer, joined from the lines about it.',
  },
  {
    folder: 'submission',
    purpose: 'What a sender usually sends, how much is too much, and the text of the warning.',
  },
  {
    folder: 'submission/queue',
    purpose: "Whether the mailer's whole queue is too long, and the text of that warning.",
  },
  {
    folder: 'complaint/contact',
    purpose: 'The abuse contact of an address, by registries and the DNS.',
  },
  {
    folder: 'complaint/contact/rdap',
    purpose:
      'The registries: which one answers for an address, its answer, and the pause between requests.',
  },
  {
    folder: 'complaint/spool',
    purpose: 'The state of each complaint, and what is remembered between two of them.',
  },
  {
    folder: 'hosts',
    purpose:
      'A host or a domain of senders: its addresses as its DNS and the log tell, and how each stands.',
  },
  {
    folder: 'tally',
    purpose: 'Sums of what came of the log, by hour and by score, and when a digest went.',
  },
  {
    folder: 'guard',
    purpose: 'The pipeline from a line to a block, its outcomes, and the state it keeps.',
  },
  {
    folder: 'complaint/header',
    purpose: 'The header of a message: its fields, and the one that our own mailer wrote.',
  },
  {folder: 'complaint/scan', purpose: 'The answers of a scanner, and the messages of a sweep.'},
  {folder: 'complaint/letter', purpose: 'The letter: text for people, and a report for programs.'},
  {
    folder: 'complaint/returned',
    purpose: 'Replies to a complaint: a bounce, an automatic answer, or the answer of a person.',
  },
  {
    folder: 'complaint',
    purpose: 'Which client a complaint is about, when and to whom it goes, and its state.',
  },
  {
    folder: 'report/hearing',
    purpose: 'What the daemon hears from each log, as lines and as metrics.',
  },
  {
    folder: 'report/complaint',
    purpose: 'The state of complaints, as lines and as metrics.',
  },
  {folder: 'report/greeting', purpose: 'The state of the greeting, as lines and as metrics.'},
  {
    folder: 'report/mail',
    purpose: 'The state of mail that leaves through the mailer, as lines and as metrics.',
  },
  {
    folder: 'report',
    purpose: 'The text for people and monitoring: values in, lines out.',
  },
  {
    folder: 'report/alarms',
    purpose: 'Which conditions of a status lead to a mail, and when.',
  },
  {folder: 'report/findings/complaint', purpose: 'What `doctor` finds about complaints.'},
  {folder: 'report/findings', purpose: 'What `doctor` finds, a file for each subject.'},
  {folder: 'report/tables', purpose: 'Reports as columns for a terminal.'},
  {folder: 'tune/text', purpose: 'Proposals as a table and sentences.'},
  {
    folder: 'overview',
    purpose: 'The report on some days: one set of values, its sections, and its text.',
  },
  {folder: 'overview/page', purpose: 'The same as one page of HTML, with plots as SVG.'},
  {
    folder: 'replay/ledger',
    purpose: 'Counts of each client in old logs, kept once for all policies.',
  },
  {
    folder: 'replay',
    purpose:
      'The blocks that old logs would have led to, under one policy or several side by side.',
  },
  {folder: 'control', purpose: 'The requests of an operator to the daemon, and the answers.'},
];
