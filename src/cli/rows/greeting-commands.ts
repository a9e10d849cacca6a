/** The rows of the greeting's commands (`cli/command-table.ts`); both run as processes of their own. */
import {complainAll} from './command.js';
import type {CommandRow} from './command-row.js';
import {exitCode} from '../face/exit.js';
import {gate} from '../greeting/gate.js';
import {greet, standardWaitSeconds} from '../greeting/greet.js';
import {givenSeconds, greetingWait, wrongGreet} from './words.js';
import type {SettingName} from '../../config/schema.js';
import {configOf} from '../../daemon/course/configuration.js';

const gateSettings: readonly SettingName[] = [
  'greeting',
  'greetingWait',
  'greetingWaitStress',
  'greetingPort',
  'greetingMax',
  'greetingMaxPerClient',
  'greetingMaxPerNetwork',
  'greetingChildrenMax',
  'greetingChildrenPerSecond',
  'greetingCommand',
  'mailerSyslogName',
  'controlSocket',
  'logFile',
  'debugToSyslog',
  'debug',
];

export const greetingCommands: readonly CommandRow[] = [
  {
    words: 'gate',
    settings: gateSettings,
    meaning:
      'Serve the clients that the firewall redirects here: those that wait in silence get the mailer. A process of its own.',
    run: async ({options, surroundings: {signals, output, finish}}) => {
      const parsed = configOf(options);
      if (parsed.kind === 'problems') complainAll(parsed.problems, output);
      finish(
        parsed.kind === 'problems' ? exitCode.configuration : await gate(parsed.config, signals),
      );
    },
  },
  {
    words: 'greet',
    settings: 'none',
    meaning:
      'From inetd or a socket unit: make the client wait, then run the COMMAND behind -- with the same connection.',
    options: [
      {flags: '--wait <TIME>', meaning: 'How long, from 1s to 90s. (default: 35s)'},
      {
        flags: '--exempt <FILE>',
        meaning: 'Networks that do not wait, in the form of the whitelist.',
      },
    ],
    wrongIn: wrongGreet,
    run: async ({options, surroundings: {signals, output, behind, finish}}) => {
      finish(
        await greet(
          {
            waitSeconds: givenSeconds(options.wait, greetingWait) ?? standardWaitSeconds,
            exempt: typeof options.exempt === 'string' ? options.exempt : undefined,
            command: behind ?? [],
          },
          signals,
          output,
        ),
      );
    },
  },
];
