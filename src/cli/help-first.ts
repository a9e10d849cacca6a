/**
 * Words that ask for help: `blocksmtp help`, `help why`, `nosuch --help`. Decides only how they are put for commander:
 * `why --help`. Of a command that there is not, no help is shown: it is refused like any other use of it.
 */
import {type CommandRow, nameOf} from './rows/command-row.js';

const isHelp = (word: string): boolean => word === '--help' || word === '-h';

/**
 * @param argv of the process, with the command first
 * @returns the same, with `--help` behind the command
 */
export function helpFirst(
  argv: readonly string[],
  commands: readonly CommandRow[],
): readonly string[] {
  const [node = '', program = '', ...words] = argv;
  const isCommand = (word: string): boolean => commands.some((row) => nameOf(row) === word);
  const asked = words[0] === 'help' || (words[0] !== undefined && isHelp(words[0]));
  const [first, ...rest] = asked ? words.slice(1) : words;
  if (first === undefined || first === 'help') return asked ? [node, program, '--help'] : argv;
  if (first.startsWith('-')) return words[0] === 'help' ? [node, program, '--help'] : argv;
  if (!asked && !rest.some(isHelp)) return argv;
  if (!isCommand(first)) return [node, program, first];
  return asked ? [node, program, first, '--help'] : argv;
}
