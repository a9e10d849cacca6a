/**
 * All commands in one table: their words, settings and options, what can be wrong with them, and
 * what each does. `program.ts` makes the command line from it. The old program had no commands, so
 * `run` is the default, and has all settings.
 */
import {complainAll} from './rows/command.js';
import {
  asks,
  type CommandCall,
  type CommandRow,
  json,
  reaches,
  tellsChange,
  withoutNames,
  works,
} from './rows/command-row.js';
import {check, notKnownText} from './commands/check.js';
import {clearFirewall} from './commands/clear-firewall.js';
import {coverage, coverageSettings} from './commands/coverage.js';
import {doctor} from './commands/doctor.js';
import {explain} from './commands/explain.js';
import {reload} from './commands/reload.js';
import {exemptSettings, judgingSettings} from './replay/judging-settings.js';
import {run} from './commands/run.js';
import {watchLive} from './commands/watch.js';
import {whitelistCommands} from './rows/whitelist-commands.js';
import {exitCode} from './face/exit.js';
import {greetingCommands} from './rows/greeting-commands.js';
import {advisePause} from './inspect/advise-pause.js';
import {checkConfig} from './inspect/check-config.js';
import {
  blockFor,
  givenSeconds,
  past,
  trial,
  wrongAddress,
  wrongForm,
  wrongNetwork,
  wrongTime,
  wrongView,
} from './rows/words.js';
import {sampleConfig} from '../config/sample.js';
import {type SettingName, settingNames} from '../config/schema.js';
import {contactCommands} from './rows/contact-commands.js';
import {complaintCommands} from './rows/complaint-commands.js';
import {queueCommands} from './rows/queue-commands.js';
import {replayCommand, reportCommand} from './rows/report-commands.js';
import {warningCommands} from './rows/warning-commands.js';
import {whyCommand} from './why-command.js';
import {noLongerUsed} from '../daemon/course/configuration.js';
import {tellLeftBlocks} from '../daemon/course/left-blocks.js';
import {tuneCommand} from './tune/tune-command.js';

const stateSettings: readonly SettingName[] = [
  ...exemptSettings,
  'mailerPort',
  'mailerPorts',
  'hookChains',
  'iptablesChainName',
  'outboundChainName',
  'backend',
  'stateDir',
  'controlSocket',
];
const mailSettings: readonly SettingName[] = [
  'outgoingMail',
  'mailPerHour',
  'mailPerDay',
  'rcptPerMessage',
  'mailQueueAlarm',
  'mailExempt',
];
const watchSettings: readonly SettingName[] = [
  'outboundPorts',
  'outboundInterval',
  'allowedSenders',
  'debug',
];

const network = ({operands: [first = '']}: CommandCall): string => first;

/** The daemon, and what it would do with a log. */
const logCommands: readonly CommandRow[] = [
  {
    words: 'run',
    settings: settingNames,
    meaning: 'Follow the log and guard the relay. The default command.',
    whenRefused: tellLeftBlocks,
    run: async ({options, surroundings: {signals, output, finish}}) =>
      finish(await run(options, signals, (problems) => complainAll(problems, output))),
  },
  replayCommand(judgingSettings),
  tuneCommand,
  {
    words: 'explain [FILE]',
    settings: judgingSettings,
    meaning: 'Show what each line of a log (or of standard input) says, or why it does not count.',
    options: [json('Print a JSON object for each line.')],
    run: works((config, log, {operands: [file = '-'], form, surroundings}) =>
      explain(file, config, form, log, surroundings.output),
    ),
  },
];

/** Commands about single clients. */
const clientCommands: readonly CommandRow[] = [
  {
    words: 'list',
    settings: stateSettings,
    meaning: 'Show the blocks in force.',
    options: [
      json('Print them as JSON.'),
      withoutNames,
      {flags: '--greeting', as: 'waiting', meaning: 'Show the clients that wait at the gate.'},
    ],
    run: asks(({options}) => ({command: options.waiting === true ? 'waiting' : 'list'})),
  },
  whyCommand(stateSettings),
  {
    words: 'block <ADDRESS>',
    settings: stateSettings,
    meaning: 'Block an address or a network.',
    options: [
      {
        flags: '--for <TIME>',
        meaning: 'How long, such as 90s, 10m, 1h, 7d. (default: block_time)',
      },
      tellsChange,
    ],
    wrongIn: (operands, options) => [
      ...wrongNetwork('block')(operands, options),
      ...wrongTime('--for', options.for, blockFor),
    ],
    run: asks((call, {blockTime}) => {
      const seconds = givenSeconds(call.options.for, blockFor) ?? blockTime;
      return {command: 'block', network: network(call), seconds};
    }),
  },
  {
    words: 'unblock <ADDRESS>',
    settings: stateSettings,
    meaning: 'End a block now, and forget what spoke against the client.',
    options: [tellsChange],
    wrongIn: wrongNetwork('unblock'),
    run: asks((call) => ({command: 'unblock', network: network(call)})),
  },
  {
    words: 'resume',
    settings: stateSettings,
    meaning: 'Make blocks again, after the relay seemed to have lost its list of users.',
    options: [tellsChange],
    run: asks(() => ({command: 'resume'})),
  },
  {
    words: 'check <ADDRESS>',
    settings: stateSettings,
    meaning: 'Say whether an address is exempt, and by which entry.',
    options: [json('Print it as JSON.')],
    wrongIn: wrongAddress,
    run: reaches(
      (config, log, {operands: [address = ''], options, form, surroundings}, alone) => {
        const {output} = surroundings;
        for (const notice of noLongerUsed(options)) output.complain(notice);
        return check(address, config, form, log, output, alone);
      },
      ({operands: [address = '']}) => notKnownText(address),
    ),
  },
];

