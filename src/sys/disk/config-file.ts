/** Reads a configuration file as TOML. The one place that knows smol-toml. */
import {parse, TomlError} from 'smol-toml';
import type {Problem} from '../../base/problem.js';
import {readTextFile} from './text-file.js';

type ConfigFile =
  | {
      readonly kind: 'table';
      readonly path: string;
      /** What the table was made of. */
      readonly text: string;
      readonly table: Record<string, unknown>;
    }
  | {readonly kind: 'problem'; readonly problem: Problem};

/** @param need an optional file that is not there is an empty one */
export function readConfigFile(path: string, need: 'required' | 'optional'): ConfigFile {
  const read = readTextFile(path);
  if (read.kind === 'missing' && need === 'optional') {
    return {kind: 'table', path, text: '', table: {}};
  }
  if (read.kind !== 'text') {
    const expected = 'a configuration file that can be read';
    return {kind: 'problem', problem: {where: path, what: read.why, expected}};
  }
  return parseConfigText(path, read.text);
}

/** @param path where the text is from */
export function parseConfigText(path: string, text: string): ConfigFile {
  try {
    return {kind: 'table', path, text, table: parse(text)};
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const where = `${path}:${error.line}:${error.column}`;
    const [what = ''] = error.message.split('\n');
    return {kind: 'problem', problem: {where, what, expected: 'TOML, such as threshold = 10'}};
  }
}
