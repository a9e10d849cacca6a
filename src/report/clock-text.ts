/** What the log says after the clock was set. */
import {aboutText} from '../base/duration.js';

/** @param stepMs by how much the clock was set; more than 0: forward. Ms */
export function clockSetText(stepMs: number): string {
  const which = stepMs > 0 ? 'forward' : 'back';
  const by = aboutText(Math.round(Math.abs(stepMs) / 1000));
  return `the clock was set ${which} by ${by}: blocks keep the time that they had left`;
}
