/**
 * Decides which of a scanner's names may lead to a complaint: those that the administrator listed. A heuristic
 * or an unofficial signature is no proof, so a `*` in a pattern never matches one of these. They count only if the
 * pattern itself begins with `Heuristics.` or ends with `.UNOFFICIAL`.
 */
import {fits, patternOf} from '../../queue/pattern.js';

const heuristic = 'heuristics.';
const unofficial = '.unofficial';

/** @param patterns may have a `*`. Without patterns no name counts */
export function mayAccuse(name: string, patterns: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return patterns.some((pattern) => {
    const written = pattern.toLowerCase();
    if (lower.startsWith(heuristic) && !written.startsWith(heuristic)) return false;
    if (lower.endsWith(unofficial) && !written.endsWith(unofficial)) return false;
    // `patternOf` lets a pattern without `*` match anywhere. Here it has to be the whole name.
    return written.includes('*') ? fits(patternOf(written), lower) : written === lower;
  });
}
