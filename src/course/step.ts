/**
 * Decides which configuration comes next: after a reload, a confirmation, the end of a trial, or a
 * stop. Reads no file and sets no timer; `daemon/course/` does, and carries the steps out.
 */
import {durationText} from '../base/duration.js';
import {type Problem, problemsText} from '../base/problem.js';
import {changedSettings} from '../config/compare.js';
import {keyOf} from '../config/schema.js';
import type {Trial} from '../config/trial.js';
import type {Course, CourseEvent, NextLife, ReadConfig, Step, TrialFile} from './course.js';

type Reload = Extract<CourseEvent, {kind: 'reload'}>;
type GoodConfig = Extract<ReadConfig, {kind: 'config'}>;

export function nextStep(course: Course, event: CourseEvent, nowMs: number): Step {
  switch (event.kind) {
    case 'reload':
      return reload(course, event, nowMs);
    case 'confirm':
      return confirm(course);
    case 'trialOver':
      return turnBack(course, event.before);
    case 'machineChanged':
      return beginAnew(course, event.what);
    case 'whitelistRead':
      return {kind: 'note', course: {...course, whitelist: 'had'}};
    case 'stop':
      return {kind: 'exit', course: {...course, phase: 'ending'}};
  }
}

/** The step to take instead, because the trial's file could not be written as this step requires. */
export function stepUnkept(step: Step, failure: string): Step {
  switch (step.kind) {
    case 'refresh':
      return refuseReload(failure);
    case 'confirm': {
      const message = `not confirmed, the trial goes on: ${failure}`;
      return {kind: 'refuse', message, reader: 'log'};
    }
    case 'turn': {
      const {next} = step.course;
      if (step.way === 'forward' || next?.why === undefined) return refuseReload(failure);
      // The next start finds the trial unchanged, and goes back by itself.
      const message = `${next.why.message} (not noted: ${failure})`;
      const course = {...step.course, next: {...next, why: {...next.why, message}}};
      return {...step, course, message, trialFile: {kind: 'asItIs'}};
    }
    case 'refuse':
    case 'note':
    case 'exit':
      return step;
  }
}

/** The life that a request is about: an accepted reload counts even before its life begins. */
const latest = ({life, next}: Course): NextLife => next ?? life;

function reload(course: Course, {asker, confirmSeconds, read}: Reload, nowMs: number): Step {
  if (course.phase === 'ending') {
    return {kind: 'refuse', message: 'the daemon is ending', reader: 'asker'};
  }
  if (read.kind === 'problems') return refuseReload(problemsText(read.problems));
  const losses = lossesOf(course, read);
  if (losses.length > 0) return refuseReload(problemsText(losses));
  const now = latest(course);
  const {config, text} = read;
  if (asker === 'signal' && now.trial?.kind === 'failed' && now.trial.tried === text) {
    return refuseReload(
      'the file still holds the configuration that nobody confirmed: correct it, or apply it with `blocksmtp reload`',
    );
  }
  const trial = trialOf(now, text, confirmSeconds, nowMs);
  const trialFile = fileFor(course, trial);
  if (now.trial === undefined && trial === undefined && isInForce(course, read)) {
    return {kind: 'refresh', course: {...course, life: {...course.life, text}}, trialFile};
  }
  const leftSeconds = Math.max(1, Math.round(((trial?.untilMs ?? 0) - nowMs) / 1000));
  const message =
    trial === undefined
      ? 'configuration and whitelist are read anew'
      : `the new configuration is on trial: without \`blocksmtp confirm\` within ${durationText(leftSeconds)} the one before comes back`;
  const next: NextLife = {
    config,
    text,
    why: {level: 'notice', message},
    ...(trial && {trial}),
    // A way back that has not begun yet must still lift its blocks.
    ...(course.next?.liftSinceMs !== undefined && {liftSinceMs: course.next.liftSinceMs}),
  };
  return {kind: 'turn', course: {...course, next}, trialFile, message, way: 'forward'};
}

