/**
 * What all commands have in common: how one is added to the program, how it gets its configuration,
 * and how wrong words are refused. Which commands there are is in `cli/command-table.ts`.
 */
import {type Command, CommanderError} from 'commander';
import {type Problem, problemText} from '../../base/problem.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, Surroundings, WithoutDaemon} from '../face/surroundings.js';
import {addOptions, missingValues} from './options.js';
import type {OwnOptions, WrongIn} from './words.js';
import type {Options} from '../../config/options.js';
import type {Config, SettingName} from '../../config/schema.js';
import {nearest} from '../../config/nearest.js';
import {configOf} from '../../daemon/course/configuration.js';
import {type Log, openLog} from '../../sys/talk/log.js';

/** Tells what else matters when a command is refused. Its options as far as they have their values. */
export type WhenRefused = (options: Options) => Promise<void>;

/** A command with the options of these settings; `run` is meant where none is named. */
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

/** As of a row of the table. */
interface MoreOfWords {
  readonly wrongIn?: WrongIn;
  readonly whenRefused?: WhenRefused;
}

/** Makes the command report all that is wrong with its words, before it does anything. */
export function refusing(made: Command, output: Output, more: MoreOfWords): Command {
  // Left to commander, the command would report only the first wrong word, or only that one is
  // missing.
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

// `-` by itself is an operand: standard input.
const isOption = (word: string): boolean => word.startsWith('-') && word !== '-';

/** Tells every word that is no option or operand of the command, with whatever else is wrong. */
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
  // Which file was meant is not known where its name is missing; the flags can be judged.
  const isFileKnown = options.config === rest.config;
  const parsed = isFileKnown ? configOf(rest) : configOf(rest, '');
  if (parsed.kind === 'problems') complainAll(parsed.problems, output);
  if (isFileKnown) await whenRefused?.(rest);
  throw wrongUsage();
}

/** Words of fail2ban and of others for what a command here does. */
const synonyms: Readonly<Record<string, string>> = {
  ban: 'block',
  unban: 'unblock',
  banned: 'list',
  test: 'check',
  restart: 'reload',
};

/** Where the first word is no command, `run` is meant, which has no operands: perhaps another was. */
function otherCommand(command: Command): string | undefined {
  const [word = ''] = command.parent?.args ?? [];
  const names = command.parent?.commands.map((each) => each.name()) ?? [];
  if (isOption(word) || names.includes(word)) return undefined;
  return Object.hasOwn(synonyms, word) ? synonyms[word] : nearest(word, names);
}

function wordsTooMany(command: Command): Problem[] {
  const {registeredArguments: operands, args} = command;
  const isVariadic = operands.at(-1)?.variadic === true;
  // An unknown option stands among the operands; the operands behind it are not to blame.
  let free = isVariadic ? Infinity : operands.length;
  const name = command.name();
  const meant = otherCommand(command);
  if (meant !== undefined) {
    const what = `no command ${args[0]}`;
    return [{where: 'command line', what, expected: `blocksmtp ${meant} (did you mean that?)`}];
  }
  const expected = `an option of \`blocksmtp ${name}\` (see blocksmtp ${name} --help)`;
  return args
    .filter((word) => isOption(word) || --free < 0)
    .map((word) => {
      const what = word.startsWith('-') ? 'unknown option' : 'unexpected word';
      return {where: 'command line', what: `${what} ${word}`, expected};
    });
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