/** Commands about the state as a whole. */
const wholeCommands: readonly CommandRow[] = [
  {
    words: 'status',
    settings: stateSettings,
    meaning: 'Show the state, and which share of the blocks is in force. Exit 1: not all is well.',
    options: [
      json('Print it as JSON.'),
      {flags: '--prometheus', meaning: 'Print it as metrics for Prometheus.'},
    ],
    wrongIn: wrongForm,
    run: asks(() => ({command: 'status'})),
  },
  {
    words: 'doctor',
    settings: settingNames,
    meaning: 'Check this machine; say what is wrong, or could be better. Exit 1: wrong.',
    options: [json('Print the findings as JSON.')],
    run: reaches((config, log, {form, surroundings}, alone) =>
      doctor(form, config, log, surroundings.output, alone),
    ),
  },
  {
    words: 'greeting <advise>',
    settings: exemptSettings,
    meaning:
      "With `advise`: print the lines of sendmail.mc and of the access map for sendmail's own pause before the greeting. Changes nothing.",
    wrongIn: ([what]) =>
      what === undefined || what === 'advise'
        ? []
        : [`greeting ${JSON.stringify(what)}: expected greeting advise`],
    run: works((config, log, {surroundings}) => advisePause(config, log, surroundings.output)),
  },
  {
    words: 'flush',
    settings: stateSettings,
    meaning: 'Lift all blocks; without a daemon also take chain, hook, sets and tables away.',
    options: [
      {
        flags: '--keep-blocks',
        meaning: 'Only take them away: the blocks stand again when a daemon runs.',
      },
      tellsChange,
    ],
    run: (call) => (call.options.keepBlocks ? clearsFirewall(call) : lifts(call)),
  },
  {
    words: 'reload',
    settings: ['controlSocket'],
    meaning: 'Have the daemon read its configuration anew; a bad one is refused as a whole.',
    options: [
      {
        flags: '--confirm <TIME>',
        meaning: 'Back to the one before, unless `blocksmtp confirm` comes in time.',
      },
      tellsChange,
    ],
    wrongIn: (_, {confirm}) => wrongTime('--confirm', confirm, trial),
    run: works((config, _log, {options, form, surroundings}) => {
      const confirmSeconds = givenSeconds(options.confirm, trial);
      const time = confirmSeconds === undefined ? {} : {confirmSeconds};
      return reload({command: 'reload', ...time}, form, config, surroundings.output);
    }),
  },
  {
    words: 'confirm',
    settings: ['controlSocket'],
    meaning: 'Keep the configuration that is on trial.',
    options: [tellsChange],
    run: reaches((config, _log, {form, surroundings}, alone) =>
      reload({command: 'confirm'}, form, config, surroundings.output, alone),
    ),
  },
];

const clearsFirewall = works((config, log, {form, surroundings}) =>
  clearFirewall(config, form, log, surroundings.output),
);
const lifts = asks(() => ({command: 'flush'}));

/** Commands about local programs that send mail themselves, and how much of it blocksmtp sees. */
const outgoingCommands: readonly CommandRow[] = [
  {
    words: 'watch',
    settings: watchSettings,
    meaning: 'Show live which local programs open connections to mail ports of other machines.',
    options: [
      {flags: '--all', meaning: 'Also those of allowed senders.'},
      json('Print a JSON object for each.'),
    ],
    run: works((config, {say}, {form, options, surroundings: {signals, output}}) =>
      watchLive(config, form, options.all ? 'all' : 'others', signals, {...output, say}),
    ),
  },
  {
    words: 'senders',
    settings: [...stateSettings, ...mailSettings],
    meaning:
      'Sum up the senders of mail: programs that open such connections, and senders whose mail the mailer carries.',
    options: [
      {
        flags: '--since <TIME>',
        meaning: 'How long ago, such as 1h, 1d; at most 3d. (default: 24h)',
      },
      {
        flags: '--by <WAY>',
        meaning: 'Only mail through the mailer: by auth, uid or host, or summed by from or script.',
      },
      json('Print them as JSON.'),
    ],
    wrongIn: (_, {since, by}) => [...wrongTime('--since', since, past), ...wrongView(by)],
    run: asks(({options}) => {
      return {command: 'senders', seconds: givenSeconds(options.since, past) ?? 86_400};
    }),
  },
  {
    words: 'coverage',
    settings: coverageSettings,
    meaning:
      'Measure how many programs that connect and end immediately `watch` sees, in a network of its own (unshare --net).',
    options: [json('Print it as JSON.')],
    run: works((config, _log, {form, surroundings: {signals, output}}) =>
      coverage(form, config, signals, output),
    ),
  },
];

export const commands: readonly CommandRow[] = [
  ...logCommands,
  ...clientCommands,
  ...whitelistCommands,
  ...wholeCommands,
  reportCommand(stateSettings),
  ...outgoingCommands,
  ...greetingCommands,
  ...queueCommands,
  ...contactCommands,
  ...warningCommands,
  ...complaintCommands,
  {
    words: 'check-config [FILE]',
    settings: settingNames,
    meaning:
      'List every problem of a configuration file, with lines. Changes nothing. Exit 78: it is bad.',
    options: [json('Print it as JSON.')],
    wrongIn: ([file], {config}) =>
      file === undefined || config === undefined ? [] : ['FILE and --config: expected one of them'],
    run: ({operands: [file], options, form, surroundings: {output, finish}}) =>
      finish(checkConfig(file, options, form, output)),
  },
  {
    words: 'sample-config',
    settings: 'none',
    meaning: 'Print the configuration file with every setting at its default.',
    run: ({surroundings: {output, finish}}) => {
      output.print(sampleConfig());
      finish(exitCode.ok);
    },
  },
];
