/**
 * Decides which logs to follow, from the settings and from what the machine has.
 * `daemon/sources.ts` follows them, and handles what several of them repeat.
 */

/** Where the mail log is, by custom: Debian; Red Hat and the BSDs. */
const customaryFiles = ['/var/log/mail.log', '/var/log/maillog'];

/** The journal among the sources, in the configuration and among the saved places. */
export const journalSource = 'journal';

/**
 * A log without new lines for this long was left behind by a syslogd that is gone. Ms: if it
 * belongs to a quiet relay, the journal has its lines too.
 */
const longestQuietMs = 24 * 3600 * 1000;

export interface SourcePlan {
  /** Paths and patterns. */
  readonly files: readonly string[];
  readonly journal: 'followed' | 'left';
}

/** What the machine has to offer. */
interface Offer {
  /** How long ago a file was changed; undefined when it is not there. Ms. */
  readonly quietMs: (path: string) => number | undefined;
  readonly hasJournal: boolean;
  /** Whether a source has been followed before, and has a place to go on from. */
  readonly hasPlace: (source: string) => boolean;
}

/**
 * @param wanted `auto`, or paths, patterns and `journal`. `auto` is a customary file that is alive,
 *   else the journal, else what comes first of the customary files; the journal goes first where
 *   proof is asked for, for it tells who wrote a line, and where it was followed before
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
