/**
 * Makes the command line's options from the schema. The configuration that they lead to is made in
 * `daemon/course/configuration.ts`.
 * Which options a command has is in `cli/command-table.ts`.
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
    // The default is of the same setting as the kind; the union of all settings hides that.
    const written = (kind as Kind<unknown>).write(standard).replaceAll('"', '');
    const note = written === '' ? '' : ` (default: ${written})`;
    command.addOption(valueOption(`${flag} <${kind.placeholder}>`, `${meaning}${note}`));
  }
  // Accepted wherever the old ones were, and shown nowhere. All are values, and the next word is theirs.
  if (names.includes('threshold')) {
    for (const name of obsoleteNames)
      command.addOption(valueOption(`${flagOf(name)} <VALUE>`, '').hideHelp());
  }
  if (names.some(isSwitch)) command.addHelpText('after', `\n${switchHelp}`);
}

/**
 * An option with a value. Without one its value is `true`, for `command.ts` to tell: commander would
 * tell of nothing else then.
 */
export function valueOption(flags: string, meaning: string): Option {
  const option = new Option(flags, meaning);
  [option.required, option.optional] = [false, true];
  return option;
}

const isSwitch = (name: SettingName): boolean => settings[name].kind.placeholder === undefined;

const switchHelp =
  'A switch that the file has set is unset by --no-NAME or --NAME=false, such as --no-dry-run.';

/** How a switch can be written, beside its bare flag. */
function spellingsOf(name: SettingName): Spelling[] {
  const flag = flagOf(name);
  return [
    new Spelling(flag.replace('--', '--no-'), name, 'off'),
    new Spelling(`${flag}=false`, name, 'off'),
    new Spelling(`${flag}=true`, name, 'on'),
  ];
}

/** A switch with its value in its name: given one, commander would take the next word for it too. */
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

/** The options whose value is missing: each with what it should be, and all others. */
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
  // Its type is that of a value which commander has found.
  if ((options.config as Raw | undefined) === true) {
    missing.add('config');
    problems.unshift({where: '--config', what, expected: 'a path'});
  }
  const found = Object.entries(options).filter(([name]) => !missing.has(name));
  return {problems, rest: Object.fromEntries(found)};
}
