/** Writes a tried setting as a line of a configuration file. */
import {keyOf, settings} from '../config/schema.js';
import type {Trial} from './trial.js';

/** `threshold = 7`; for today's settings, the threshold. */
export function settingText({changes, threshold, blockTime}: Trial): string {
  if (changes !== 'blockTime') {
    return `${keyOf('threshold')} = ${settings.threshold.kind.write(threshold)}`;
  }
  return `${keyOf('blockTime')} = ${settings.blockTime.kind.write(blockTime)}`;
}
