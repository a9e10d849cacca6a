/**
 * Makes command line options from the schema. `daemon/course/configuration.ts` makes the configuration
 * from their values, and `cli/command-table.ts` says which options a command has.
 */
import {type Command, Option} from 'commander';
import type {Problem} from '../../base/problem.js';
import type {Kind, Raw} from '../../config/kinds/kind.js';
import type {Options} from '../../config/options.js';
import {obsoleteNames} from '../../config/obsolete.js';
import {flagOf, type SettingName, settingNames, settings} from '../../config/schema.js';
import {defaultConfigFile} from '../../daemon/course/configuration.js';

export function addOptions(command: Command, names: readonly SettingName[]): void {
  const file = `Configuration file. (default: ${defaultConfigFile})`;
  command.addOption(valueOption('--config <PATH>', file));
  for (const name of names) {
    const {kind, standard, meaning} = settings[name];
    const flag = flagOf(name);
    if (kind.placeholder === undefined) {
      command.addOption(new Option(flag, meaning));
      for (const spelling of spellingsOf(name)) command.addOption(spelling);
      continue;
    }
    // The default and the kind belong to the same setting; the union type of all settings hides that.
    const written = (kind as Kind<unknown>).write(standard).replaceAll('"', '');
    const note = written === '' ? '' : ` (default: ${written})`;
    command.addOption(valueOption(`${flag} <${kind.placeholder}>`, `${meaning}${note}`));
  }
  // Obsolete settings are accepted where the old ones were, but not shown. Each takes the next word as
  // its value.
  if (names.includes('threshold')) {
    for (const name of obsoleteNames)
      command.addOption(valueOption(`${flagOf(name)} <VALUE>`, '').hideHelp());
  }
  if (names.some(isSwitch)) command.addHelpText('after', `\n${switchHelp}`);
}

/**
 * An option with a value. If the value is missing it becomes `true`, so that `command.ts` can report it:
 * commander would report only that one mistake.
 */
export function valueOption(flags: string, meaning: string): Option {
  const option = new Option(flags, meaning);
  [option.required, option.optional] = [false, true];
  return option;
}

const isSwitch = (name: SettingName): boolean => settings[name].kind.placeholder === undefined;

const switchHelp =
  'A switch that the file has set is unset by --no-NAME or --NAME=false, such as --no-dry-run.';

/** The spellings of a switch besides its bare flag. */
function spellingsOf(name: SettingName): Spelling[] {
  const flag = flagOf(name);
  return [
    new Spelling(flag.replace('--', '--no-'), name, 'off'),
    new Spelling(`${flag}=false`, name, 'off'),
    new Spelling(`${flag}=true`, name, 'on'),
  ];
}

/**
 * A switch whose name contains the value (`--NAME=false`). If commander knew of a value, it would also
 * take the next word.
 */
class Spelling extends Option {
  readonly #setting: SettingName;

  constructor(flag: string, setting: SettingName, value: 'on' | 'off') {
    super(flag);
    this.#setting = setting;
    this.negate = value === 'off';
    this.hideHelp();
  }

  override attributeName(): string {
    return this.#setting;
  }
}

/** The options without a value: what each expects, and the other options. */
export function missingValues(options: Options): {
  readonly problems: readonly Problem[];
  readonly rest: Options;
} {
  const what = 'no value';
  const names = settingNames.filter((name) => options[name] === true && !isSwitch(name));
  const problems = names.map((name) => {
    return {where: flagOf(name), what, expected: settings[name].kind.bounds};
  });
  const missing = new Set<string>(names);
  // Its declared type assumes that commander found a value.
  if ((options.config as Raw | undefined) === true) {
    missing.add('config');
    problems.unshift({where: '--config', what, expected: 'a path'});
  }
  const found = Object.entries(options).filter(([name]) => !missing.has(name));
  return {problems, rest: Object.fromEntries(found)};
}
