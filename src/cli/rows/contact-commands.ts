/**
 * The row of the command that shows abuse contacts, of an address or of the client of a message.
 */
import {type CommandRow, json, works} from './command-row.js';
import {fromOurLog, readsOurLog} from './complained-commands.js';
import {domainOfMessage} from '../complained/from-message.js';
import {contact} from '../contact/contact.js';
import {searching} from '../contact/search.js';
import {type OwnOptions, type WrongIn, wrongAddress} from './words.js';

/** Exactly one of an address and a message is expected. */
const wrongContact: WrongIn = (operands, options) => {
  const {fromMessage} = options;
  if (fromMessage === undefined) {
    if (operands.length === 0) return ['contact: expected an address, or --from-message FILE'];
    return wrongAddress(operands, options);
  }
  if (operands.length > 0) return ['contact: expected an address or --from-message FILE, not both'];
  return fromMessage === true ? ['--from-message: expected a file, or - for standard input'] : [];
};

export const contactCommands: readonly CommandRow[] = [
  {
    words: 'contact [ADDRESS]',
    settings: [...readsOurLog, 'rdapBootstrap', 'contactZone', 'stateDir', 'controlSocket'],
    meaning:
      'Show the abuse contact of an address, its source, and how sure it is. Asks registries and name servers. With --from-message: print only the domain of the contact for the client that handed a message in. Exit 1: there is no contact.',
    options: [
      {flags: '--from-message <FILE>', meaning: 'The message; - is standard input.'},
      ...fromOurLog,
      json('Print it as JSON.'),
    ],
    wrongIn: wrongContact,
    run: works((config, log, {operands: [address = ''], form, options, surroundings: {output}}) => {
      const {as, log: only, fromMessage} = textsOf(options);
      if (fromMessage === undefined) return contact({address, form}, config, log, output);
      const wish = {file: fromMessage, form, as, log: only};
      return searching(config, log, (search) =>
        domainOfMessage(wish, config, log, output, async (client) => (await search(client)).answer),
      );
    }),
  },
];

function textsOf({as, log, fromMessage}: OwnOptions) {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {as: text(as), log: text(log), fromMessage: text(fromMessage)};
}
