/**
 * The command line: which commands there are and which options each has. The old program had no
 * commands, so `run` is the default one and has all settings.
 */
import {Command} from 'commander';
import type {Problem} from '../base/problem.js';
import {addCommand, complainAll, configured, reaching, refusing} from './command.js';
import {check} from './commands/check.js';
import {clearFirewall} from './commands/clear-firewall.js';
import {coverage, coverageSettings} from './commands/coverage.js';
import {doctor} from './commands/doctor.js';
import {explain} from './commands/explain.js';
import {operate} from './commands/operate.js';
import {reload} from './commands/reload.js';
import {replay} from './commands/replay.js';
import {run} from './commands/run.js';
import {watchLive} from './commands/watch.js';
import {exitCode} from './face/exit.js';
import type {Surroundings} from './face/surroundings.js';
import {valueOption} from './options.js';
import {
  blockFor,
  givenSeconds,
  past,
  trial,
  wrongAddress,
  wrongForm,
  wrongNetwork,
  wrongTime,
} from './words.js';
import type {Options} from '../config/options.js';
import {sampleConfig} from '../config/sample.js';
import {type SettingName, settingNames} from '../config/schema.js';
import type {GuardRequest} from '../control/protocol.js';

const whoIsExempt: readonly SettingName[] = ['whiteList', 'mailerIp'];
const whereItStands: readonly SettingName[] = [
  ...whoIsExempt,
  'mailerPort',
  'iptablesChainName',
  'outboundChainName',
  'backend',
  'stateDir',
  'controlSocket',
];
const whatCounts: readonly SettingName[] = [
  ...whoIsExempt,
  'mailerSyslogHost',
  'mailerSyslogName',
  'threshold',
  'leastUnknownShare',
  'attribution',
  'leakTime',
  'blockTime',
  'blockTimeFactor',
  'blockTimeMax',
  'repeatMemory',
  'debug',
];

const whoMaySend: readonly SettingName[] = [
  'outboundPorts',
  'outboundInterval',
  'allowedSenders',
  'debug',
];

export function makeProgram(surroundings: Surroundings): Command {
  const {version, output, finish} = surroundings;
  const program = new Command('blocksmtp')
    .description('Guards a mail relay: drops clients that guess user names.')
    .version(version)
    .usage('[command] [options]')
    .exitOverride()
    .addHelpText('after', exitCodes);
  addDaemonCommands(program, surroundings);
  addOperatorCommands(program, surroundings);
  addStateCommands(program, surroundings);
  addOutgoingCommands(program, surroundings);
  addCoverageCommand(program, surroundings);
  refusing(program.command('sample-config'), output)
    .description('Print the configuration file with every setting at its default.')
    .action(() => {
      output.print(sampleConfig());
      finish(exitCode.ok);
    });
  return program;
}

function addDaemonCommands(program: Command, surroundings: Surroundings): void {
  const {signals, output, finish} = surroundings;
  const complain = (problems: readonly Problem[]): void => complainAll(problems, output);

  addCommand(program, 'run', settingNames, output)
    .description('Follow the log and guard the relay. Without a command this is meant.')
    .action(async (options: Options) => finish(await run(options, signals, complain)));

  addCommand(program, 'replay <FILE...>', whatCounts, output)
    .description('Tell whom old logs would have blocked, when and why. Changes nothing.')
    .option('--json', 'Print it as JSON.')
    .action((files: string[], options: Options & {json?: true}) =>
      configured(options, surroundings, (config, log) =>
        replay(files, config, options.json ? 'json' : 'text', log, output),
      ),
    );

  addCommand(program, 'explain [FILE]', whatCounts, output)
    .description(
      'Tell of each line of a log (or of standard input) what is read from it, and why not.',
    )
    .option('--json', 'Print a JSON object for each line.')
    .action((file: string | undefined, options: Options & {json?: true}) =>
      configured(options, surroundings, (config, log) =>
        explain(file ?? '-', config, options.json ? 'json' : 'text', log, output),
      ),
    );
}

function addOperatorCommands(program: Command, surroundings: Surroundings): void {
  const {output} = surroundings;
  const ask = (options: Options, request: GuardRequest, form: 'text' | 'json'): Promise<void> =>
    reaching(options, surroundings, (config, log, alone) =>
      operate(request, form, config, log, output, alone),
    );

  addCommand(program, 'list', whereItStands, output)
    .description('Show the blocks that stand.')
    .option('--json', 'Print them as JSON.')
    .action((options: Options & {json?: true}) =>
      ask(options, {command: 'list'}, options.json ? 'json' : 'text'),
    );

  addCommand(program, 'why <ADDRESS>', whereItStands, output, wrongNetwork('why'))
    .description(
      'Tell what is known about an address: exempt, blocked, its score, its mail and its past.',
    )
    .action((network: string, options: Options) => ask(options, {command: 'why', network}, 'text'));

  addCommand(program, 'block <ADDRESS>', whereItStands, output, (operands, options) => [
    ...wrongNetwork('block')(operands, options),
    ...wrongTime('--for', options.for, blockFor),
  ])
    .description('Block an address or a network.')
    .addOption(
      valueOption('--for <TIME>', 'How long, such as 90s, 10m, 1h, 7d. (default: block_time)'),
    )
    .action((network: string, options: Options & {for?: string}) =>
      reaching(options, surroundings, (config, log, alone) => {
        const seconds = givenSeconds(options.for, blockFor) ?? config.blockTime;
        return operate({command: 'block', network, seconds}, 'text', config, log, output, alone);
      }),
    );

  addCommand(program, 'unblock <ADDRESS>', whereItStands, output, wrongNetwork('unblock'))
    .description('End a block now, and forget what the client did.')
    .action((network: string, options: Options) =>
      ask(options, {command: 'unblock', network}, 'text'),
    );

  addCommand(program, 'resume', whereItStands, output)
    .description(
      'Make blocks again, after so many good senders were to be blocked that it stopped.',
    )
    .action((options: Options) => ask(options, {command: 'resume'}, 'text'));

  addCommand(program, 'check <ADDRESS>', whereItStands, output, wrongAddress)
    .description('Tell whether an address is exempt, and by which entry.')
    .action((address: string, options: Options) =>
      configured(options, surroundings, (config, log) => check(address, config, log, output)),
    );
}

