/**
 * Words of a command line that no command takes: a command that is none, an unknown option, an operand too many. Says
 * what was probably meant. `cli/rows/command.ts` refuses them.
 */
import type {Problem} from '../../base/problem.js';
import {nearest} from '../../config/nearest.js';
import {flagOf, settingNames, settings} from '../../config/schema.js';
import {parseNetwork} from '../../net/network.js';

// `-` alone is an operand: standard input.
export const isOption = (word: string): boolean => word.startsWith('-') && word !== '-';

/** What fail2ban and others call these commands. */
const synonyms: Readonly<Record<string, string>> = {
  ban: 'blocksmtp block',
  unban: 'blocksmtp unblock',
  banned: 'blocksmtp list',
  test: 'blocksmtp check',
  restart: 'blocksmtp reload',
  start: 'systemctl start blocksmtp',
  stop: 'systemctl stop blocksmtp',
  version: 'blocksmtp --version',
};

const where = 'command line';

/** What this file asks of a command of commander. */
interface Called {
  readonly args: readonly string[];
  readonly options: readonly KnownOption[];
  readonly registeredArguments: readonly {readonly variadic: boolean}[];
  readonly parent: {
    readonly args: readonly string[];
    readonly commands: readonly {readonly name: () => string}[];
  } | null;
  readonly name: () => string;
}

interface KnownOption {
  readonly long?: string | undefined;
  readonly hidden: boolean;
}

export function wordsTooMany(command: Called): Problem[] {
  const wrong = noCommand(command);
  if (wrong !== undefined) return [wrong];
  const {registeredArguments: operands, args} = command;
  const isVariadic = operands.at(-1)?.variadic === true;
  // An unknown option counts as an operand; the operands after it are not to blame.
  let free = isVariadic ? Infinity : operands.length;
  const name = command.name();
  const expected = `an option of \`blocksmtp ${name}\` (see blocksmtp ${name} --help)`;
  return args
    .filter((word) => isOption(word) || --free < 0)
    .map((word) =>
      isOption(word)
        ? unknownOption(word, command.options, expected)
        : {where, what: `unexpected word ${word}`, expected},
    );
}

/** If the first word is not a command, `run` is meant, which has no operands. */
function noCommand(command: Called): Problem | undefined {
  const [word = ''] = command.parent?.args ?? [];
  const names = command.parent?.commands.map((each) => each.name()) ?? [];
  if (word === '' || isOption(word) || names.includes(word)) return undefined;
  const meant = callMeantBy(word, names);
  const expected =
    meant === undefined
      ? 'one of the commands that `blocksmtp --help` shows'
      : `${meant} (did you mean that?)`;
  return {where, what: `no command ${word}`, expected};
}

function callMeantBy(word: string, names: readonly string[]): string | undefined {
  if (Object.hasOwn(synonyms, word)) return synonyms[word];
  if (parseNetwork(word) !== undefined) return `blocksmtp why ${word}`;
  const near = nearest(word, names);
  return near === undefined ? undefined : `blocksmtp ${near}`;
}

function unknownOption(word: string, known: readonly KnownOption[], expected: string): Problem {
  const [, flag = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  const shown = known.filter(({hidden}) => !hidden);
  if (value !== undefined && shown.some(({long}) => long === flag)) {
    const isSetting = settingNames.some((name) => flagOf(name) === flag && isSwitch(name));
    return {where: flag, what: JSON.stringify(value), expected: isSetting ? onOrOff : 'no value'};
  }
  // All of them begin with dashes, which say nothing about what was meant.
  const names = shown.flatMap(({long}) => long?.slice(2) ?? []);
  const meant = nearest(flag.replace(/^-+/, ''), names);
  const guess = meant === undefined ? {} : {didYouMean: `--${meant}`};
  return {where, what: `unknown option ${word}`, expected, ...guess};
}

const onOrOff = settings.dryRun.kind.bounds;
const isSwitch = (name: (typeof settingNames)[number]): boolean =>
  settings[name].kind.placeholder === undefined;
