/**
 * What all commands share: how a command is added to the program, how it gets its configuration, and
 * how wrong words are refused. `cli/command-table.ts` lists the commands.
 */
import {type Command, CommanderError} from 'commander';
import {type Problem, problemText} from '../../base/problem.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, Surroundings, WithoutDaemon} from '../face/surroundings.js';
import {isOption, wordsTooMany} from '../face/unexpected-words.js';
import {addOptions, missingValues} from './options.js';
import type {OwnOptions, WrongIn} from './words.js';
import type {Options} from '../../config/options.js';
import type {Config, SettingName} from '../../config/schema.js';
import {configOf} from '../../daemon/course/configuration.js';
import {type Log, openLog} from '../../sys/talk/log.js';

/** Prints what else matters when a command is refused. Gets the options that have values. */
export type WhenRefused = (options: Options) => Promise<void>;

/** Adds a command whose options include these settings; without a command, `run` is meant. */
export function addCommand(
  program: Command,
  usage: string,
  names: readonly SettingName[],
  output: Output,
  more: MoreOfWords,
): Command {
  const made = program.command(usage, {isDefault: usage === 'run'});
  addOptions(made, names);
  return refusing(made, output, more);
}

/** From a row of the table. */
interface MoreOfWords {
  readonly wrongIn?: WrongIn;
  readonly whenRefused?: WhenRefused;
}

/** Makes the command report every mistake in its words before it does anything. */
export function refusing(made: Command, output: Output, more: MoreOfWords): Command {
  // Commander alone would report only the first wrong word, or only a missing one.
  made.allowUnknownOption().allowExcessArguments().usage(made.usage());
  const needed = made.registeredArguments.filter(({required}) => required);
  for (const operand of needed) operand.required = false;
  return made.hook('preAction', async () => {
    await refuseWrongWords(
      made,
      needed.map((operand) => operand.name()),
      output,
      more,
    );
  });
}

/** Runs a command with a checked configuration, and with a log that prints only warnings. */
export async function configured(
  options: Options,
  surroundings: Surroundings,
  work: (config: Config, log: Log) => ExitCode | Promise<ExitCode>,
): Promise<void> {
  return reaching(options, surroundings, (config, log, alone) =>
    alone === 'mayWork' ? work(config, log) : exitCode.configuration,
  );
}

/**
 * The same for a command that a running daemon can carry out even if the file is bad now.
 *
 * @param undone what to say if no daemon can be asked
 */
export async function reaching(
  options: Options,
  {output, finish}: Surroundings,
  work: (config: Config, log: Log, alone: WithoutDaemon) => ExitCode | Promise<ExitCode>,
  undone?: string,
): Promise<void> {
  const parsed = configOf(options);
  if (parsed.kind === 'problems') complainAll(parsed.problems, output);
  const config = parsed.kind === 'config' ? parsed.config : parsed.usable;
  if (config === undefined) {
    if (undone !== undefined) output.complain(undone);
    finish(exitCode.configuration);
    return;
  }
  const alone = parsed.kind === 'config' ? 'mayWork' : 'mayNotWork';
  const debug = options.debug === undefined ? 1 : config.debug;
  const log = openLog({debug, logFile: '', debugToSyslog: false});
  const code = await work(config, log, alone);
  await log.close();
  finish(code);
}

/** Reports every unknown option and surplus operand, with every other mistake. */
async function refuseWrongWords(
  command: Command,
  needed: readonly string[],
  output: Output,
  {wrongIn = () => [], whenRefused}: MoreOfWords,
): Promise<void> {
  const options = command.opts<Options & OwnOptions>();
  const operands = command.args.filter((word) => !isOption(word));
  const {problems: missing, rest} = missingValues(options);
  const wrong = [
    ...[...wordsTooMany(command), ...operandsMissing(command, needed.slice(operands.length))].map(
      problemText,
    ),
    ...missing.map(problemText),
    ...wrongIn(operands, options),
  ];
  if (wrong.length === 0) return;
  for (const message of wrong) output.complain(message);
  // If the value of --config is missing, the file is unknown; the flags can still be checked.
  const isFileKnown = options.config === rest.config;
  const parsed = isFileKnown ? configOf(rest) : configOf(rest, '');
  if (parsed.kind === 'problems') complainAll(parsed.problems, output);
  if (isFileKnown) await whenRefused?.(rest);
  throw wrongUsage();
}

function operandsMissing(command: Command, names: readonly string[]): Problem[] {
  const expected = `blocksmtp ${command.name()} ${command.usage()}`;
  return names.map((name) => ({where: 'command line', what: `no ${name}`, expected}));
}

const wrongUsage = (): CommanderError =>
  new CommanderError(exitCode.usage, 'blocksmtp.wrongUsage', 'wrong usage');

export function complainAll(problems: readonly Problem[], output: Output): void {
  for (const problem of problems) output.complain(problemText(problem));
}
