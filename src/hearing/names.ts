/**
 * Decides which program names are the mailer's. The dialect knows its usual names; `guard/guard.ts`
 * decides which lines under them count for which client.
 */
import type {WantedSettings} from './words.js';
import type {Config} from '../config/schema.js';
import type {Dialect} from '../mail/dialect.js';

/** @param wanted the setting: `auto` alone, or names */
export const mailerNames = (
  wanted: readonly string[],
  {names}: Pick<Dialect, 'names'>,
): readonly string[] => (wanted.includes('auto') ? names : wanted);

/** Which lines count, by the settings. */
export const wantedSettings = (
  {mailerSyslogName, mailerSyslogHost}: Pick<Config, 'mailerSyslogName' | 'mailerSyslogHost'>,
  dialect: Pick<Dialect, 'names'>,
): WantedSettings => ({
  names: mailerNames(mailerSyslogName, dialect),
  host: mailerSyslogHost || undefined,
  namesAre: mailerSyslogName.includes('auto') ? 'auto' : 'named',
});

/** Names shown one by one. A count: `auto` has many, and the first ones stand for all. */
const mostShownNames = 3;

export const shownNames = (names: readonly string[]): string =>
  names.length > mostShownNames
    ? `${names.slice(0, mostShownNames).join(', ')} or another name of the mailer`
    : names.join(' or ');
