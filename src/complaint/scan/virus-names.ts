/**
 * Decides which names of a scanner may accuse somebody: those that the administrator listed. A heuristic
 * or a signature of somebody else's making is no proof, so a `*` in a pattern never means one of these:
 * they count only where a pattern names them as such.
 */
import {fits, patternOf} from '../../queue/pattern.js';

const heuristic = 'heuristics.';
const unofficial = '.unofficial';

/** @param patterns with `*`; none: no name accuses */
export function mayAccuse(name: string, patterns: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return patterns.some((pattern) => {
    const written = pattern.toLowerCase();
    if (lower.startsWith(heuristic) && !written.startsWith(heuristic)) return false;
    if (lower.endsWith(unofficial) && !written.endsWith(unofficial)) return false;
    // Without a `*` a pattern of a search may stand anywhere; here it is a whole name.
    return written.includes('*') ? fits(patternOf(written), lower) : written === lower;
  });
}
