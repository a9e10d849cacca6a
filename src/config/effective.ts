/**
 * What a daemon really runs with, for commands that know only the file: flags override the file, and it may
 * have changed since. Leaves out settings that may contain a secret: those that say how warnings are sent.
 */
import type {Kind, Raw} from './kinds/kind.js';
import {type Config, keyOf, type SettingName, settingNames, settings} from './schema.js';
import {warnings} from './settings/warnings.js';

const shownNames = settingNames.filter((name) => !Object.hasOwn(warnings, name));

/** Values as TOML, by the keys of the file. */
export const shownSettings = (config: Config): Record<string, string> =>
  Object.fromEntries(shownNames.map((name) => [keyOf(name), textOf(config, name)]));

/** A setting whose value in the running daemon differs from the configuration here. */
export interface Difference {
  readonly key: string;
  readonly daemon: string;
  readonly here: string;
}

/** @param shown the daemon's settings as it reports them; its version may differ */
export const differences = (
  config: Config,
  shown: Readonly<Record<string, string>>,
): Difference[] =>
  shownNames.flatMap((name) => {
    const key = keyOf(name);
    const daemon = Object.hasOwn(shown, key) ? shown[key] : undefined;
    const here = textOf(config, name);
    return daemon === undefined || daemon === here ? [] : [{key, daemon, here}];
  });

/** The configuration here, with the daemon's values where they can be read. */
export function effectiveConfig(config: Config, shown: Readonly<Record<string, string>>): Config {
  const changed = differences(config, shown).flatMap(({key, daemon}) => {
    const name = shownNames.find((each) => keyOf(each) === key);
    const raw = rawOf(daemon);
    if (name === undefined || raw === undefined) return [];
    const read = (settings[name].kind as Kind<unknown>).read(raw);
    return read.ok ? [[name, read.value] as const] : [];
  });
  // Each value was read by its own setting's kind.
  return {...config, ...(Object.fromEntries(changed) as Partial<Config>)};
}

// The value and the kind belong to the same setting; the union type of all settings hides that.
const textOf = (config: Config, name: SettingName): string =>
  (settings[name].kind as Kind<unknown>).write(config[name]);

/** The TOML of a setting is a text, a number or a boolean, which JSON writes the same way. */
function rawOf(text: string): Raw | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return ['string', 'number', 'boolean'].includes(typeof value) ? (value as Raw) : undefined;
  } catch {
    return undefined;
  }
}
