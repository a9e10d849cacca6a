/** Writes the proposal as lines of a configuration file, with a comment that names the log. */
import {printable} from '../base/printable.js';
import {isoTime} from '../base/time-text.js';
import type {Tuning} from './tuning.js';
import {settingText} from './trial-text.js';

/** At most so many names of log files in the comment, and characters of each. Counts. */
const mostFiles = 10;
const mostNameCharacters = 200;

/**
 * @param nowMs the time of the proposal. Ms since the epoch
 * @returns undefined if no change is proposed
 */
export function fragmentOf({log, trials, proposal}: Tuning, nowMs: number): string | undefined {
  if (proposal.kind !== 'change') return undefined;
  const {to, why} = proposal;
  const today = trials.find(({is}) => is === 'today')!;
  const before = settingText({...today, changes: to.changes});
  const files = log.files.slice(0, mostFiles).map((name) => printable(name, mostNameCharacters));
  const more = log.files.length - files.length;
  const comment = [
    `Proposed by \`blocksmtp tune\` at ${isoTime(nowMs)}, from ${log.lines} lines of`,
    `${isoTime(log.fromMs ?? 0)} to ${isoTime(log.untilMs ?? 0)}:`,
    ...files,
    ...(more > 0 ? [`and ${more} more files`] : []),
    `Chosen on the first ${log.fitDays} days, checked on the ${log.checkDays} days after. Before: ${before}`,
    ...why,
    'Put this line into the configuration file, in the place of the one that sets the same: this file',
    'alone leaves all others at their defaults. Then: blocksmtp check-config, blocksmtp reload --confirm 10m, blocksmtp confirm.',
  ];
  return `${comment.map((line) => `# ${line}\n`).join('')}${settingText(to)}\n`;
}
