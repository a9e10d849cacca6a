/**
 * How a command is written in the table (`cli/command-table.ts`), and the three ways to do its work: under a
 * checked configuration, by a daemon that runs in spite of a bad file, or as a request to the guard.
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

/** A command as it was called; its words have been found good. */
export interface CommandCall {
  readonly operands: readonly string[];
  readonly options: Options & OwnOptions;
  /** How its result is printed. */
  readonly form: 'text' | 'json';
  readonly surroundings: Surroundings;
}

export interface CommandRow {
  /** Its name and its operands: `why <ADDRESS>`. */
  readonly words: string;
  /** Settings that are options of it; `none`: it reads no configuration. */
  readonly settings: readonly SettingName[] | 'none';
  readonly meaning: string;
  readonly options?: readonly OptionRow[];
  /** What else can be wrong with its words; default: nothing. */
  readonly wrongIn?: WrongIn;
  /** What else the command prints when its words are wrong; default: nothing. */
  readonly whenRefused?: WhenRefused;
  readonly run: (call: CommandCall) => void | Promise<void>;
}

/** An option of one command. */
interface OptionRow {
  /** With `<…>` it has a value. */
  readonly flags: string;
  readonly meaning: string;
  /** Its name in `OwnOptions`, if a setting has the name of the flag; without a value. */
  readonly as?: keyof OwnOptions;
}

/** `why <ADDRESS>` → `why`. */
export const nameOf = ({words}: CommandRow): string => words.split(' ')[0]!;

export const json = (meaning: string): OptionRow => ({flags: '--json', meaning});

/** Of commands that change something. */
export const tellsChange = json('Print as JSON whether that changed anything.');

/** Of `list` and `why`. */
export const withoutNames: OptionRow = {
  flags: '--no-names',
  meaning: 'Do not ask the DNS for the names of hosts (2 seconds at most).',
};

type Work = (config: Config, log: Log, call: CommandCall) => ExitCode | Promise<ExitCode>;

/** Works under a checked configuration. */
export const works =
  (work: Work): CommandRow['run'] =>
  (call) =>
    configured(call.options, call.surroundings, (config, log) => work(config, log, call));

/** Works under a checked configuration, or with a bad file by the daemon that runs. */
export const reaches =
  (
    work: (
      config: Config,
      log: Log,
      call: CommandCall,
      alone: WithoutDaemon,
    ) => ExitCode | Promise<ExitCode>,
  ): CommandRow['run'] =>
  (call) =>
    reaching(call.options, call.surroundings, (config, log, alone) =>
      work(config, log, call, alone),
    );

/** Puts a request to the daemon, or where none runs to its state. */
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
