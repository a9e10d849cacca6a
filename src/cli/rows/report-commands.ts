/** The row of the command that reports on some days. */
import {type CommandRow, json, reaches} from './command-row.js';
import {givenSeconds, reported, wrongReport} from './words.js';
import {report} from '../commands/report.js';
import type {SettingName} from '../../config/schema.js';

/** @param settings of the state */
export const reportCommands = (settings: readonly SettingName[]): readonly CommandRow[] => [
  {
    words: 'report',
    settings: [...settings, 'threshold', 'outbound', 'outgoingMail', 'complaints'],
    meaning:
      'Report on some days: likely false positives, guesses and blocks over time, offenders, what other thresholds would have done, outgoing mail, complaints.',
    options: [
      {flags: '--since <TIME>', meaning: 'How long ago, such as 24h; at most 90d. (default: 7d)'},
      htmlOption,
      {
        flags: '--mail <ADDRESS>',
        meaning: 'Mail it as text, through the mailer at port 25 of this machine.',
      },
      json('Print it as JSON.'),
    ],
    wrongIn: wrongReport,
    run: reaches((config, log, {form, options: {since, html, mail}, surroundings}, alone) => {
      const seconds = givenSeconds(since, reported) ?? usualSeconds;
      const text = (value: string | true | undefined) =>
        typeof value === 'string' ? value : undefined;
      const wish = {seconds, form, html: text(html), mail: text(mail)};
      return report(wish, config, log, surroundings.output, alone);
    }),
  },
];

/** Of `report` and of `replay`. */
export const htmlOption = {
  flags: '--html <FILE>',
  meaning: 'Write it into this file as a page with plots, for any browser; - is standard output.',
} as const;

/** Seconds: a week. */
const usualSeconds = 7 * 86_400;
