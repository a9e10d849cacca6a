/** The rows of the two commands that edit the whitelist: `allow` and `disallow`. */
import {type CommandCall, type CommandRow, json, reaches} from './command-row.js';
import {type Edit, editWhitelist, undoneText} from '../edit/allow.js';
import {wrongComment, wrongNetwork} from './words.js';
import type {SettingName} from '../../config/schema.js';

const whitelistSettings: readonly SettingName[] = ['whiteList', 'controlSocket'];

const edits = (editOf: (call: CommandCall) => Edit): CommandRow['run'] =>
  reaches(
    (config, log, call, alone) => {
      const {form, options, surroundings} = call;
      const named = options.whiteList === undefined ? 'nothing' : 'file';
      return editWhitelist(editOf(call), config, form, log, surroundings.output, named, alone);
    },
    (call) => undoneText(editOf(call)),
  );

/** The commands about exempt addresses. */
export const whitelistCommands: readonly CommandRow[] = [
  {
    words: 'allow <ADDRESS>',
    settings: whitelistSettings,
    meaning: 'Add an address or a network to the whitelist. Exit 1: it was allowed already.',
    options: [
      {flags: '--comment <TEXT>', meaning: 'The reason, for the file.'},
      json('Print as JSON what was done.'),
    ],
    wrongIn: (operands, options) => [
      ...wrongNetwork('why')(operands, options),
      ...wrongComment(options.comment),
    ],
    run: edits(({operands: [network = ''], options: {comment}}) => ({
      ...{kind: 'allow', network},
      comment: String(comment ?? ''),
    })),
  },
  {
    words: 'disallow <ADDRESS>',
    settings: whitelistSettings,
    meaning: 'Remove an address or a network from the whitelist. Exit 1: it was not in it.',
    options: [json('Print as JSON what was done.')],
    wrongIn: wrongNetwork('why'),
    run: edits(({operands: [network = '']}) => ({kind: 'disallow', network})),
  },
];
