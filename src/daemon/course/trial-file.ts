/**
 * Keeps a configuration on trial (`blocksmtp reload --confirm 5m`) in the state directory: a daemon
 * that restarts during the trial must not take an unconfirmed configuration. Keeps the tried text
 * too: if the file was corrected since, it is a new configuration, and counts. Decides nothing;
 * `course/step.ts` does.
 */
import type {Trial} from '../../config/trial.js';
import {readTextFile, removeFile, writeTextFile} from '../../sys/disk/text-file.js';

const fileOf = (stateDir: string): string => `${stateDir}/trial.json`;

/** Only its owner may read a configuration. */
const mode = 0o600;

/** @returns undefined: there is no trial, or its file is not valid */
export function readTrial(stateDir: string): Trial | undefined {
  const read = readTextFile(fileOf(stateDir));
  if (read.kind !== 'text') return undefined;
  try {
    const {kind, before, tried, sinceMs, untilMs} = JSON.parse(read.text) as Trial;
    const isTrial =
      ['running', 'failed'].includes(kind) &&
      typeof before === 'string' &&
      typeof tried === 'string' &&
      Number.isFinite(sinceMs) &&
      Number.isFinite(untilMs);
    return isTrial ? {kind, before, tried, sinceMs, untilMs} : undefined;
  } catch {
    return undefined;
  }
}

/** @throws if the disk refuses */
export function writeTrial(stateDir: string, trial: Trial): void {
  writeTextFile(fileOf(stateDir), `${JSON.stringify(trial)}\n`, mode);
}

export const endTrial = (stateDir: string): void => removeFile(fileOf(stateDir));
