/**
 * `blocksmtp replay`: the daemon's own pipeline over old logs. Touches nothing; tells who would have
 * been blocked, when and why. The machine is not asked about processes that are long gone, so this
 * is what the log alone can tell.
 */
import type {Config} from '../config/schema.js';
import {durationText} from '../config/kinds.js';
import {Friends} from '../daemon/friends.js';
import {guardSettings} from '../daemon/guard-settings.js';
import {reportOutcome} from '../daemon/report.js';
import {Guard, type Outcome} from '../guard.js';
import {Frames} from '../log/frames.js';
import type {Line} from '../log/line.js';
import {emptyState} from '../state/state.js';
import type {Log} from '../sys/log.js';
import {hostName} from '../sys/machine.js';
import {readLogFile} from '../sys/read-log-file.js';
import {type ExitCode, exitCode} from './exit.js';
import {localTime, table} from './terminal.js';

interface Tally {
  lines: number;
  counted: number;
  exempt: number;
  unresolved: number;
  disputed: number;
  latestMs: number;
  readonly blocks: (readonly string[])[];
}

export function replay(
  files: readonly string[],
  config: Config,
  log: Log,
  print: (text: string) => void,
): ExitCode {
  const guard = new Guard(guardSettings(config, hostName()), emptyState());
  const friends = new Friends(config.whiteList, config.mailerIp, log.say);
  friends.refresh();
  const tally: Tally = {
    lines: 0,
    counted: 0,
    exempt: 0,
    unresolved: 0,
    disputed: 0,
    latestMs: 0,
    blocks: [],
  };
  const frames = new Frames();
  const noMachine = (): undefined => undefined;
  const takeLine = (line: Line, changedMs: number): void => {
    tally.lines += 1;
    const framed = frames.read(line, changedMs);
    if (framed.kind === 'none') return;
    const found = guard.take(framed.record, changedMs, friends.exemptions, noMachine);
    noteAll(tally, found, log);
  };
  for (const path of files) {
    const read = readLogFile(path, takeLine, () =>
      noteAll(tally, guard.sweep(tally.latestMs), log),
    );
    if (read.kind === 'failed') {
      log.say('error', `${path}: ${read.why}`);
      return exitCode.unavailable;
    }
  }
  noteAll(tally, guard.sweep(endOfTimeMs), log);
  print(tally.blocks.length === 0 ? '' : table([heading, ...tally.blocks]));
  print(summary(tally, files.length));
  return exitCode.ok;
}

/** Whatever is still held then was never tied to a client. Ms since the epoch. */
const endOfTimeMs = Number.MAX_SAFE_INTEGER;

const heading = ['BLOCKED AT', 'CLIENT', 'FOR', 'WHY'];

function noteAll(tally: Tally, outcomes: readonly Outcome[], log: Log): void {
  for (const outcome of outcomes) note(tally, outcome, log);
}

function note(tally: Tally, outcome: Outcome, log: Log): void {
  if (outcome.kind === 'counted' || outcome.kind === 'exempt') {
    tally[outcome.kind] += 1;
    tally.latestMs = Math.max(tally.latestMs, outcome.evidence.atMs);
    const {level, message} = reportOutcome(outcome, 0);
    log.say(level, message);
  } else if (outcome.kind === 'unresolved') tally.unresolved += outcome.recipients;
  else if (outcome.kind === 'dispute') tally.disputed += 1;
  else if (outcome.kind === 'block') {
    const {network, fromMs, untilMs, reason} = outcome.block;
    const length = durationText(Math.round((untilMs - fromMs) / 1000));
    const again = outcome.repeat > 1 ? ` (block no. ${outcome.repeat})` : '';
    tally.blocks.push([localTime(fromMs), network, length, `${reason}${again}`]);
  }
}

function summary(tally: Tally, files: number): string {
  const clients = new Set(tally.blocks.map(([, network]) => network)).size;
  const parts = [
    `${tally.lines} lines in ${files} ${files === 1 ? 'file' : 'files'}`,
    `${tally.counted} unknown recipients counted`,
    `${tally.exempt} of exempt clients`,
    `${tally.unresolved} never tied to a client`,
    `${tally.disputed} envelopes in dispute`,
  ];
  return `${parts.join(', ')}.\n${tally.blocks.length} blocks of ${clients} clients would have been made; nothing was changed.\n`;
}
