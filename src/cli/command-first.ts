/**
 * Options may stand before the command: `blocksmtp --json list`. The old program had no commands, so words
 * in which no command is found are those of `run`, as they stand. Decides only the order of the words.
 */
import {type CommandRow, nameOf} from './rows/command-row.js';
import {flagOf, type SettingName, settings} from '../config/schema.js';

/** @param argv of the process: node, the program, and the words; @returns the same, the command in front */
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
    // The value of an option is no command, whatever it is called.
    if (next !== undefined && !word.includes('=') && takesValue(word, next, commands)) at += 1;
  }
  return argv;
}

function takesValue(flag: string, next: string, commands: readonly CommandRow[]): boolean {
  const meant = commands.find((row) => nameOf(row) === next);
  // `--greeting list`: a switch of that command, though a setting of others.
  if (meant?.options?.some(({flags}) => flags === flag) === true) return false;
  return flag === '--config' || commands.some((row) => hasValue(row, flag));
}

const hasValue = ({settings: names, options = []}: CommandRow, flag: string): boolean =>
  options.some(({flags}) => flags.startsWith(`${flag} <`)) ||
  (names !== 'none' && names.some((name) => flagOf(name) === flag && !isSwitch(name)));

const isSwitch = (name: SettingName): boolean => settings[name].kind.placeholder === undefined;
