/** Compares two configurations by their values; how they were written down does not count. */
import type {Kind} from './kinds/kind.js';
import {type Config, type SettingName, settingNames, settings} from './schema.js';

/** The settings that have another value. */
export function changedSettings(before: Config, after: Config): SettingName[] {
  return settingNames.filter((name) => textOf(before, name) !== textOf(after, name));
}

/** Of two values that are written alike both mean the same. */
function textOf(config: Config, name: SettingName): string {
  // The value is of the same setting as the kind; the union of all settings hides that.
  return (settings[name].kind as Kind<unknown>).write(config[name]);
}
