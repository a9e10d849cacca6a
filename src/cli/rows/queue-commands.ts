/** The rows of the commands about mail that leaves through the mailer: `queue` and `trace`. */
import {type CommandRow, json, works} from './command-row.js';
import {trace} from '../queue/trace.js';
import {queue, wrongInQueue} from '../queue/words.js';
import {wrongTrace} from './words.js';

const given = (value: string | true | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

export const queueCommands: readonly CommandRow[] = [
  {
    words: 'queue [hold|release|ID...]',
    settings: 'none',
    meaning:
      "Search the mailer's queue. With hold or release: make sendmail quarantine the messages, or send them after all. Deletes and bounces nothing.",
    options: [
      {flags: '--from <TEXT>', meaning: 'Of this sender, in the envelope or in the From line.'},
      {flags: '--to <TEXT>', meaning: 'To this recipient.'},
      {flags: '--received <TEXT>', meaning: 'With this in one of its Received headers.'},
      {flags: '--uid <USER>', meaning: 'Of this local user, by number or name.'},
      {flags: '--auth <TEXT>', meaning: 'Of this login.'},
      {flags: '--host <NET>', meaning: 'From this address, network or host name.'},
      {flags: '--header <NAME:TEXT>', meaning: 'With this text in this header.'},
      {flags: '--text <TEXT>', meaning: 'With this in the first megabyte of its body.'},
      {flags: '--older <TIME>', meaning: 'In the queue for longer than this, such as 1h.'},
      {flags: '--held', meaning: 'Quarantined ones only.'},
      {flags: '--full', meaning: 'All headers of each.'},
      {flags: '--count', meaning: 'Counted by sender, the worst on top.'},
      {flags: '--watch [EVERY]', meaning: 'Again and again; every 10s if no time is given.'},
      {flags: '--limit <N>', meaning: 'Show the newest N, or the worst N. (default: 100)'},
      {
        flags: '--reason <TEXT>',
        meaning: 'Held for this reason. With hold: the reason that the log and mailq show.',
      },
      {flags: '--yes', meaning: 'Hold or release more than 100.'},
      json('Print it as JSON.'),
    ],
    wrongIn: wrongInQueue,
    run: async ({operands, options, form, surroundings}) => {
      surroundings.finish(await queue(operands, options, form, surroundings));
    },
  },
  {
    words: 'trace [FILE]',
    settings: ['syslogMsgsFile', 'mailerSyslogName'],
    meaning:
      'Say which local user, login or host sent a message that led to a complaint (a file, or standard input). Exit 1: the sender is not known.',
    options: [
      {flags: '--as <NAME>', meaning: 'Another name of this machine in its Received headers.'},
      {flags: '--log <FILE>', meaning: 'Read this log instead of the followed ones.'},
      json('Print it as JSON.'),
    ],
    wrongIn: wrongTrace,
    run: works((config, _log, {operands: [file = '-'], options, form, surroundings: {output}}) =>
      trace({file, as: given(options.as), log: given(options.log), form}, config, output),
    ),
  },
];