/** What a reload may not lose: the whitelist and the state. */
function lossesOf({life, whitelist}: Course, {config, whitelistFailure}: GoodConfig): Problem[] {
  const losses: Problem[] = [];
  if (config.stateDir !== life.config.stateDir) {
    const expected = `${life.config.stateDir} until the daemon is started anew`;
    losses.push({where: keyOf('stateDir'), what: config.stateDir, expected});
  }
  if (whitelist === 'had' && whitelistFailure !== undefined) {
    losses.push(noWhitelist(keyOf('whiteList'), whitelistFailure));
  }
  return losses;
}

export function noWhitelist(where: string, why: string): Problem {
  const expected = 'a whitelist that can be read; without it innocents could be blocked';
  return {where, what: why, expected};
}

function isInForce({life, next, machine}: Course, read: GoodConfig): boolean {
  const isSame = changedSettings(life.config, read.config).length === 0;
  return next === undefined && isSame && machine === read.machine;
}

/** Whether a configuration that is applied now is on trial, and for how long. */
function trialOf(
  now: NextLife,
  tried: string,
  confirmSeconds: number | undefined,
  nowMs: number,
): Trial | undefined {
  const running = now.trial?.kind === 'running' ? now.trial : undefined;
  // Only `confirm` confirms: the new configuration is on trial too, for the time that remains.
  if (confirmSeconds === undefined) return running && {...running, tried};
  // After two trials in a row, the way back leads to what was last confirmed.
  const before = now.trial?.before ?? now.text;
  const sinceMs = running?.sinceMs ?? nowMs;
  return {kind: 'running', before, tried, sinceMs, untilMs: nowMs + confirmSeconds * 1000};
}

function confirm(course: Course): Step {
  const {trial, ...rest} = latest(course);
  if (trial?.kind !== 'running') {
    const message =
      trial === undefined
        ? 'no configuration is on trial'
        : 'too late: the configuration before is in force again';
    return {kind: 'refuse', message, reader: 'asker'};
  }
  return {
    kind: 'confirm',
    course: course.next === undefined ? {...course, life: rest} : {...course, next: rest},
    trialFile: fileFor(course, undefined),
    message: 'the configuration is confirmed, and stays',
  };
}

function turnBack(course: Course, read: ReadConfig): Step {
  const {trial: over} = course.life;
  // Just before the time was over, somebody confirmed or replaced the trial, or stopped the process.
  if (over?.kind !== 'running' || course.next !== undefined || course.phase === 'ending') {
    return {kind: 'note', course};
  }
  if (read.kind === 'problems') {
    // This configuration was in force once, so probably a file that it names is gone.
    const message = `nobody confirmed the configuration, but the one before is bad now: ${problemsText(read.problems)}`;
    return {kind: 'refuse', message, reader: 'log'};
  }
  const trial: Trial = {...over, kind: 'failed'};
  const message =
    'nobody confirmed the configuration: the one before is in force again, and the blocks made since are lifted';
  const next: NextLife = {
    config: read.config,
    text: over.before,
    trial,
    liftSinceMs: over.sinceMs,
    why: {level: 'error', message},
  };
  return {
    kind: 'turn',
    course: {...course, next},
    trialFile: fileFor(course, trial),
    message,
    way: 'back',
  };
}

/** The same configuration and trial, in a new life. */
function beginAnew(course: Course, what: string): Step {
  // The life that comes next reads the machine itself.
  if (course.next !== undefined || course.phase === 'ending') return {kind: 'note', course};
  const next: NextLife = {...course.life, why: {level: 'notice', message: what}};
  return {
    kind: 'turn',
    course: {...course, next},
    trialFile: {kind: 'asItIs'},
    message: what,
    way: 'forward',
  };
}

/** A dry run writes no file. */
function fileFor({life}: Course, trial: Trial | undefined): TrialFile {
  if (life.config.dryRun) return {kind: 'asItIs'};
  return trial === undefined ? {kind: 'absent'} : {kind: 'present', trial};
}

function refuseReload(why: string): Step {
  const message = `reload refused, nothing has changed: ${why}`;
  return {kind: 'refuse', message, reader: 'log'};
}
