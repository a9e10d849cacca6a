/** The row of the command that tries the ways of warnings. */
import {type CommandRow, json, works} from './command-row.js';
import {testWarning} from '../inspect/test-warning.js';

export const warningCommands: readonly CommandRow[] = [
  {
    words: 'test-warning',
    settings: ['warnMail', 'warnCommand', 'warnWebhook'],
    meaning:
      'Send a test by mail, command and webhook, as far as they are set. Exit 1: one did not go, or none is set.',
    options: [json('Print as JSON how each went.')],
    run: works((config, _log, {form, surroundings}) =>
      testWarning(form, config, surroundings.output),
    ),
  },
];
