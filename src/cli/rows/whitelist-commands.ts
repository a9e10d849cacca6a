/** The rows of the two commands that edit the whitelist: `allow` and `disallow`. */
import {type CommandRow, json, works} from './command-row.js';
import {editWhitelist} from '../edit/allow.js';
import {wrongComment, wrongNetwork} from './words.js';
import type {SettingName} from '../../config/schema.js';

const whitelistSettings: readonly SettingName[] = ['whiteList', 'controlSocket'];

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
    run: works((config, log, call) => {
      const {
        operands: [network = ''],
        options: {comment},
      } = call;
      const edit = {kind: 'allow', network, comment: String(comment ?? '')} as const;
      return editWhitelist(edit, config, call.form, log, call.surroundings.output);
    }),
  },
  {
    words: 'disallow <ADDRESS>',
    settings: whitelistSettings,
    meaning: 'Remove an address or a network from the whitelist. Exit 1: it was not in it.',
    options: [json('Print as JSON what was done.')],
    wrongIn: wrongNetwork('why'),
    run: works((config, log, call) => {
      const {
        operands: [network = ''],
      } = call;
      const edit = {kind: 'disallow', network} as const;
      return editWhitelist(edit, config, call.form, log, call.surroundings.output);
    }),
  },
];
