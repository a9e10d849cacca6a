/**
 * A configuration on trial (`blocksmtp reload --confirm 5m`): if nobody confirms it in time, the one
 * before comes back, for whoever made a mistake may be locked out by it. Remembered in the state
 * directory, so that a daemon which is started anew meanwhile does not take what nobody confirmed;
 * with what was tried, because a file that was corrected since is another one, and counts.
 * Does not read configurations, nor reload (`cli/commands/run.ts`, `reload.ts`).
 */
import type {Trial} from '../../config/trial.js';
import {readTextFile, removeFile, writeTextFile} from '../../sys/disk/text-file.js';

const fileOf = (stateDir: string): string => `${stateDir}/trial.json`;

/** Only its owner may read a configuration. */
const mode = 0o600;

/** @returns undefined when there is none, or what is there cannot be read as one */
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

/** @throws when the disk refuses: then there is no trial */
export function writeTrial(stateDir: string, trial: Trial): void {
  writeTextFile(fileOf(stateDir), `${JSON.stringify(trial)}\n`, mode);
}

export const endTrial = (stateDir: string): void => removeFile(fileOf(stateDir));
