/**
 * Finds settings of earlier versions in the file or on the command line. The daemon starts in spite
 * of them, and ignores their values: a refusal would leave a relay unguarded after an upgrade. It
 * names each once, so that nobody relies on it. These settings are in no sample, no help and no
 * `Config`; so a reload in which only they have changed is no change.
 */
import type {Options} from './options.js';
import {flagOf, keyOf, type ObsoleteName} from './schema.js';
import {obsolete} from './settings/obsolete.js';

export const obsoleteNames = Object.keys(obsolete) as readonly ObsoleteName[];

export const isObsoleteKey = (key: string): boolean =>
  obsoleteNames.some((name) => keyOf(name) === key);

/**
 * One line for each place where an obsolete setting is written.
 *
 * @param file name of the configuration file, for people
 * @param table its contents
 */
export function obsoleteNotices(
  options: Options,
  file: string,
  table: Readonly<Record<string, unknown>>,
): string[] {
  return obsoleteNames.flatMap((name) => {
    const places = [
      ...(options[name] === undefined ? [] : [flagOf(name)]),
      ...(Object.hasOwn(table, keyOf(name)) ? [`${file}: ${keyOf(name)}`] : []),
    ];
    return places.map(
      (place) =>
        `${place}: no longer used: ${obsolete[name]} (remove it; see docs/how-it-decides.md, installed in /usr/share/doc/blocksmtp)`,
    );
  });
}
