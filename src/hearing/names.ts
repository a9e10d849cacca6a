/**
 * Decides under which names the mailer logs. The dialect knows what a name is; `guard/guard.ts`
 * decides which lines under it count for which client.
 */
import type {WantedSettings} from './words.js';
import type {Config} from '../config/schema.js';
import type {Dialect} from '../mail/dialect.js';

/** @param wanted as it is set: `auto` alone, or names */
export const mailerNames = (
  wanted: readonly string[],
  {names}: Pick<Dialect, 'names'>,
): readonly string[] => (wanted.includes('auto') ? names : wanted);

/** Whose lines count, as it is set. */
export const wantedSettings = (
  {mailerSyslogName, mailerSyslogHost}: Pick<Config, 'mailerSyslogName' | 'mailerSyslogHost'>,
  dialect: Pick<Dialect, 'names'>,
): WantedSettings => ({
  names: mailerNames(mailerSyslogName, dialect),
  host: mailerSyslogHost || undefined,
  namesAre: mailerSyslogName.includes('auto') ? 'auto' : 'named',
});

/** Names that are shown one by one. A count: of the many of `auto` the first stand for all. */
const mostShownNames = 3;

export const shownNames = (names: readonly string[]): string =>
  names.length > mostShownNames
    ? `${names.slice(0, mostShownNames).join(', ')} or another name of the mailer`
    : names.join(' or ');
