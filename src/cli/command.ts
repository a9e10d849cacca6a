/**
 * What all commands have in common: how one is added to the program, how it gets its configuration,
 * and how wrong words are refused. Which commands there are is in `program.ts`.
 */
import {type Command, CommanderError} from 'commander';
import {type Problem, problemText} from '../config/problem.js';
import type {Config, SettingName} from '../config/schema.js';
import {type Log, openLog} from '../sys/log.js';
import {type ExitCode, exitCode} from './exit.js';
import type {Output, WithoutDaemon} from './operate.js';
import {addOptions, configOf, type Options} from './options.js';
import type {Progress} from './progress.js';
import type {Signals} from './run.js';

/** What the commands are given, and to whom they answer. */
export interface Surroundings {
  readonly version: string;
  readonly signals: Signals;
  readonly output: Output & {readonly progress: Progress};
  /** Called once, with the exit code of the command. */
  readonly finish: (code: ExitCode) => void;
}

/** Tells what is wrong with a word, and ends the command. */
export function refuseUsage(message: string, {output, finish}: Surroundings): void {
  output.complain(message);
  finish(exitCode.usage);
}

/** A command with the options of these settings; `run` is meant where none is named. */
export function addCommand(
  program: Command,
  usage: string,
  names: readonly SettingName[],
  output: Output,
): Command {
  const made = program.command(usage, {isDefault: usage === 'run'});
  addOptions(made, names);
  // Left to commander, only the first wrong word would be told.
  made.allowUnknownOption().allowExcessArguments();
  return made.hook('preAction', () => refuseWrongWords(made, output));
}

/** Runs a command under a checked configuration, with a log that only warns. */
export async function configured(
  options: Options,
  surroundings: Surroundings,
  work: (config: Config, log: Log) => ExitCode | Promise<ExitCode>,
): Promise<void> {
  return reaching(options, surroundings, (config, log, alone) =>
    alone === 'mayWork' ? work(config, log) : exitCode.configuration,
  );
}

/** The same for a command that a running daemon can carry out, whatever has become of the file. */
export async function reaching(
  options: Options,
  {output, finish}: Surroundings,
  work: (config: Config, log: Log, alone: WithoutDaemon) => ExitCode | Promise<ExitCode>,
): Promise<void> {
  const parsed = configOf(options);
  if (parsed.kind === 'problems') complainAll(parsed.problems, output);
  const config = parsed.kind === 'config' ? parsed.config : parsed.usable;
  if (config === undefined) {
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

/** Tells every word that is no option or operand of the command, with whatever else is wrong. */
function refuseWrongWords(command: Command, output: Output): void {
  const {registeredArguments: operands, args} = command;
  const isVariadic = operands.at(-1)?.variadic === true;
  // An unknown option stands among the operands; the operands behind it are not to blame.
  let free = isVariadic ? Infinity : operands.length;
  // `-` by itself is an operand: standard input.
  const isOption = (word: string): boolean => word.startsWith('-') && word !== '-';
  const wrong = args.filter((word) => isOption(word) || --free < 0);
  if (wrong.length === 0) return;
  const name = command.name();
  for (const word of wrong) {
    const what = word.startsWith('-') ? 'unknown option' : 'unexpected word';
    const expected = `an option of \`blocksmtp ${name}\` (see blocksmtp ${name} --help)`;
    output.complain(problemText({where: 'command line', what: `${what} ${word}`, expected}));
  }
  const parsed = configOf(command.opts<Options>());
  if (parsed.kind === 'problems') complainAll(parsed.problems, output);
  throw new CommanderError(exitCode.usage, 'blocksmtp.wrongWords', 'wrong words');
}

export function complainAll(problems: readonly Problem[], output: Output): void {
  for (const problem of problems) output.complain(problemText(problem));
}
