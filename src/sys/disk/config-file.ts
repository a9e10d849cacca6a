/** Reads a configuration file as TOML. The only file that uses smol-toml. */
import {parse, TomlError} from 'smol-toml';
import type {Problem} from '../../base/problem.js';
import {lineTrouble} from '../../config/line-trouble.js';
import {readTextFile} from './text-file.js';

type ConfigFile =
  | {
      readonly kind: 'table';
      readonly path: string;
      /** The text of the file. */
      readonly text: string;
      readonly table: Record<string, unknown>;
      /** The line of each key of the table, if it could be found. */
      readonly lines: () => ReadonlyMap<string, number>;
    }
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /** The rest of the file, without the lines that are no TOML; undefined: nothing could be read. */
      readonly rest: Rest | undefined;
    };

interface Rest {
  readonly table: Record<string, unknown>;
  /** The line of each key. */
  readonly lines: () => ReadonlyMap<string, number>;
}

/** @param need an optional file that is missing counts as empty */
export function readConfigFile(path: string, need: 'required' | 'optional'): ConfigFile {
  const read = readTextFile(path);
  if (read.kind === 'missing' && need === 'optional') return parseConfigText(path, '');
  if (read.kind !== 'text') {
    const expected = 'a configuration file that can be read';
    const what = read.why.replace(`${path}: `, () => '');
    return {kind: 'problems', problems: [{where: path, what, expected}], rest: undefined};
  }
  return parseConfigText(path, read.text);
}

/** After so many lines that are no TOML, the rest of the file is not read. A count. */
const mostBadLines = 20;
/**
 * In a longer text with a bad line, the rest is not read: it is a file of another kind, and each try parses the whole
 * text while the daemon waits. Characters: all settings with their comments have 30,000.
 */
const longestMended = 256 * 1024;

/** @param path the file of the text */
export function parseConfigText(path: string, text: string): ConfigFile {
  const problems: Problem[] = [];
  let rest = text.replace(/^\uFEFF/, ''); // a byte order mark, which some editors write
  while (problems.length < mostBadLines) {
    const read = tableOf(rest);
    if (!('error' in read)) {
      const readable = rest;
      const found = {table: read.table, lines: () => linesOfKeys(readable)};
      if (problems.length === 0) return {kind: 'table', path, text, ...found};
      return {kind: 'problems', problems, rest: found};
    }
    problems.push(problemOf(path, rest, read.error));
    const {line} = read.error;
    if (text.length > longestMended) break;
    const without = withoutLine(rest, line);
    if (without === undefined) return {kind: 'problems', problems, rest: beforeLine(rest, line)};
    rest = without;
  }
  return {kind: 'problems', problems, rest: undefined};
}

function problemOf(path: string, text: string, {line, column, message}: TomlError): Problem {
  const isToml = (each: string): boolean => !('error' in tableOf(each));
  const told = lineTrouble(text.split('\n'), line, isToml);
  const what = message.split('\n')[0] ?? '';
  const words = told ?? {what, expected: 'TOML, such as threshold = 10'};
  return {where: `${path}:${line}:${column}`, ...words, line, column};
}

function tableOf(text: string): {table: Record<string, unknown>} | {error: TomlError} {
  try {
    return {table: parse(text)};
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return {error};
  }
}

/** The file up to the value that is no TOML. */
function beforeLine(text: string, number: number): Rest | undefined {
  const lines = text.split('\n');
  const least = Math.max(0, number - mostValueLines);
  for (let count = Math.min(number, lines.length) - 1; count > least; count--) {
    const before = lines.slice(0, count).join('\n');
    const read = tableOf(before);
    if (!('error' in read)) return {table: read.table, lines: () => linesOfKeys(before)};
  }
  return undefined;
}

/** The beginning or the end of a value over several lines. */
const isPartOfMore = /[[\]{}]|"""|'''/;

/**
 * @returns undefined if the line may belong to a value over several lines: without it the other lines would look bad
 */
function withoutLine(text: string, number: number): string | undefined {
  const lines = text.split('\n');
  const line = lines[number - 1];
  if (line === undefined || line.trim() === '' || isPartOfMore.test(line)) return undefined;
  if ('error' in tableOf(lines.slice(0, number - 1).join('\n'))) return undefined;
  lines[number - 1] = '';
  return lines.join('\n');
}

/** The place of a value with at most so many lines is found. A count: each further line costs one more parse. */
const mostValueLines = 200;
/** The parser runs at most so often to find places. A count: a configuration has some hundred lines. */
const mostAsked = 20_000;

/**
 * The parser gives no places, so it is called again, line by line. The shortest group of lines that is TOML by itself is
 * one statement. A table's header is a statement too, and the statements below it belong to the table.
 *
 * @param text a text that is TOML as a whole
 */
function linesOfKeys(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const lines = text.split(/\r?\n/);
  let isTop = true;
  let asked = 0;
  for (let first = 0; first < lines.length && asked < mostAsked;) {
    let count = 1;
    let read = tableOf(lines[first]!);
    asked += 1;
    while ('error' in read && count < mostValueLines && first + count < lines.length) {
      count += 1;
      read = tableOf(lines.slice(first, first + count).join('\n'));
      asked += 1;
    }
    if ('error' in read) return found;
    const isHeader = /^\s*\[/.test(lines[first]!);
    for (const key of isTop || isHeader ? Object.keys(read.table) : []) {
      if (!found.has(key)) found.set(key, first + 1);
    }
    isTop &&= !isHeader;
    first += count;
  }
  return found;
}
