/** The operands of `complain` that are about single messages (`complaint-commands.ts` has its row). */
import {type CommandCall, works} from './command-row.js';
import {ownerWord} from '../complained/maildir.js';
import {sweep} from '../complained/sweep.js';
import {complaining} from '../complained/wiring.js';
import {complained, complainedWord, wrongInComplained} from '../complained/words.js';
import {longestLineBytes} from '../../complaint/scan/sweep-lines.js';
import type {SettingName} from '../../config/schema.js';
import {parentLines} from '../../sys/complained/owner-process.js';
import type {OwnOptions} from './words.js';

/** The settings needed to find a message in our own log. */
export const readsOurLog: readonly SettingName[] = [
  'syslogMsgsFile',
  'mailerSyslogName',
  'attribution',
  'whiteList',
  'mailerIp',
  'trustedRelays',
];
export const complainedSettings: readonly SettingName[] = [
  ...readsOurLog,
  'complaintVirusNames',
  'clamdSocket',
  'complainedFolder',
  'contactlessFolder',
];

export const fromOurLog = [
  {
    flags: '--as <NAMES>',
    meaning: 'Other names of this machine and of trusted relays in Received headers, with commas.',
  },
  {flags: '--log <FILE>', meaning: 'Read this log instead of the followed ones.'},
] as const;

/** What is wrong with the words of `complain` if they are about messages; undefined: they are not. */
export function wrongOfMessages(
  [first, ...files]: readonly string[],
  options: OwnOptions,
): readonly string[] | undefined {
  if (first === ownerWord) {
    return files.length === 1 ? [] : ['complain as-owner: expected a Maildir'];
  }
  const word = complainedWord(first);
  return word === undefined ? undefined : wrongInComplained(word, files, options);
}

export const isOfMessages = ([first]: readonly string[]): boolean =>
  first === ownerWord || complainedWord(first) !== undefined;

/** Call it only if `isOfMessages` holds. */
export async function complainOfMessages(call: CommandCall): Promise<void> {
  const [first, ...files] = call.operands;
  if (first === ownerWord) return sweepAsOwner(call);
  const word = complainedWord(first) ?? 'headers';
  await works((config, log, {options, form, surroundings: {output}}) =>
    complaining(config, log, (parts) =>
      complained(word, files, options, form, {config, log, output}, parts),
    ),
  )(call);
}

/** Runs in the owner's process, and reads no configuration. */
async function sweepAsOwner({operands: [, path = ''], surroundings}: CommandCall): Promise<void> {
  const {output, finish} = surroundings;
  const say = (line: object) => output.print(`${JSON.stringify(line)}\n`);
  finish(await sweep(path, parentLines(longestLineBytes), say));
}

export const messageOptions = [
  ...fromOurLog,
  {
    flags: '--virus <NAMES>',
    meaning: 'With maildir: names that may accuse, instead of complaint_virus_names.',
  },
  {flags: '--move', meaning: 'With maildir: file complaints, and move the messages that are done.'},
] as const;
