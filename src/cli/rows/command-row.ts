/**
 * How a command is declared in the table (`cli/command-table.ts`), and the three ways to run it: with a
 * checked configuration, through a daemon that runs in spite of a bad file, or as a request to the guard.
 */
import {configured, reaching, type WhenRefused} from './command.js';
import {operate} from '../commands/operate.js';
import type {ExitCode} from '../face/exit.js';
import type {Surroundings, WithoutDaemon} from '../face/surroundings.js';
import type {OwnOptions, WrongIn} from './words.js';
import type {Options} from '../../config/options.js';
import type {Config, SettingName} from '../../config/schema.js';
import type {GuardRequest} from '../../control/protocol.js';
import {senderViews} from '../../report/tables/mail-senders.js';
import {hostNames, noNames} from '../../sys/talk/host-names.js';
import type {Log} from '../../sys/talk/log.js';

/** A command as called; its words have been checked. */
export interface CommandCall {
  readonly operands: readonly string[];
  readonly options: Options & OwnOptions;
  /** The form of its output. */
  readonly form: 'text' | 'json';
  readonly surroundings: Surroundings;
}

export interface CommandRow {
  /** Its name and its operands: `why <ADDRESS>`. */
  readonly words: string;
  /** The settings that are options of the command; `none`: it reads no configuration. */
  readonly settings: readonly SettingName[] | 'none';
  readonly meaning: string;
  readonly options?: readonly OptionRow[];
  /** Finds other mistakes in its words; default: none. */
  readonly wrongIn?: WrongIn;
  /** What to print as well when its words are wrong; default: nothing. */
  readonly whenRefused?: WhenRefused;
  readonly run: (call: CommandCall) => void | Promise<void>;
}

/** An option of one command. */
interface OptionRow {
  /** `<…>` means that it takes a value. */
  readonly flags: string;
  readonly meaning: string;
  /** Its name in `OwnOptions`, if the flag has the name of a setting. Only for options without a value. */
  readonly as?: keyof OwnOptions;
}

/** `why <ADDRESS>` → `why`. */
export const nameOf = ({words}: CommandRow): string => words.split(' ')[0]!;

export const json = (meaning: string): OptionRow => ({flags: '--json', meaning});

/** For commands that change something. */
export const tellsChange = json('Print as JSON whether that changed anything.');

/** For `list` and `why`. */
export const withoutNames: OptionRow = {
  flags: '--no-names',
  meaning: 'Do not ask the DNS for the names of hosts (2 seconds at most).',
};

type Work = (config: Config, log: Log, call: CommandCall) => ExitCode | Promise<ExitCode>;

/** Runs with a checked configuration. */
export const works =
  (work: Work): CommandRow['run'] =>
  (call) =>
    configured(call.options, call.surroundings, (config, log) => work(config, log, call));

/**
 * Runs with a checked configuration; if the file is bad, through the running daemon.
 *
 * @param undone what to say if it is so bad that no daemon can be asked; default: only what is wrong with it
 */
export const reaches =
  (
    work: (
      config: Config,
      log: Log,
      call: CommandCall,
      alone: WithoutDaemon,
    ) => ExitCode | Promise<ExitCode>,
    undone: (call: CommandCall) => string | undefined = () => undefined,
  ): CommandRow['run'] =>
  (call) =>
    reaching(
      call.options,
      call.surroundings,
      (config, log, alone) => work(config, log, call, alone),
      undone(call),
    );

/** Sends a request to the daemon, or to the state if none runs. */
export const asks = (
  requestOf: (call: CommandCall, config: Config) => GuardRequest,
): CommandRow['run'] =>
  reaches((config, log, call, alone) => {
    const {form, options, surroundings} = call;
    const printed = options.prometheus && form === 'text' ? 'figures' : form;
    const names = options.names === false ? noNames : hostNames;
    const request = requestOf(call, config);
    const {output} = surroundings;
    const by = senderViews.find((each) => each === options.by);
    return operate(request, printed, config, log, output, alone, names, by);
  });
