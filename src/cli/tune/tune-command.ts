/** The row of the command that proposes settings from old logs. */
import {tune} from './tune.js';
import {defaultConfigFile} from '../../daemon/course/configuration.js';
import {judgingSettings} from '../replay/judging-settings.js';
import {type CommandRow, json, works} from '../rows/command-row.js';
import type {WrongIn} from '../rows/words.js';

const wrongTune: WrongIn = (_, {write, force}) => [
  ...(write === true || write === '' ? ['--write: no value: expected a file'] : []),
  ...(force === true && write === undefined ? ['--force: without --write: expected both'] : []),
];

export const tuneCommand: CommandRow = {
  words: 'tune <FILE...>',
  settings: judgingSettings,
  meaning:
    'Propose settings from old logs, with the price of each: who would be blocked, who spared, what guessers learn. Changes nothing.',
  options: [
    {flags: '--write <FILE>', meaning: 'Write the proposal into this file, which is new.'},
    {
      flags: '--force',
      meaning:
        'Of --write: over a file that is there already; never over the configuration in force.',
    },
    json('Print it as JSON.'),
  ],
  wrongIn: wrongTune,
  run: works((config, log, {operands, form, options, surroundings: {output}}) => {
    const write = typeof options.write === 'string' ? options.write : undefined;
    const over = options.force === true ? 'file' : 'nothing';
    const inForce = options.config ?? defaultConfigFile;
    return tune(operands, config, {form, write, over, inForce}, log, output);
  }),
};
