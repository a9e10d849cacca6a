/** The row of the command that tells whom to write to about an address. */
import {type CommandRow, json, works} from './command-row.js';
import {contact} from './contact/contact.js';
import {wrongAddress} from './words.js';

export const contactCommands: readonly CommandRow[] = [
  {
    words: 'contact <ADDRESS>',
    settings: ['rdapBootstrap', 'contactZone', 'stateDir', 'controlSocket'],
    meaning:
      'Tell whom to write to about an address, where that stands, and how sure it is. Asks registries and name servers. Exit 1: nobody is named.',
    options: [json('Print it as JSON.')],
    wrongIn: wrongAddress,
    run: works((config, log, {operands: [address = ''], form, surroundings: {output}}) =>
      contact({address, form}, config, log, output),
    ),
  },
];
