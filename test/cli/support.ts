/** A command without a process around it: what it prints and says is collected. */
import {Buffer} from 'node:buffer';
import {Command} from 'commander';
import {noProgress, type Progress} from '../../src/cli/face/progress.js';
import {addOptions} from '../../src/cli/rows/options.js';
import type {Options} from '../../src/config/options.js';
import {type Config, settingNames} from '../../src/config/schema.js';
import {configOf} from '../../src/daemon/course/configuration.js';
import type {Log} from '../../src/sys/talk/log.js';

/** The configuration that these words make of the defaults. */
export function configWith(words: readonly string[]): Config {
  const command = new Command();
  addOptions(command, settingNames);
  command.parse([...words, '--config=/dev/null', '--white-list=/dev/null'], {from: 'user'});
  const parsed = configOf(command.opts<Options>());
  if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

export interface Collected {
  readonly output: {readonly print: (text: string) => void; readonly progress: Progress};
  readonly log: Log;
  readonly printed: () => string;
  /** Each with its level in front. */
  readonly said: readonly string[];
}

/** @param progress what the bar is, if there is one */
export function collected(progress: Progress = noProgress): Collected {
  const prints: string[] = [];
  const said: string[] = [];
  const log: Log = {
    say: (level, message) => void said.push(`${level} ${message}`),
    shows: () => false,
    close: () => Promise.resolve(),
  };
  const print = (text: string): void => void prints.push(text);
  return {output: {print, progress}, log, printed: () => prints.join(''), said};
}

/** A text as the bytes of a log. */
export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
