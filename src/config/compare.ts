/** Compares two configurations by their values; how the values were written does not matter. */
import type {Kind} from './kinds/kind.js';
import {type Config, type SettingName, settingNames, settings} from './schema.js';

/** The settings whose values differ. */
export function changedSettings(before: Config, after: Config): SettingName[] {
  return settingNames.filter((name) => textOf(before, name) !== textOf(after, name));
}

/** Two values that are written the same mean the same. */
function textOf(config: Config, name: SettingName): string {
  // The value and the kind belong to the same setting; the union type of all settings hides that.
  return (settings[name].kind as Kind<unknown>).write(config[name]);
}
