/** The rows of the commands about single messages, for the table (`command-table.ts`). */
import {type CommandRow, json, works} from './command-row.js';
import {ownerWord} from './complained/maildir.js';
import {sweep} from './complained/sweep.js';
import {printsOnly} from './complained/wiring.js';
import {complained, complainedWord, wrongInComplained} from './complained/words.js';
import {exitCode} from './face/exit.js';
import {longestLineBytes} from '../complaint/scan/sweep-lines.js';
import type {SettingName} from '../config/schema.js';
import {parentLines} from '../sys/complained/owner-process.js';
import type {WrongIn} from './words.js';

/** What it takes to find a message in our own log. */
export const readsOurLog: readonly SettingName[] = [
  'syslogMsgsFile',
  'mailerSyslogName',
  'attribution',
  'whiteList',
  'mailerIp',
  'trustedRelays',
];
const complainedSettings: readonly SettingName[] = [
  ...readsOurLog,
  'complaintVirusNames',
  'clamdSocket',
  'complainedFolder',
  'contactlessFolder',
];

export const fromOurLog = [
  {
    flags: '--as <NAMES>',
    meaning: 'Other names of this machine and of trusted relays in Received, with commas.',
  },
  {flags: '--log <FILE>', meaning: 'Read this log, in the place of those that are followed.'},
] as const;

const wrongComplain: WrongIn = ([first, ...files], options) => {
  if (first === ownerWord)
    return files.length === 1 ? [] : ['complain as-owner: expected a Maildir'];
  const word = complainedWord(first);
  if (word !== undefined) return wrongInComplained(word, files, options);
  return first === undefined
    ? []
    : [`complain ${JSON.stringify(first)}: expected message, maildir or headers`];
};

const complainedByWord = works((config, log, {operands, options, form, surroundings}) => {
  const [first, ...files] = operands;
  const parts = {config, log, output: surroundings.output};
  const word = complainedWord(first);
  if (word === undefined) return exitCode.usage;
  return complained(word, files, options, form, parts, printsOnly);
});

export const complainedCommands: readonly CommandRow[] = [
  {
    words: 'complain <WHAT> [FILES...]',
    settings: complainedSettings,
    meaning:
      'Of `message FILE...` (- is standard input): tell which client handed it in, by our log, and what a complaint would say. Of `maildir DIR`: the same of the messages in which clamd finds a listed virus. `headers FILE` prints the header.',
    options: [
      ...fromOurLog,
      {
        flags: '--virus <NAMES>',
        meaning: 'Of maildir: names that may accuse, in the place of complaint_virus_names.',
      },
      {
        flags: '--since <TIME>',
        meaning: 'Of maildir: messages that were delivered since, at most 7d. (default: 1d)',
      },
      {flags: '--move', meaning: 'Of maildir: move the messages that are done.'},
      json('Print it as JSON.'),
    ],
    wrongIn: wrongComplain,
    run: async (call) => {
      const [first, path = ''] = call.operands;
      if (first !== ownerWord) {
        await complainedByWord(call);
        return;
      }
      const {output, finish} = call.surroundings;
      const say = (line: object) => output.print(`${JSON.stringify(line)}\n`);
      finish(await sweep(path, parentLines(longestLineBytes), say));
    },
  },
];
