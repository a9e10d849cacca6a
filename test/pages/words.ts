/** What a shell can complete: the commands, their options, and what stands behind an option. */
import {nameOf} from '../../src/cli/rows/command-row.js';
import {commands} from '../../src/cli/command-table.js';
import {flagOf, type SettingName, settings} from '../../src/config/schema.js';

/** What an option is followed by. */
export type Value =
  | {readonly kind: 'switch'}
  | {readonly kind: 'file'; readonly placeholder: string}
  | {readonly kind: 'words'; readonly placeholder: string; readonly words: readonly string[]}
  /** Nothing that a shell knows. */
  | {readonly kind: 'other'; readonly placeholder: string};

export interface OptionWords {
  /** `--backend` */
  readonly flag: string;
  readonly value: Value;
  /** Half a line: a shell shows it beside the flag. */
  readonly meaning: string;
}

export interface CommandWords {
  readonly name: string;
  readonly meaning: string;
  readonly options: readonly OptionWords[];
  /** What its operands are, as far as a shell knows them. */
  readonly operands: Value;
}

export const commandWords: readonly CommandWords[] = commands.map((row) => {
  const {words, settings: names, meaning, options = []} = row;
  const own = options.map((each) => ownOption(each.flags, each.meaning));
  const inherited =
    names === 'none'
      ? []
      : [
          {
            flag: '--config',
            value: {kind: 'file', placeholder: 'PATH'} as const,
            meaning: 'Configuration file.',
          },
          ...names.map(settingOption),
        ];
  const help = {flag: '--help', value: {kind: 'switch'} as const, meaning: 'Show its options.'};
  const operands = operandsOf(words);
  return {
    name: nameOf(row),
    meaning: first(meaning),
    options: [...own, ...inherited, help],
    operands,
  };
});

/** The first sentence: a shell has one line for it. */
function first(meaning: string): string {
  return /^.*?[.:;](?= |$)/.exec(meaning)?.[0] ?? meaning;
}

function ownOption(flags: string, meaning: string): OptionWords {
  const [flag = '', placeholder] = flags.split(' ');
  const value: Value =
    placeholder === undefined || placeholder.startsWith('[')
      ? {kind: 'switch'}
      : valueOf(placeholder.replaceAll(/[<>]/g, ''));
  return {flag, value, meaning: first(meaning)};
}

function settingOption(name: SettingName): OptionWords {
  const {kind, meaning} = settings[name];
  const {placeholder} = kind;
  const value: Value = placeholder === undefined ? {kind: 'switch'} : valueOf(placeholder);
  return {flag: flagOf(name), value, meaning: first(meaning)};
}

function valueOf(placeholder: string): Value {
  if (placeholder === 'PATH' || placeholder === 'FILE') return {kind: 'file', placeholder};
  const words = placeholder.split('|');
  return words.length > 1
    ? {kind: 'words', placeholder: 'WORD', words}
    : {kind: 'other', placeholder};
}

function operandsOf(words: string): Value {
  const [, operand = ''] = words.split(' ');
  if (operand.includes('FILE')) return {kind: 'file', placeholder: 'FILE'};
  const fixed = operand
    .replaceAll(/[[\]<>.]/g, '')
    .split('|')
    .filter((word) => /^[a-z]+$/.test(word));
  if (fixed.length > 0) return {kind: 'words', placeholder: 'WORD', words: fixed};
  return words.startsWith('greeting ')
    ? {kind: 'words', placeholder: 'WORD', words: ['advise']}
    : {kind: 'other', placeholder: operand.replaceAll(/[[\]<>.]/g, '')};
}
