/** Builds the command line from the table of commands (`command-table.ts`). */
import {Command, Option} from 'commander';
import {addCommand, refusing} from './rows/command.js';
import {type CommandRow, nameOf} from './rows/command-row.js';
import {commands} from './command-table.js';
import type {Surroundings} from './face/surroundings.js';
import {helpOf} from './manual.js';
import {valueOption} from './rows/options.js';
import type {OwnOptions, WrongIn} from './rows/words.js';
import type {Options} from '../config/options.js';

export function makeProgram(surroundings: Surroundings): Command {
  const program = new Command('blocksmtp')
    .description('Guards a mail relay: drops clients that guess user names.')
    .version(surroundings.version)
    .usage('[command] [options]')
    .exitOverride()
    .configureHelp({subcommandTerm: termOf})
    .addHelpText('after', exitCodes);
  for (const row of commands) addRow(program, row, surroundings);
  return program;
}

/** With its operands as they are needed: `refusing` has told commander that they are not. */
function termOf(command: Command): string {
  const options = command.options.length > 0 ? '[options]' : '';
  const operands = command.usage().replace('[options]', '').trim();
  return [command.name(), options, operands].filter(Boolean).join(' ');
}

function addRow(program: Command, row: CommandRow, surroundings: Surroundings): void {
  const {words, settings, meaning, run} = row;
  const {output, behind = []} = surroundings;
  const wrongIn: WrongIn = (operands, options) => row.wrongIn?.(operands, options, behind) ?? [];
  const more = {...row, wrongIn};
  const made =
    settings === 'none'
      ? refusing(program.command(words), output, more)
      : addCommand(program, words, settings, output, more);
  made.description(meaning).addHelpText('after', () => helpOf(nameOf(row)));
  for (const {flags, meaning: text, as} of row.options ?? []) {
    if (flags.includes('<')) made.addOption(valueOption(flags, text));
    else if (as === undefined) made.option(flags, text);
    else made.addOption(new Renamed(flags, text, as));
  }
  made.action(() => {
    const options = made.opts<Options & OwnOptions>();
    const form = options.json ? 'json' : 'text';
    // Commander has already refused surplus operands and unknown options.
    return run({operands: made.args, options, form, surroundings});
  });
}

/** A flag with the name of a setting that is not the setting: `list --greeting`. */
class Renamed extends Option {
  readonly #name: string;

  constructor(flags: string, meaning: string, name: string) {
    super(flags, meaning);
    this.#name = name;
  }

  override attributeName(): string {
    return this.#name;
  }
}

const exitCodes = `
Exit codes: 0 done; 1 no (nothing to change: it was so already; check: not exempt, confirm: no trial,
status and doctor: not all is well, reload: refused);
64 wrong usage; 69 unavailable (another daemon has the state, or it cannot be opened);
70 a fault of the program; 75 complain answer: try again later; 78 wrong configuration.
A block ends by itself; one of iptables only while a daemon runs. To see them: iptables -L SPAM_UNAME_GUESSERS -n, or blocksmtp list.`;
