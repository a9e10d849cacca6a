/**
 * What all commands share: how a command is added to the program, how it gets its configuration, and
 * how wrong words are refused. `cli/command-table.ts` lists the commands.
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

/** The same for a command that a running daemon can carry out even if the file is bad now. */
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

// `-` alone is an operand: standard input.
const isOption = (word: string): boolean => word.startsWith('-') && word !== '-';

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

/** What fail2ban and others call these commands. */
const synonyms: Readonly<Record<string, string>> = {
  ban: 'block',
  unban: 'unblock',
  banned: 'list',
  test: 'check',
  restart: 'reload',
};

/**
 * If the first word is not a command, `run` is meant, which has no operands; perhaps the user meant
 * another command.
 */
function otherCommand(command: Command): string | undefined {
  const [word = ''] = command.parent?.args ?? [];
  const names = command.parent?.commands.map((each) => each.name()) ?? [];
  if (isOption(word) || names.includes(word)) return undefined;
  return Object.hasOwn(synonyms, word) ? synonyms[word] : nearest(word, names);
}

function wordsTooMany(command: Command): Problem[] {
  const {registeredArguments: operands, args} = command;
  const isVariadic = operands.at(-1)?.variadic === true;
  // An unknown option counts as an operand; the operands after it are not to blame.
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