/** How things stand as a whole, and what changes them as a whole. */
function addStateCommands(program: Command, surroundings: Surroundings): void {
  const {output} = surroundings;

  addCommand(program, 'status', whereItStands, output, wrongForm)
    .description('Tell how much of what should stand in the firewall does. Exit 1: not all.')
    .option('--json', 'Print it as JSON.')
    .option('--prometheus', 'Print it as figures for Prometheus.')
    .action((options: Options & {json?: true; prometheus?: true}) => {
      const form = options.json ? 'json' : options.prometheus ? 'figures' : 'text';
      return reaching(options, surroundings, (config, log, alone) =>
        operate({command: 'status'}, form, config, log, output, alone),
      );
    });

  addCommand(program, 'doctor', settingNames, output)
    .description('Look at this machine and tell what is wrong, or could be better. Exit 1: wrong.')
    .option('--json', 'Print the findings as JSON.')
    .action((options: Options & {json?: true}) =>
      configured(options, surroundings, (config, log) =>
        doctor(options.json ? 'json' : 'text', config, log, output),
      ),
    );

  addCommand(program, 'flush', whereItStands, output)
    .description('Lift all blocks; without a daemon also take chain, hook, sets and tables away.')
    .option('--keep-blocks', 'Only take them away: the blocks stand again when a daemon runs.')
    .action((options: Options & {keepBlocks?: true}) =>
      options.keepBlocks
        ? configured(options, surroundings, (config, log) => clearFirewall(config, log, output))
        : reaching(options, surroundings, (config, log, alone) =>
            operate({command: 'flush'}, 'text', config, log, output, alone),
          ),
    );

  addCommand(program, 'reload', ['controlSocket'], output, (_, {confirm}) =>
    wrongTime('--confirm', confirm, trial),
  )
    .description('Have the daemon read its configuration anew; a bad one is refused as a whole.')
    .addOption(
      valueOption(
        '--confirm <TIME>',
        'Back to the one before, unless `blocksmtp confirm` comes in time.',
      ),
    )
    .action((options: Options & {confirm?: string}) => {
      const confirmSeconds = givenSeconds(options.confirm, trial);
      const request = {
        command: 'reload',
        ...(confirmSeconds === undefined ? {} : {confirmSeconds}),
      } as const;
      return configured(options, surroundings, (config) => reload(request, config, output));
    });

  addCommand(program, 'confirm', ['controlSocket'], output)
    .description('Keep the configuration that is on trial.')
    .action((options: Options) =>
      reaching(options, surroundings, (config, _log, alone) =>
        reload({command: 'confirm'}, config, output, alone),
      ),
    );
}

/** Who on this machine sends mail into the world by himself. */
function addOutgoingCommands(program: Command, surroundings: Surroundings): void {
  const {output, signals} = surroundings;

  addCommand(program, 'watch', whoMaySend, output)
    .description('Show live which local programs open connections to mail ports of other machines.')
    .option('--all', 'Also those of allowed senders.')
    .option('--json', 'Print a JSON object for each.')
    .action((options: Options & {all?: true; json?: true}) =>
      configured(options, surroundings, (config, log) =>
        watchLive(config, options.json ? 'json' : 'text', options.all ? 'all' : 'others', signals, {
          ...output,
          say: log.say,
        }),
      ),
    );

  addCommand(program, 'senders', whereItStands, output, (_, {since}) =>
    wrongTime('--since', since, past),
  )
    .description('Sum up who opened such connections, by user, directory and program.')
    .addOption(
      valueOption('--since <TIME>', 'How long ago, such as 1h, 1d; at most 3d. (default: 24h)'),
    )
    .option('--json', 'Print them as JSON.')
    .action((options: Options & {since?: string; json?: true}) => {
      const seconds = givenSeconds(options.since, past) ?? 86_400;
      return reaching(options, surroundings, (config, log, alone) =>
        operate(
          {command: 'senders', seconds},
          options.json ? 'json' : 'text',
          config,
          log,
          output,
          alone,
        ),
      );
    });
}

/** How much of that is seen. */
function addCoverageCommand(program: Command, surroundings: Surroundings): void {
  const {output, signals} = surroundings;

  addCommand(program, 'coverage', coverageSettings, output)
    .description(
      'Measure how much `watch` sees of programs that connect and end at once, in a network of its own (unshare --net).',
    )
    .option('--json', 'Print it as JSON.')
    .action((options: Options & {json?: true}) =>
      configured(options, surroundings, (config) =>
        coverage(options.json ? 'json' : 'text', config, signals, output),
      ),
    );
}

const exitCodes = `
Exit codes: 0 done; 1 no (check: not exempt, unblock: was not blocked, resume: was not stopped,
confirm: no trial, status and doctor: not all is well, reload: refused, flush: a daemon runs);
64 wrong usage; 69 unavailable (another daemon has the state, or it cannot be opened); 78 wrong
configuration.
A block ends by itself; one of iptables only while a daemon runs. To see them: iptables -L SPAM_UNAME_GUESSERS -n, or blocksmtp list.`;
