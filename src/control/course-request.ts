/** What an operator asks of the course of the daemon. All other requests are in `protocol.ts`. */
import {trialSeconds} from './protocol.js';

export type CourseRequest =
  | {
      readonly command: 'reload';
      /** How long the configuration is on trial; undefined: it stays. Seconds. */
      readonly confirmSeconds?: number;
    }
  | {readonly command: 'confirm'};

/**
 * Reads foreign JSON.
 *
 * @returns undefined for any other request, and for a trial out of bounds
 */
export function readCourseRequest(value: unknown): CourseRequest | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const {command, confirmSeconds} = value as Record<string, unknown>;
  if (command === 'confirm') return {command};
  if (command !== 'reload') return undefined;
  if (confirmSeconds === undefined) return {command};
  const seconds = Number.isInteger(confirmSeconds) ? Number(confirmSeconds) : 0;
  const isGood = seconds >= trialSeconds.least && seconds <= trialSeconds.most;
  return isGood ? {command, confirmSeconds: seconds} : undefined;
}
