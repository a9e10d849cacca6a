/**
 * Reads from sendmail.cf or submit.cf where the queues are: `O QueueDirectory`, and the path of each
 * queue group. Does not know which of the directories exist: `sys/queue/directories.ts` finds out.
 */

/** A directory; with `*` at its end, all directories whose path begins so. */
export interface QueuePath {
  readonly path: string;
  readonly isPattern: boolean;
}

interface QueuePaths {
  readonly paths: readonly QueuePath[];
  /** Paths that could not be read from the file, each with the reason. */
  readonly problems: readonly string[];
}

/** At most so many queue groups are read. A count: sendmail itself allows 50 (conf.h MAXQUEUEGROUPS). */
const mostGroups = 50;
/** Length of a quoted path. Characters. */
const quotedCharacters = 200;

/** `O QueueDirectory=/var/spool/mqueue/q*`, or `OQ/var/spool/mqueue` of 8.6. The last such line counts. */
const optionLine = /^O(?: *QueueDirectory *= *|Q)(\/[^\s,]{0,4000})\s*$/i;
/** `Qbulk, P=/var/spool/mqueue/b*, F=f, R=2`. */
const groupLine = /^Q([A-Za-z]\w{0,63})\s*(?:,|$)/;
const pathField = /,\s*P(?:ath)?\s*=\s*([^,\s]{1,4000})/i;

export function queuePathsOf(cf: string): QueuePaths {
  let main: string | undefined;
  const groups: string[] = [];
  for (const line of logicalLines(cf)) {
    main = optionLine.exec(line)?.[1] ?? main;
    const path = groupLine.test(line) ? pathField.exec(line)?.[1] : undefined;
    if (path !== undefined && groups.length < mostGroups) groups.push(path);
  }
  if (main === undefined) return {paths: [], problems: ['no O QueueDirectory=PATH in it']};
  const base = main.endsWith('*') ? main.slice(0, main.lastIndexOf('/')) : main;
  const all = [main, ...groups.map((path) => (path.startsWith('/') ? path : `${base}/${path}`))];
  // Only sendmail can expand a macro, and a `*` in the middle of a path is no pattern for sendmail.
  const isPlain = (path: string): boolean => !/\$|\*./.test(path) && !path.includes('/../');
  return {
    paths: [...new Set(all.filter(isPlain))].map((path) =>
      path.endsWith('*') ? {path: path.slice(0, -1), isPattern: true} : {path, isPattern: false},
    ),
    problems: all
      .filter((path) => !isPlain(path))
      .map((path) => `${path.slice(0, quotedCharacters)}: expected a plain path of a queue`),
  };
}

/** A line that begins with a blank continues the one before (cf/README; readcf.c fgetfolded()). */
const logicalLines = (cf: string): string[] => cf.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
