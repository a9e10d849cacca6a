/**
 * Decides which logs to follow, from the settings and from what exists on the machine.
 * `daemon/sources.ts` follows them, and handles lines that occur in several.
 */

/** Where the mail log usually is: Debian; Red Hat and the BSDs. */
const customaryFiles = ['/var/log/mail.log', '/var/log/maillog'];

/** The name of the journal as a source, in the configuration and among the saved positions. */
export const journalSource = 'journal';

/**
 * How long a log may be without new lines before it counts as abandoned by a former syslogd. Ms:
 * even if it belongs to a quiet relay, the journal has its lines too.
 */
const longestQuietMs = 24 * 3600 * 1000;

export interface SourcePlan {
  /** Paths and patterns. */
  readonly files: readonly string[];
  readonly journal: 'followed' | 'left';
}

/** What exists on the machine. */
interface Offer {
  /** How long ago a file was changed; undefined if it does not exist. Ms. */
  readonly quietMs: (path: string) => number | undefined;
  readonly hasJournal: boolean;
  /** Whether a source was followed before, and has a position to resume from. */
  readonly hasPlace: (source: string) => boolean;
}

/**
 * @param wanted `auto`, or paths, patterns and `journal`. `auto` means a customary file with recent
 *   lines; else the journal; else the first of the customary files. The journal comes first if it
 *   was followed before, and under `attribution = verified`, because it says who wrote a line
 */
export function planSources(
  wanted: readonly string[],
  attribution: 'any' | 'verified',
  offer: Offer,
): SourcePlan {
  if (!wanted.includes('auto')) {
    const files = wanted.filter((source) => source !== journalSource);
    return {files, journal: wanted.includes(journalSource) ? 'followed' : 'left'};
  }
  const {hasJournal, quietMs, hasPlace} = offer;
  const alive = customaryFiles.find((path) => {
    const quiet = quietMs(path);
    return quiet !== undefined && (!hasJournal || quiet < longestQuietMs);
  });
  const wasJournal = hasPlace(journalSource) && !customaryFiles.some(hasPlace);
  const isJournalBetter = alive === undefined || attribution === 'verified' || wasJournal;
  if (hasJournal && isJournalBetter) return {files: [], journal: 'followed'};
  return {files: alive === undefined ? customaryFiles : [alive], journal: 'left'};
}
