/**
 * Says what a person got wrong in a line of the configuration file that is no TOML where it stands: a key that is set
 * twice, or text without quotes. Decides only the words. The parser finds the line, and has words for anything else.
 */
import {asciiJson, printable} from '../base/printable.js';
import type {Problem} from '../base/problem.js';
import type {Kind} from './kinds/kind.js';
import {keyOf, settingNames, settings} from './schema.js';

type Trouble = Pick<Problem, 'what' | 'expected'> & {readonly key: string};

/** `key = …`, as far as a person means a key by it. */
const statement = /^\s*(?:"([\w-]+)"|([\w-]+))\s*=\s*(.*?)\s*$/;
/** Text that nothing quotes: no list, no table, and more than a number. */
const bareText = /^(?![\d_.+-]*$)(?![[{])[^"'#]+$|^\d+(?:\.\d+){2,}$/;
/** The greatest length of the line that is shown. Characters. */
const shownCharacters = 80;

/**
 * @param lines of the file
 * @param number of the first line at which the parser stopped, from 1
 * @param isToml whether a line by itself can be read
 */
export function lineTrouble(
  lines: readonly string[],
  number: number,
  isToml: (line: string) => boolean,
): Trouble | undefined {
  const line = lines[number - 1] ?? '';
  const key = keyIn(line);
  if (key === undefined) return undefined;
  if (!isToml(line)) return withoutQuotes(key, valueIn(line));
  const first = lines.slice(0, number - 1).findLastIndex((each) => keyIn(each) === key) + 1;
  if (first === 0) return undefined;
  const what = `${key} is set twice (lines ${first} and ${number})`;
  return {key, what, expected: 'it once: keep the line that you mean'};
}

function keyIn(line: string): string | undefined {
  const [, quoted, plain] = statement.exec(line) ?? [];
  return quoted ?? plain;
}

/** Without the comment behind it. */
const valueIn = (line: string): string => (statement.exec(line)?.[3] ?? '').replace(/\s*#.*$/, '');

function withoutQuotes(key: string, value: string): Trouble | undefined {
  if (!bareText.test(value)) return undefined;
  const what = printable(`${key} = ${value}`, shownCharacters);
  const quotes = `double quotes around text: ${key} = ${asciiJson(value)}`;
  const name = settingNames.find((each) => keyOf(each) === key);
  if (name === undefined) return {key, what, expected: quotes};
  const {kind, standard} = settings[name];
  // The default and the kind belong to the same setting; the union type of all settings hides that.
  const isText = (kind as Kind<unknown>).write(standard).startsWith('"');
  if (!isText) return {key, what, expected: kind.bounds};
  return {key, what, expected: kind.read(value).ok ? quotes : `${kind.bounds}, in double quotes`};
}
