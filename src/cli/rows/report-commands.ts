/**
 * The rows of `report`, about the blocks made, and `replay`, about the blocks that old logs would have led to.
 */
import {type CommandRow, json, reaches, works} from './command-row.js';
import {givenSeconds, reported, wrongReplay, wrongReport} from './words.js';
import {report} from '../commands/report.js';
import {replay} from '../replay/replay.js';
import type {SettingName} from '../../config/schema.js';

const htmlOption = {
  flags: '--html <FILE>',
  meaning: 'Write a page with plots into this file, for any browser; - is standard output.',
} as const;

/** A week. Seconds. */
const usualSeconds = 7 * 86_400;

const text = (value: string | true | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** @param settings that decide which clients are blocked */
export const replayCommand = (settings: readonly SettingName[]): CommandRow => ({
  words: 'replay <FILE...>',
  settings,
  meaning: 'List the blocks that old logs would have led to, when and why. Changes nothing.',
  options: [
    json('Print it as JSON.'),
    {
      flags: '--against <FILE>',
      meaning: 'A second configuration: show the blocks of both, side by side.',
    },
    htmlOption,
  ],
  wrongIn: wrongReplay,
  run: works((config, log, {operands, form, options, surroundings: {output}}) => {
    const wanted = {form, against: text(options.against), html: text(options.html)};
    return replay(operands, config, {...wanted, config: options.config}, log, output);
  }),
});

/** @param settings that locate the state */
export const reportCommand = (settings: readonly SettingName[]): CommandRow => ({
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
    const wish = {seconds, form, html: text(html), mail: text(mail)};
    return report(wish, config, log, surroundings.output, alone);
  }),
});
