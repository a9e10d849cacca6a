/** A tried setting as it stands in a configuration file. */
import {keyOf, settings} from '../config/schema.js';
import type {Trial} from './trial.js';

/** `threshold = 7`; of today's the threshold. */
export function settingText({changes, threshold, blockTime}: Trial): string {
  if (changes !== 'blockTime') {
    return `${keyOf('threshold')} = ${settings.threshold.kind.write(threshold)}`;
  }
  return `${keyOf('blockTime')} = ${settings.blockTime.kind.write(blockTime)}`;
}
