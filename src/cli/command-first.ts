/**
 * Options may stand before the command: `blocksmtp --json list`. The old program had no commands, so words without
 * a command are those of `run`, unchanged. Decides only the order of the words.
 */
import {type CommandRow, nameOf} from './rows/command-row.js';
import {obsoleteNames} from '../config/obsolete.js';
import {flagOf, type SettingName, settings} from '../config/schema.js';

/**
 * @param argv of the process: node, the program, and the words
 * @returns the same, with the command first
 */
export function commandFirst(
  argv: readonly string[],
  commands: readonly CommandRow[],
): readonly string[] {
  const [node = '', program = '', ...words] = argv;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = words[at + 1];
    if (word === '--' || word === '-') return argv;
    if (!word.startsWith('-')) {
      if (!commands.some((row) => nameOf(row) === word)) return argv;
      return [node, program, word, ...words.slice(0, at), ...words.slice(at + 1)];
    }
    // An option's value is never a command, even if it has a command's name.
    if (next !== undefined && !word.includes('=') && takesValue(word, next, commands)) at += 1;
  }
  return argv;
}

/**
 * Whether the words, in which a command would stand first, name no command: then `run`, the daemon, is meant. An
 * unknown word is refused and does not start the daemon.
 */
export const meansDaemon = (words: readonly string[]): boolean =>
  (words[0] === undefined || words[0].startsWith('-')) &&
  !words.some((word) => /^(?:--help|-h|--version|-V)$/.test(word));

function takesValue(flag: string, next: string, commands: readonly CommandRow[]): boolean {
  const meant = commands.find((row) => nameOf(row) === next);
  // `list --greeting`: a switch of `list`, although other commands have a setting of that name.
  if (meant?.options?.some(({flags}) => flags === flag) === true) return false;
  if (flag === '--config' || obsoleteNames.some((name) => flagOf(name) === flag)) return true;
  // The option's value may be omitted; a word with a command's name is then taken to be the command.
  if (meant === undefined && commands.some((row) => hasOwnValue(row, flag, '['))) return true;
  return commands.some((row) => hasValue(row, flag));
}

const hasOwnValue = ({options = []}: CommandRow, flag: string, begin: '<' | '['): boolean =>
  options.some(({flags}) => flags.startsWith(`${flag} ${begin}`));

const hasValue = (row: CommandRow, flag: string): boolean =>
  hasOwnValue(row, flag, '<') || isSettingOf(row, flag);

const isSettingOf = ({settings: names}: CommandRow, flag: string): boolean =>
  names !== 'none' && names.some((name) => flagOf(name) === flag && !isSwitch(name));

const isSwitch = (name: SettingName): boolean => settings[name].kind.placeholder === undefined;
