/**
 * The manual pages blocksmtp(8) and blocksmtp.toml(5): what stands in `debian/*.in`, with the commands,
 * options, settings and examples of the tables in the place of the words between @.
 */
import {nameOf} from '../../src/cli/rows/command-row.js';
import {commands} from '../../src/cli/command-table.js';
import {manual} from '../../src/cli/manual.js';
import type {Kind} from '../../src/config/kinds/kind.js';
import {obsoleteNames} from '../../src/config/obsolete.js';
import {flagOf, keyOf, type SettingName, settingNames, settings} from '../../src/config/schema.js';
import {obsolete} from '../../src/config/settings/obsolete.js';
import {roff, spelled, tagged} from './roff.js';

/** @param template of `debian/`; @returns the page */
export function filled(template: string, version: string): string {
  const parts: Readonly<Record<string, () => string>> = {
    VERSION: () => version,
    SYNOPSIS: synopsis,
    COMMANDS: () => commands.map(command).join('\n'),
    OPTIONS: options,
    EXAMPLES: examples,
    SETTINGS: () => settingNames.map(setting).join('\n'),
    OBSOLETE: () =>
      obsoleteNames.map((name) => tagged(`.B ${keyOf(name)}`, `${obsolete[name]}.`)).join('\n'),
  };
  const note =
    '.\\" Printed by `npm run pages` of the file .in beside it: change that, or the tables.\n';
  const text = template
    .replaceAll(/@([A-Z]+)@/g, (word, name: string) => parts[name]?.() ?? word)
    // An older groff begins each section with lines that are spread to the right edge.
    .replaceAll(/^\.SH .*$/gm, '$&\n.ad l');
  return note + text;
}

const synopsis = (): string =>
  commands
    .map(({words, options: own = []}) => {
      const more = own.length === 0 ? '' : ' [\\fIoptions\\fP]';
      const [name = '', ...operands] = words.split(' ');
      const rest = operands.map((operand) => ` ${spelled(operand)}`).join('');
      const behind = name === 'greet' ? ' \\-\\- \\fICOMMAND...\\fP' : '';
      return `\\fBblocksmtp ${roff(name)}\\fP${more}${rest}${behind}`;
    })
    .join('\n.br\n');

function command(row: (typeof commands)[number]): string {
  const {words, meaning, options: own = []} = row;
  const details = manual[nameOf(row)]?.details;
  const flags = own.map(({flags: words, meaning: text}) => tagged(spelled(words), text));
  const list = flags.length === 0 ? [] : ['.RS', ...flags, '.RE'];
  const text = details === undefined ? meaning : `${meaning} ${details}`;
  return [tagged(spelled(words), text), ...list].join('\n');
}

function options(): string {
  const file = 'The configuration file (/etc/blocksmtp/blocksmtp.toml; it may be absent).';
  const rows = settingNames.map((name) => {
    const written = standardOf(name);
    const note = written === '' ? '' : ` (default: ${written.replaceAll('"', '')})`;
    return tagged(flag(name), `${settings[name].meaning}${note}`);
  });
  return [tagged(spelled('--config=<PATH>'), file), ...rows].join('\n');
}

/** The default as it stands in the file; empty where it is nothing. */
function standardOf(name: SettingName): string {
  const {kind, standard} = settings[name];
  // The default is of the same setting as the kind; the union of all settings hides that.
  const written = (kind as Kind<unknown>).write(standard);
  return written === '""' ? '' : written;
}

function flag(name: SettingName): string {
  const {placeholder} = settings[name].kind;
  return spelled(placeholder === undefined ? flagOf(name) : `${flagOf(name)}=<${placeholder}>`);
}

function setting(name: SettingName): string {
  const {meaning, kind} = settings[name];
  const written = standardOf(name);
  const note = `Default: ${written === '' ? 'empty' : written}. Expected: ${kind.bounds}.`;
  return `${tagged(`.B ${keyOf(name)}`, meaning)}\n.br\n${roff(note)}`;
}

const examples = (): string =>
  commands
    .flatMap((row) => manual[nameOf(row)]?.examples ?? [])
    .map(([call, does]) =>
      tagged(
        `.B "${roff(call)}"`,
        `${does[0]?.toUpperCase()}${does.slice(1)}${/\?$/.test(does) ? '' : '.'}`,
      ),
    )
    .join('\n');
