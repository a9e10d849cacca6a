/**
 * `blocksmtp check-config`: lists everything that is wrong with a configuration file, and what could be
 * better. Reads it with the daemon's own code, and changes nothing. It does not look at the running
 * daemon; `doctor` does.
 */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import {asciiJson} from '../../base/printable.js';
import {type Problem, problemText} from '../../base/problem.js';
import type {Options} from '../../config/options.js';
import {checked} from '../../daemon/course/checked.js';
import {defaultConfigFile, linesOfKeys, noLongerUsed} from '../../daemon/course/configuration.js';
import {type PathAdvice, pathAdvice} from '../../daemon/course/path-advice.js';
import {whyNotWritten} from '../../sys/disk/text-file.js';

/** @param file the operand; undefined: the file named by the options, or the default one */
export function checkConfig(
  file: string | undefined,
  given: Options,
  form: 'text' | 'json',
  {print, complain}: Output,
): ExitCode {
  const options: Options = file === undefined ? given : {...given, config: file};
  const path = options.config ?? defaultConfigFile;
  const read = checked(options, undefined, whyNotWritten);
  const lines = linesOfKeys(options);
  const problems = (read.kind === 'problems' ? read.problems : [])
    .map((problem) => placed(problem, path, lines))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const notices = noLongerUsed(options);
  const advice = read.kind === 'config' ? pathAdvice(read.config) : [];
  if (form === 'json') print(jsonOf(path, problems, notices, advice, lines));
  else {
    for (const problem of problems) complain(problemText(problem));
    for (const notice of notices) print(`advice: ${notice}\n`);
    for (const {key, what} of advice) print(`advice: ${placeOf(path, key, lines)}: ${what}\n`);
    print(problems.length === 0 ? `${path}: good\n` : `${path}: BAD: ${countText(problems)}\n`);
  }
  return problems.length === 0 ? exitCode.ok : exitCode.configuration;
}

const countText = ({length}: readonly Problem[]): string =>
  length === 1 ? '1 problem' : `${length} problems`;

/** Adds the line number to what a person reads: `FILE:12: threshold`. */
function placed(problem: Problem, path: string, lines: ReadonlyMap<string, number>): Problem {
  const {key, column} = problem;
  if (key === undefined || column !== undefined) return problem;
  const line = problem.line ?? lines.get(key);
  return {...problem, where: placeOf(path, key, lines), ...(line !== undefined && {line})};
}

function placeOf(path: string, key: string, lines: ReadonlyMap<string, number>): string {
  const line = lines.get(key);
  // A key that is not in the file has its default.
  return line === undefined ? key : `${path}:${line}: ${keyText(key)}`;
}

/** A quoted key may contain anything, even characters that a terminal obeys. */
const keyText = (key: string): string => (/^[\w-]+$/.test(key) ? key : asciiJson(key));

function jsonOf(
  file: string,
  problems: readonly Problem[],
  notices: readonly string[],
  advice: readonly PathAdvice[],
  lines: ReadonlyMap<string, number>,
): string {
  const whole = {
    file,
    good: problems.length === 0,
    problems: problems.map(({where, what, expected, ...more}) => ({
      where,
      line: more.line ?? null,
      column: more.column ?? null,
      key: more.key ?? null,
      found: what,
      expected,
      didYouMean: more.didYouMean ?? null,
    })),
    advice: [
      ...notices.map((what) => ({line: null, key: null, what})),
      ...advice.map(({key, what}) => ({line: lines.get(key) ?? null, key, what})),
    ],
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
